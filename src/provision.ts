import {
  type AttributeDefinition,
  CreateTableCommand,
  type DynamoDBClient,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import {
  type CORSRule,
  CreateBucketCommand,
  DeleteBucketCorsCommand,
  type LifecycleRule,
  PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
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
  imports: { partition: 'importId' },
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

/** How long bytes that became no photo are kept: as long as the row that waits for them. */
const QUARANTINE_DAYS = 7;
/** How long data files and their rejects are kept: they are full of personal data, and loaded. */
const DATA_FILE_DAYS = 30;

const expiring = (prefix: string, days: number): LifecycleRule => ({
  ID: prefix,
  Status: 'Enabled',
  Filter: { Prefix: `${prefix}/` },
  Expiration: { Days: days },
});

/** What each bucket drops by itself, beside parts that nobody put together. */
const EXPIRING = {
  photos: [expiring('uploads', QUARANTINE_DAYS)],
  imports: [expiring('imports', DATA_FILE_DAYS), expiring('rejects', DATA_FILE_DAYS)],
};

/** What browsers may do across origins, and see of the answers: everything that a signed request of ours makes them send. */
export function bucketCors(origins: string[]): CORSRule[] {
  if (origins.length === 0) return [];
  return [
    {
      AllowedOrigins: origins,
      AllowedMethods: ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'],
      AllowedHeaders: ['content-type', 'if-none-match', 'x-amz-checksum-sha256', 'range'],
      ExposeHeaders: ['ETag', 'Location', 'Content-Disposition'],
      MaxAgeSeconds: 600,
    },
  ];
}

async function createBucket(client: S3Client, name: string, expiring: LifecycleRule[], origins: string[]): Promise<void> {
  try {
    await client.send(new CreateBucketCommand({ Bucket: name }));
  } catch (error) {
    if (!isNamed(error, 'BucketAlreadyOwnedByYou')) throw error;
  }
  const CORSRules = bucketCors(origins);
  if (CORSRules.length > 0) await client.send(new PutBucketCorsCommand({ Bucket: name, CORSConfiguration: { CORSRules } }));
  else await client.send(new DeleteBucketCorsCommand({ Bucket: name }));
  await client.send(
    new PutBucketLifecycleConfigurationCommand({
      Bucket: name,
      LifecycleConfiguration: {
        Rules: [
          ...expiring,
          {
            ID: 'parts',
            Status: 'Enabled',
            Filter: { Prefix: '' },
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: QUARANTINE_DAYS },
          },
        ],
      },
    }),
  );
}

export interface Installation {
  tables: Record<keyof typeof TABLES, string>;
  buckets: Partial<Record<keyof typeof EXPIRING, string>>;
  /** Origins whose pages may reach the buckets. */
  corsOrigins: string[];
}

/** Creates what is missing of the tables and buckets, on an engine of our own; on AWS the stack does. Harmless to repeat. */
export async function provision(
  clients: { dynamodb: DynamoDBClient; s3: S3Client },
  { tables, buckets, corsOrigins }: Installation,
): Promise<void> {
  await Promise.all([
    ...Object.entries(TABLES).map(([table, shape]) => createTable(clients.dynamodb, tables[table as keyof typeof TABLES], shape)),
    ...Object.entries(buckets).map(([bucket, name]) =>
      createBucket(clients.s3, name, EXPIRING[bucket as keyof typeof EXPIRING], corsOrigins),
    ),
  ]);
}
