import { randomBytes } from 'node:crypto';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { type Engine, startEngine } from './engine.ts';

export const bucketName = () => `contract-${randomBytes(8).toString('hex')}`;

// The SDK warns of what some tests do on purpose, like streams it can't send twice.
const silent = () => {};
const logger = { trace: silent, debug: silent, info: silent, warn: silent, error: silent };

export function clientOf(engine: Omit<Engine, 'name' | 'stop'>, overrides: S3ClientConfig = {}): S3Client {
  const { endpoint, region, accessKeyId, secretAccessKey } = engine;
  // No retries: a test is about the first answer.
  const credentials = { accessKeyId, secretAccessKey };
  return new S3Client({ endpoint, region, forcePathStyle: true, maxAttempts: 1, logger, credentials, ...overrides });
}

/** The engine, a client, and the few words every test is told in. */
export class Bench {
  #engine: Engine | undefined;
  #client: S3Client | undefined;

  get engine(): Engine {
    if (!this.#engine) throw new Error('The engine starts in beforeAll');
    return this.#engine;
  }

  get s3(): S3Client {
    if (!this.#client) throw new Error('The client is made in beforeAll');
    return this.#client;
  }

  async start(): Promise<void> {
    this.#engine = await startEngine();
    this.#client = clientOf(this.#engine);
  }

  async stop(): Promise<void> {
    this.#client?.destroy();
    await this.#engine?.stop();
  }

  /** A bucket of one's own, so that no test depends on another. */
  async bucket(): Promise<string> {
    const Bucket = bucketName();
    await this.s3.send(new CreateBucketCommand({ Bucket }));
    return Bucket;
  }

  async put(Bucket: string, Key: string, Body: string | Buffer = 'hello'): Promise<string> {
    const { ETag = '' } = await this.s3.send(new PutObjectCommand({ Bucket, Key, Body }));
    return ETag;
  }

  async text(Bucket: string, Key: string): Promise<string> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket, Key }));
    return (await Body?.transformToString()) ?? '';
  }

  head(Bucket: string, Key: string) {
    return this.s3.send(new HeadObjectCommand({ Bucket, Key }));
  }

  /** Every key of a bucket. */
  async keys(Bucket: string): Promise<string[]> {
    const { Contents = [] } = await this.s3.send(new ListObjectsV2Command({ Bucket }));
    return Contents.map(({ Key = '' }) => Key);
  }

  async uploads(Bucket: string): Promise<string[]> {
    const { Uploads = [] } = await this.s3.send(new ListMultipartUploadsCommand({ Bucket }));
    return Uploads.map(({ Key = '' }) => Key);
  }
}

/** A bench for the tests of one file. */
export function useBench(): Bench {
  const bench = new Bench();
  beforeAll(() => bench.start());
  afterAll(() => bench.stop());
  return bench;
}

/** The name and status of the error a request is refused with; fails when it isn't. */
export async function refusal(request: Promise<unknown>): Promise<{ name: string; status: number | undefined }> {
  try {
    await request;
  } catch (error) {
    const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
    if (!$metadata?.httpStatusCode) throw error;
    return { name, status: $metadata.httpStatusCode };
  }
  throw new Error('The request was expected to be refused, and was not');
}
