import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COGNITO, resource, resources, synth } from './synth.ts';

const { data, service } = synth({ identity: COGNITO });
const RIGHTS = ['users:read:any', 'users:write:any', 'photos:read:any', 'photos:write:any', 'imports:write'];

test('when the issuer is your own, then there is no user pool', () => {
  synth().data.resourceCountIs('AWS::Cognito::UserPool', 0);
});

test('when people sign in to the app, then by a code and no secret, and no right over anybody else’s can be asked for', () => {
  const client = resource(data, 'AWS::Cognito::UserPoolClient').Properties;
  expect(client).toMatchObject({
    AllowedOAuthFlows: ['code'],
    AllowedOAuthScopes: ['openid', 'email', 'profile'],
    CallbackURLs: ['https://app.example.com/'],
    GenerateSecret: false,
    PreventUserExistenceErrors: 'ENABLED',
  });
});

test('when machines are to have rights, then there are scopes for each', () => {
  const { Identifier, Scopes } = resource(data, 'AWS::Cognito::UserPoolResourceServer').Properties;
  expect(Identifier).toBe('photoform');
  expect(Scopes.map(({ ScopeName }: { ScopeName: string }) => ScopeName)).toEqual(RIGHTS);
});

test('when the app asks for a right, then there is a scope for it', () => {
  const src = join(import.meta.dirname, '../../src');
  const policies = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('policy.ts'));
  const asked = policies.flatMap((file) => readFileSync(join(src, file), 'utf8').match(/\b[a-z]+:(read|write)(:any)?\b/g) ?? []);
  expect(asked.length).toBeGreaterThan(0);
  expect(RIGHTS).toEqual(expect.arrayContaining(asked));
});

test('when there are admins, then they are a group; and the pool can’t be deleted by mistake', () => {
  expect(resource(data, 'AWS::Cognito::UserPoolGroup').Properties.GroupName).toBe('admins');
  expect(resource(data, 'AWS::Cognito::UserPool').Properties).toMatchObject({
    DeletionProtection: 'ACTIVE',
    AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
    Policies: { PasswordPolicy: { MinimumLength: 12 } },
  });
  expect(resource(data, 'AWS::Cognito::UserPoolDomain').Properties.Domain).toBe('photoform-test');
});

test('when the API checks tokens, then those of this pool and this client', () => {
  const { Variables } = resource(service, 'AWS::Lambda::Function', 'FunctionsApi').Properties.Environment;
  expect(Variables).toMatchObject({ AUTH_PROFILE: 'cognito', AUTH_SCOPE_PREFIX: 'photoform/' });
  expect(JSON.stringify(Variables.AUTH_ISSUER)).toContain('ProviderURL');
  expect(JSON.stringify(Variables.AUTH_AUDIENCE)).toContain('IdentityPages');
});

test('when anybody may sign up, then the stage says so', () => {
  const pool = Object.values(
    resources(synth({ identity: { ...COGNITO, selfSignUp: true } as typeof COGNITO }).data, 'AWS::Cognito::UserPool'),
  )[0];
  expect(pool?.Properties.AdminCreateUserConfig).toEqual({ AllowAdminCreateUserOnly: false });
});
