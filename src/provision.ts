import {
  type AttributeDefinition,
  CreateTableCommand,
  type DynamoDBClient,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import { isNamed } from './shared/aws.ts';

export interface TableShape {
  partition: string;
  sort?: string;
  /** The attribute with the second at which an item may go. */
  ttl?: string;
}

/** Every table's shape; all of its other attributes are free. */
export const TABLES = {
  users: { partition: 'userId' },
  photos: { partition: 'userId', sort: 'photoId', ttl: 'expiresAt' },
  requests: { partition: 'requestKey', ttl: 'expiresAt' },
} satisfies Record<string, TableShape>;

async function createTable(client: DynamoDBClient, name: string, { partition, sort, ttl }: TableShape): Promise<void> {
  const keys = [partition, ...(sort ? [sort] : [])];
  try {
    await client.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: keys.map((AttributeName): AttributeDefinition => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: keys.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
      }),
    );
  } catch (error) {
    if (!isNamed(error, 'ResourceInUseException')) throw error; // it is there already
  }
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName: name });
  if (ttl) await expireBy(client, name, ttl);
}

async function expireBy(client: DynamoDBClient, name: string, ttl: string): Promise<void> {
  try {
    await client.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification: { AttributeName: ttl, Enabled: true } }));
  } catch (error) {
    // dynalite has no TTL (the code never relies on it), and others refuse to enable it twice
    if (!isNamed(error, 'UnknownOperationException', 'ValidationException')) throw error;
  }
}

async function createBucket(client: S3Client, name: string): Promise<void> {
  try {
    await client.send(new CreateBucketCommand({ Bucket: name }));
  } catch (error) {
    if (!isNamed(error, 'BucketAlreadyOwnedByYou')) throw error;
  }
}

/** Creates what is missing of the tables and buckets, on an engine of our own; on AWS the stack does. Harmless to repeat. */
export async function provision(
  clients: { dynamodb: DynamoDBClient; s3: S3Client },
  names: { tables: Record<keyof typeof TABLES, string>; buckets: Record<string, string> },
): Promise<void> {
  await Promise.all([
    ...Object.entries(TABLES).map(([table, shape]) => createTable(clients.dynamodb, names.tables[table as keyof typeof TABLES], shape)),
    ...Object.values(names.buckets).map((bucket) => createBucket(clients.s3, bucket)),
  ]);
}
