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
import { BUCKET_CORS, EXPIRING, QUARANTINE_DAYS, TABLES, type TableShape } from './shapes.ts';
import { isNamed } from './shared/aws.ts';

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

const expiring = (prefixes: Record<string, number>) =>
  Object.entries(prefixes).map(
    ([Prefix, Days]): LifecycleRule => ({ ID: Prefix, Status: 'Enabled', Filter: { Prefix }, Expiration: { Days } }),
  );

const corsRules = (origins: string[]): CORSRule[] => [
  {
    AllowedOrigins: origins,
    AllowedMethods: BUCKET_CORS.methods,
    AllowedHeaders: BUCKET_CORS.headers,
    ExposeHeaders: BUCKET_CORS.exposed,
    MaxAgeSeconds: BUCKET_CORS.maxAgeSeconds,
  },
];

async function createBucket(client: S3Client, name: string, prefixes: Record<string, number>, origins: string[]): Promise<void> {
  try {
    await client.send(new CreateBucketCommand({ Bucket: name }));
  } catch (error) {
    if (!isNamed(error, 'BucketAlreadyOwnedByYou')) throw error;
  }
  if (origins.length > 0)
    await client.send(new PutBucketCorsCommand({ Bucket: name, CORSConfiguration: { CORSRules: corsRules(origins) } }));
  else await client.send(new DeleteBucketCorsCommand({ Bucket: name }));
  await client.send(
    new PutBucketLifecycleConfigurationCommand({
      Bucket: name,
      LifecycleConfiguration: {
        Rules: [
          ...expiring(prefixes),
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
