import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AccountRecovery,
  CfnUserPoolGroup,
  FeaturePlan,
  ManagedLoginVersion,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  UserPool,
  UserPoolClient,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { Environment } from './environment.ts';
import type { Stage } from './settings.ts';

/** Rights over anybody's things, as scopes for machines. */
const SCOPES = ['users:read:any', 'users:write:any', 'photos:read:any', 'photos:write:any', 'imports:write'];
const RESOURCE_SERVER = 'photoform';

interface IdentityProps extends Extract<Stage['identity'], { kind: 'cognito' }> {
  /** The group whose members have every right. */
  adminGroup: string;
}

/** A user pool with its own sign-in pages: people, the group of admins, and the app they sign in to. */
export class Identity extends Construct {
  readonly settings: Environment;
  readonly signInUrl: string;

  constructor(scope: Construct, id: string, { adminGroup, domainPrefix, callbackUrls, logoutUrls, selfSignUp }: IdentityProps) {
    super(scope, id);
    const pool = new UserPool(this, 'Pool', {
      selfSignUpEnabled: selfSignUp,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      autoVerify: { email: true },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      passwordPolicy: { minLength: 12, requireLowercase: true, requireUppercase: true, requireDigits: true, requireSymbols: true },
      mfa: Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      featurePlan: FeaturePlan.ESSENTIALS,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acknowledge(
      pool,
      'AwsSolutions-COG2',
      'People who post photos may turn on a second factor; requiring one is for whoever runs the service.',
    );
    acknowledge(pool, 'AwsSolutions-COG8', 'The plus plan is paid by the person and month: a choice for whoever runs the service.');

    new CfnUserPoolGroup(this, 'Admins', { userPoolId: pool.userPoolId, groupName: adminGroup, description: 'Have every right' });
    const scopes = SCOPES.map((scopeName) => new ResourceServerScope({ scopeName, scopeDescription: scopeName }));
    pool.addResourceServer('Scopes', { identifier: RESOURCE_SERVER, scopes });
    const domain = pool.addDomain('SignIn', {
      cognitoDomain: { domainPrefix },
      managedLoginVersion: ManagedLoginVersion.CLASSIC_HOSTED_UI,
    });
    const client = this.addClient(pool, callbackUrls, logoutUrls);

    this.signInUrl = `${domain.baseUrl()}/login?client_id=${client.userPoolClientId}&response_type=code&redirect_uri=${encodeURIComponent(callbackUrls[0] ?? '')}`;
    this.settings = {
      AUTH_ISSUER: pool.userPoolProviderUrl,
      AUTH_AUDIENCE: client.userPoolClientId,
      AUTH_PROFILE: 'cognito',
      AUTH_SCOPE_PREFIX: `${RESOURCE_SERVER}/`,
    };
  }

  /** For pages: a code with PKCE and no secret. None of the scopes above, which a person's browser could ask for like any other. */
  private addClient(userPool: UserPool, callbackUrls: string[], logoutUrls: string[]): UserPoolClient {
    return new UserPoolClient(this, 'Pages', {
      userPool,
      generateSecret: false,
      preventUserExistenceErrors: true,
      authFlows: {},
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.PROFILE],
        callbackUrls,
        ...(logoutUrls.length > 0 && { logoutUrls }),
      },
    });
  }
}
