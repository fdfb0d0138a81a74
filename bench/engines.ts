import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { awsClients } from '../src/shared/aws.ts';
import { eachInFlight } from '../src/shared/batches.ts';
import { startLocalStack } from '../test/engines/localstack.ts';
import { median } from './support/figures.ts';

const OBJECT = Buffer.alloc(200_000, 'photoform');
const CONNECTIONS = 16;
const OBJECTS = 400;
const KEYS = 10_000;
const ROUNDS = 5;
const STARTS = 7;

interface Engine {
  name: string;
  client: S3Client;
  /** Milliseconds from starting the process until it answers. */
  startMs: number;
  pid: number;
  stop(): Promise<void>;
}

const clientOf = (s3Endpoint: string, accessKeyId: string, secretAccessKey: string) =>
  awsClients({ region: 'us-east-1', s3Endpoint, credentials: { accessKeyId, secretAccessKey } }).objects;

async function startEmbedded(): Promise<Engine> {
  const started = performance.now();
  const child = fork(new URL('./support/object-store.ts', import.meta.url), { execArgv: ['--disable-warning=ExperimentalWarning'] });
  const [endpoint] = (await once(child, 'message')) as [string];
  const startMs = performance.now() - started;
  const stop = async () => {
    child.kill();
    await once(child, 'exit');
  };
  return { name: 'embedded', client: clientOf(endpoint, 'bench', 'bench-secret'), startMs, pid: Number(child.pid), stop };
}

async function startPeer(): Promise<Engine> {
  await (await startLocalStack()).stop(); // installed, and warm in the page cache
  const started = performance.now();
  const { endpoint, pid, stop } = await startLocalStack();
  return { name: 'LocalStack 4.14', client: clientOf(endpoint, 'test', 'test'), startMs: performance.now() - started, pid, stop };
}

/** Operations a second. */
async function rate(count: number, work: (index: number) => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await eachInFlight(
    CONNECTIONS,
    Array.from({ length: count }, (_, index) => index),
    async (index) => void (await work(index)),
  );
  return (count / (performance.now() - started)) * 1000;
}

async function listAll(client: S3Client, bucket: string): Promise<number> {
  const started = performance.now();
  let token: string | undefined;
  let keys = 0;
  do {
    const page: { KeyCount?: number; NextContinuationToken?: string } = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, ContinuationToken: token }),
    );
    keys += page.KeyCount ?? 0;
    token = page.NextContinuationToken;
  } while (token);
  if (keys !== KEYS) throw new Error(`listed ${keys} of ${KEYS} keys`);
  return performance.now() - started;
}

const MEASURES: Record<string, { unit: string; run(engine: Engine): Promise<number> }> = {
  'PUT 200 kB': {
    unit: '/s',
    run: ({ client }) =>
      rate(OBJECTS, (index) => client.send(new PutObjectCommand({ Bucket: 'bench', Key: `object-${index}`, Body: OBJECT }))),
  },
  'GET 200 kB': {
    unit: '/s',
    run: ({ client }) =>
      rate(OBJECTS, async (index) => {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: 'bench', Key: `object-${index}` }));
        return Body?.transformToByteArray();
      }),
  },
  'list 10,000 keys': { unit: ' ms', run: ({ client }) => listAll(client, 'many') },
};

const residentMB = (pid: number) => Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1000);

async function prepare({ client }: Engine): Promise<void> {
  await client.send(new CreateBucketCommand({ Bucket: 'bench' }));
  await client.send(new CreateBucketCommand({ Bucket: 'many' }));
  await rate(KEYS, (index) => client.send(new PutObjectCommand({ Bucket: 'many', Key: `key-${index}`, Body: Buffer.from('.') })));
}

/** The embedded object store beside LocalStack, each in a process of its own, with this process as their one client; rounds interleaved. */
export async function run(): Promise<void> {
  const starts: number[] = [];
  for (let start = 0; start < STARTS; start++) {
    const engine = await startEmbedded();
    starts.push(engine.startMs);
    await engine.stop();
  }
  const engines = [await startEmbedded(), await startPeer()];
  try {
    for (const engine of engines) await prepare(engine);
    process.stdout.write(`${''.padEnd(20)}${engines.map(({ name }) => name.padStart(18)).join('')}\n`);
    for (const [measure, { unit, run: once }] of Object.entries(MEASURES)) {
      const rounds = engines.map((): number[] => []);
      for (let round = 0; round < ROUNDS; round++) for (const [index, engine] of engines.entries()) rounds[index]?.push(await once(engine));
      process.stdout.write(
        `${measure.padEnd(20)}${rounds.map((figures) => `${Math.round(median(figures))}${unit}`.padStart(18)).join('')}\n`,
      );
    }
    const startUp = [median(starts), engines[1]?.startMs ?? 0];
    process.stdout.write(`${'start-up'.padEnd(20)}${startUp.map((ms) => `${Math.round(ms)} ms`.padStart(18)).join('')}\n`);
    process.stdout.write(`${'resident memory'.padEnd(20)}${engines.map(({ pid }) => `${residentMB(pid)} MB`.padStart(18)).join('')}\n`);
  } finally {
    for (const { stop } of engines) await stop();
  }
}
