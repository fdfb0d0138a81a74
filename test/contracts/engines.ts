import { randomBytes } from 'node:crypto';
import { startDynamoDb } from '../../src/local/dynamodb.ts';
import { startObjectStore } from '../../src/local/object-store/index.ts';
import { provision } from '../../src/provision.ts';
import { TABLES } from '../../src/shapes.ts';
import { type AwsClients, awsClients } from '../../src/shared/aws.ts';

/** The one key that every engine of a test knows. */
export const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
export const REGION = 'us-east-1';

type Engine = { endpoint: string; close(): Promise<unknown> };

const external = (endpoint: string): Engine => ({ endpoint, close: async () => {} });

/** DynamoDB: ours in memory, unless ENGINE_DYNAMODB_ENDPOINT names another. */
export async function dynamoDb(): Promise<Engine> {
  const { ENGINE_DYNAMODB_ENDPOINT: other } = process.env;
  return other ? external(other) : startDynamoDb();
}

/** S3: our own store in a temporary folder, unless ENGINE_S3_ENDPOINT names another. */
export async function objectStore(): Promise<Engine> {
  const { ENGINE_S3_ENDPOINT: other } = process.env;
  return other ? external(other) : startObjectStore(CREDENTIALS);
}

/** Clients made as the service makes its own, retries and time-outs included. */
export const clientsOf = ({ dynamodb, s3 }: { dynamodb?: string; s3?: string }): AwsClients =>
  awsClients({ region: REGION, credentials: CREDENTIALS, dynamodbEndpoint: dynamodb, s3Endpoint: s3 });

const tableNames = (run: string) =>
  Object.fromEntries(Object.keys(TABLES).map((table) => [table, `${run}-${table}`])) as Record<keyof typeof TABLES, string>;

/** Engines with tables and a bucket that no other suite knows, made just as the service makes them. */
export class Engines {
  readonly dynamodb: string;
  readonly s3: string;
  readonly clients: AwsClients;
  readonly tables: Record<keyof typeof TABLES, string>;
  readonly bucket: string;
  readonly #started: Engine[];

  private constructor(started: [Engine, Engine]) {
    const [dynamodb, s3] = started;
    const run = `contract-${randomBytes(6).toString('hex')}`;
    this.dynamodb = dynamodb.endpoint;
    this.s3 = s3.endpoint;
    this.clients = clientsOf({ dynamodb: dynamodb.endpoint, s3: s3.endpoint });
    this.tables = tableNames(run);
    this.bucket = `${run}-photos`;
    this.#started = started;
  }

  static async start(): Promise<Engines> {
    const engines = new Engines(await Promise.all([dynamoDb(), objectStore()]));
    const { tables: dynamodb, objects: s3 } = engines.clients;
    try {
      await provision({ dynamodb, s3 }, { tables: engines.tables, buckets: { photos: engines.bucket }, corsOrigins: [] });
    } catch (error) {
      await engines.close(); // left open, they would keep the tests from ending
      throw error;
    }
    return engines;
  }

  async close(): Promise<void> {
    for (const client of Object.values(this.clients)) client.destroy();
    await Promise.all(this.#started.map((engine) => engine.close()));
  }
}

/** Engines for the tests of one file; what is returned is there from `beforeAll` on. */
export function useEngines(): { readonly current: Engines } {
  let engines: Engines | undefined;
  beforeAll(async () => {
    engines = await Engines.start();
  });
  afterAll(() => engines?.close());
  return {
    get current() {
      if (!engines) throw new Error('The engines start in beforeAll');
      return engines;
    },
  };
}
