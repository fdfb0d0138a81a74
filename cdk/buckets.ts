import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  HttpMethods,
  type IBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { BUCKET_CORS, QUARANTINE_DAYS } from '../src/shapes.ts';
import { EventQueue } from './queues.ts';
import type { Stage } from './settings.ts';

/** What every bucket of ours is: nobody's but the account's, encrypted, reached by TLS alone, kept whatever happens to the stack. */
export const PRIVATE = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  encryption: BucketEncryption.S3_MANAGED,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  // but not by a deployment that failed: the next one would find its name taken
  removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
};

interface EventBucketProps {
  stage: Stage;
  logs: IBucket;
  /** Where keys begin whose arrival is an event. */
  eventPrefixes: string[];
  /** Where keys begin whose objects go by themselves, and after how many days. */
  expiring: Record<string, number>;
  consumerSeconds: number;
}

/** A bucket whose arrivals become messages. */
export class EventBucket extends Construct {
  /** Known before there is a bucket, so that the queue's policy can name it: S3 asks the queue as it makes the bucket. */
  readonly bucketName: string;
  readonly bucketArn: string;
  readonly events: EventQueue;

  constructor(scope: Construct, id: string, { stage, logs, eventPrefixes, expiring, consumerSeconds }: EventBucketProps) {
    super(scope, id);
    this.bucketName = `photoform-${stage.name}-${id.toLowerCase()}-${Aws.ACCOUNT_ID}-${Aws.REGION}`;
    this.bucketArn = `arn:${Aws.PARTITION}:s3:::${this.bucketName}`;
    this.events = new EventQueue(this, 'Events', { bucketArn: this.bucketArn, consumerSeconds });
    const bucket = new Bucket(this, 'Bucket', {
      ...PRIVATE,
      bucketName: this.bucketName,
      versioned: stage.versioning !== undefined,
      lifecycleRules: lifecycle(stage, expiring),
      cors: cors(stage.corsOrigins),
      serverAccessLogsBucket: logs,
      serverAccessLogsPrefix: `s3/${id.toLowerCase()}/`,
    });
    bucket.node.addDependency(this.events);
    this.notify(bucket, eventPrefixes);
    limitSignatures(bucket, Math.max(stage.urlSeconds.upload, stage.urlSeconds.download));
  }

  /** CDK's own helper makes a function that holds rights over every bucket, and a circle when the queue is in another stack. */
  private notify(bucket: Bucket, prefixes: string[]): void {
    const queue = this.events.queue.queueArn;
    (bucket.node.defaultChild as CfnBucket).notificationConfiguration = {
      queueConfigurations: prefixes.map((value) => ({
        event: 's3:ObjectCreated:*',
        queue,
        filter: { s3Key: { rules: [{ name: 'prefix', value }] } },
      })),
    };
  }
}

/** Whatever a URL says of itself: none is good for longer than those that the app signs (it concerns signed URLs and forms alone). */
function limitSignatures(bucket: Bucket, seconds: number): void {
  bucket.addToResourcePolicy(
    new PolicyStatement({
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['s3:*'],
      resources: [bucket.arnForObjects('*')],
      conditions: { NumericGreaterThan: { 's3:signatureAge': seconds * 1_000 } },
    }),
  );
}

function lifecycle({ versioning }: Stage, expiring: Record<string, number>) {
  return [
    ...Object.entries(expiring).map(([prefix, days]) => ({ id: prefix, prefix, expiration: Duration.days(days) })),
    { id: 'parts', abortIncompleteMultipartUploadAfter: Duration.days(QUARANTINE_DAYS) },
    ...(versioning
      ? [{ id: 'versions', noncurrentVersionExpiration: Duration.days(versioning.keepDays), expiredObjectDeleteMarker: true }]
      : []),
  ];
}

function cors(allowedOrigins: string[]) {
  if (allowedOrigins.length === 0) return [];
  const { methods, headers, exposed, maxAgeSeconds } = BUCKET_CORS;
  const allowedMethods = methods.map((method) => HttpMethods[method as keyof typeof HttpMethods]);
  return [{ allowedOrigins, allowedMethods, allowedHeaders: headers, exposedHeaders: exposed, maxAge: maxAgeSeconds }];
}
