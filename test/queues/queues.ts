import { EventEmitter, once } from 'node:events';
import { Writable } from 'node:stream';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { provision } from '../../src/provision.ts';
import { createQueuePair, provisionQueues } from '../../src/provision-queues.ts';
import { deliverer } from '../../src/queues/deliver.ts';
import { failureStore } from '../../src/queues/failure-store.ts';
import { type Queue, sqsQueue } from '../../src/queues/queue.ts';
import { queueClient } from '../../src/shared/aws-queues.ts';
import type { EventHandler } from '../../src/shared/event-handler.ts';
import { createLogger, type Logger } from '../../src/shared/log.ts';
import { CREDENTIALS, Engines, REGION } from '../contracts/engines.ts';

export { freePort } from '../engines/processes.ts';

export type Queues = Awaited<ReturnType<typeof startQueues>>;

/** An event of an object, as S3 writes it into a message. */
export const eventBody = (key: string) =>
  JSON.stringify({ Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'photos' }, object: { key, size: 1 } } }] });

/** Queues with dead letters that no other suite knows, made just as `npm run init` makes them, on the engine that ENGINE_SQS_ENDPOINT names. */
export async function startQueues() {
  const { ENGINE_SQS_ENDPOINT: sqsEndpoint } = process.env;
  if (!sqsEndpoint) throw new Error('These tests need a queue: npm run test:engines -- --only sqs');
  const engines = await Engines.start();
  const sqs = queueClient({ region: REGION, credentials: CREDENTIALS, sqsEndpoint });
  const run = engines.bucket.replace('-photos', '');
  const urlOf = (name: string) => `${sqsEndpoint}/000000000000/${run}-${name}`;
  const urls = { photos: urlOf('photos'), imports: urlOf('imports') };
  const buckets = { photos: engines.bucket, imports: `${run}-imports` };
  const { tables: dynamodb, objects: s3 } = engines.clients;
  await provision({ dynamodb, s3 }, { tables: engines.tables, buckets, corsOrigins: [] });
  for (const url of Object.values(urls)) await createQueuePair(sqs, url);
  const failures = failureStore(dynamodb, engines.tables.requests);
  const queues = { photos: sqsQueue(sqs, urls.photos), imports: sqsQueue(sqs, urls.imports) };

  return {
    engines,
    buckets,
    sqs,
    sqsEndpoint,
    urls,
    ...queues,
    failures,
    /** Has the buckets tell the queues, too. */
    provision: () => provisionQueues({ sqs, s3 }, { queues: urls, buckets }),
    deliverTo: (handle: EventHandler, log: Logger, queue: Queue = queues.photos) => deliverer(handle, queue, failures, log),
    put: (bucket: keyof typeof buckets, key: string) => s3.send(new PutObjectCommand({ Bucket: buckets[bucket], Key: key, Body: 'x' })),
    async close() {
      sqs.destroy();
      await engines.close();
    },
  };
}

/** Something that happens again and again, which a test can wait for. */
export class Happening<T> {
  readonly all: T[] = [];
  readonly #happened = new EventEmitter();

  readonly add = (thing: T): void => {
    this.all.push(thing);
    this.#happened.emit('thing');
  };

  async count(least: number): Promise<T[]> {
    while (this.all.length < least) await once(this.#happened, 'thing');
    return this.all;
  }
}

/** A log that a test can read. */
export function aLog(): { log: Logger; lines: Happening<string> } {
  const lines = new Happening<string>();
  const write = new Writable({ write: (line, _encoding, done) => done(void lines.add(String(line))) });
  return { log: createLogger('info', write), lines };
}

/** Takes whatever a queue has, for good. */
export async function drained(queue: Queue, atLeast: number): Promise<string[]> {
  const bodies: string[] = [];
  for (;;) {
    const waitSeconds = bodies.length < atLeast ? 20 : 1;
    const taken = await queue.take({ atMost: 10, waitSeconds, hiddenSeconds: 30 });
    if (taken.length === 0) return bodies;
    for (const message of taken) {
      bodies.push(message.body);
      await queue.remove(message);
    }
  }
}
