import { CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { EXPIRING } from '../src/shapes.ts';
import { acknowledge } from './acknowledge.ts';
import { EventBucket } from './buckets.ts';
import type { Environment } from './environment.ts';
import { Identity } from './identity.ts';
import { LogBucket } from './log-bucket.ts';
import type { Stage } from './settings.ts';
import { Tables } from './tables.ts';

/** What must outlive every deployment: tables, buckets, queues with what waits in them, secrets and people. It knows nothing of the code. */
export class StatefulStack extends Stack {
  readonly tables: Tables;
  readonly logs: LogBucket;
  readonly photos: EventBucket;
  readonly imports: EventBucket;
  readonly secretKeys: Secret;
  /** Whom the API believes: the settings that say so. */
  readonly identity: Environment;

  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id, { description: `Photoform ${stage.name}: data`, terminationProtection: true });
    this.tables = new Tables(this, 'Tables');
    this.logs = new LogBucket(this, 'Logs', { days: stage.logDays });
    const shared = { stage, logs: this.logs.bucket };
    this.photos = new EventBucket(this, 'Photos', {
      ...shared,
      eventPrefixes: ['uploads/', 'originals/'],
      expiring: EXPIRING.photos,
      consumerSeconds: stage.processPhoto.timeoutSeconds,
    });
    this.imports = new EventBucket(this, 'Imports', {
      ...shared,
      eventPrefixes: ['imports/'],
      expiring: EXPIRING.imports,
      consumerSeconds: stage.importUsers.timeoutSeconds,
    });
    this.secretKeys = this.makeSecretKeys();
    this.identity = this.identify(stage);
    this.exportAll();
    new CfnOutput(this, 'ImportsBucket', { value: this.imports.bucketName, description: 'Drop data files of users under imports/' });
    new CfnOutput(this, 'PhotosQueueUrl', {
      value: this.photos.events.queue.queueUrl,
      description: 'PHOTOS_QUEUE_URL for npm run redrive',
    });
    new CfnOutput(this, 'ImportsQueueUrl', { value: this.imports.events.queue.queueUrl, description: 'IMPORTS_QUEUE_URL for it' });
    new CfnOutput(this, 'RequestsTable', { value: this.tables.requests.tableName, description: 'REQUESTS_TABLE for it' });
  }

  /** Whether the service uses it today or not: so no change of the service is one of this stack, not even of what it exports. */
  private exportAll(): void {
    const { users, photos, imports, requests } = this.tables;
    const queues = [this.photos.events, this.imports.events];
    const values = [
      ...[users, photos, imports, requests].flatMap(({ tableArn, tableName }) => [tableArn, tableName]),
      ...queues.flatMap(({ queue, deadLetters }) => [queue.queueArn, queue.queueUrl, queue.queueName, deadLetters.queueName]),
      this.secretKeys.secretArn,
      this.logs.bucket.bucketName,
    ];
    for (const value of values) this.exportValue(value);
  }

  /** Made by AWS at the first deployment; nobody has to see it, and no template does. */
  private makeSecretKeys(): Secret {
    const secret = new Secret(this, 'SecretKeys', {
      description: 'SECRET_KEYS: seal cursors and API keys. Newest first, separated by commas',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acknowledge(
      secret,
      'AwsSolutions-SMG4',
      'A new key is put in front by hand (cdk/README.md) and the old one stays for a day or for as long as API keys hang on it; a rotation would drop it.',
    );
    return secret;
  }

  private identify({ identity, app }: Stage): Environment {
    if (identity.kind === 'oidc') {
      const { issuer, audience, scopePrefix } = identity;
      return { AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience, AUTH_PROFILE: 'oidc', AUTH_SCOPE_PREFIX: scopePrefix };
    }
    const cognito = new Identity(this, 'Identity', { ...identity, adminGroup: app.AUTH_ADMIN_GROUP ?? 'admins' });
    new CfnOutput(this, 'SignInUrl', { value: cognito.signInUrl, description: 'Where people sign in' });
    return cognito.settings;
  }
}
