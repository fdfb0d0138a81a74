import { type Event, PutBucketNotificationConfigurationCommand, type QueueConfiguration, type S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, GetQueueAttributesCommand, SetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';

const DAY_SECONDS = 24 * 60 * 60;
/** Deliveries before a message goes to the dead letters. */
const MOST_RECEIVES = 5;
const RETENTION_DAYS = 4;
/** Longer than the queue's: a dead letter's age counts from when it was first sent. */
const DEAD_RETENTION_DAYS = 14;
/** For those who take a message without saying how long it is to be hidden. */
const VISIBILITY_SECONDS = 60;

export interface QueueInstallation {
  /** URLs; their last part is the queue's name. */
  queues: Record<'photos' | 'imports', string>;
  buckets: Record<'photos' | 'imports', string>;
}

/** Which objects of a bucket are told to which queue. */
const NOTIFIED = { photos: ['uploads/', 'originals/'], imports: ['imports/'] };
const CREATED: Event = 's3:ObjectCreated:*';

/** Creates a queue where there is none, and sets its attributes. @returns its ARN */
async function createQueue(client: SQSClient, QueueName: string, Attributes: Record<string, string>): Promise<string> {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName }));
  await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
  const found = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  return String(found.Attributes?.QueueArn);
}

/** Creates a queue and the one for its dead letters. @returns its ARN */
export async function createQueuePair(client: SQSClient, url: string): Promise<string> {
  const name = new URL(url).pathname.split('/').at(-1) ?? '';
  const dead = await createQueue(client, `${name}-dead`, { MessageRetentionPeriod: String(DEAD_RETENTION_DAYS * DAY_SECONDS) });
  return createQueue(client, name, {
    MessageRetentionPeriod: String(RETENTION_DAYS * DAY_SECONDS),
    VisibilityTimeout: String(VISIBILITY_SECONDS),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead, maxReceiveCount: MOST_RECEIVES }),
  });
}

async function notify(client: S3Client, bucket: string, queueArn: string, prefixes: string[]): Promise<void> {
  const QueueConfigurations = prefixes.map(
    (prefix): QueueConfiguration => ({
      Id: prefix.replace('/', ''),
      QueueArn: queueArn,
      Events: [CREATED],
      Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: prefix }] } },
    }),
  );
  const NotificationConfiguration = { QueueConfigurations };
  await client.send(new PutBucketNotificationConfigurationCommand({ Bucket: bucket, NotificationConfiguration }));
}

/**
 * Creates the queues, each with one for its dead letters, and has the buckets tell them of new objects, on engines of our own; on AWS
 * the stack does. Harmless to repeat.
 */
export async function provisionQueues(
  { sqs, s3 }: { sqs: SQSClient; s3: S3Client },
  { queues, buckets }: QueueInstallation,
): Promise<void> {
  for (const name of ['photos', 'imports'] as const) {
    await notify(s3, buckets[name], await createQueuePair(sqs, queues[name]), NOTIFIED[name]);
  }
}
