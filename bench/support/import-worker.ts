import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { parse } from 'csv-parse';
import { readJobConfig } from '../../src/config.ts';
import { loadRows } from '../../src/imports/load.ts';
import { rowsOf } from '../../src/imports/readers/rows.ts';
import { buildJobs } from '../../src/jobs.ts';
import { systemActor } from '../../src/shared/actor.ts';
import { awsClients } from '../../src/shared/aws.ts';
import { IN_FLIGHT, WRITES } from '../../src/shared/batches.ts';
import { keepHeapLean } from '../../src/shared/lean-heap.ts';
import { createLogger } from '../../src/shared/log.ts';
import { createdEvent } from '../../src/shared/s3-event.ts';
import { newVersion } from '../../src/shared/version.ts';
import { importTarget } from '../../src/users/import-target.ts';
import { stamped, type UserInput } from '../../src/users/user.ts';
import type { Work } from './import-files.ts';

const { what, format, rows, key, env, credentials }: Work = JSON.parse(String(process.argv[2]));
const config = readJobConfig(env);
const clients = awsClients({ ...config.aws, credentials });

const object = async () => {
  const { Body, ContentLength = 0 } = await clients.objects.send(new GetObjectCommand({ Bucket: config.buckets.imports, Key: key }));
  return { body: Body as Readable, bytes: ContentLength };
};

async function* csvRows(body: Readable): AsyncGenerator<UserInput> {
  for await (const record of body.pipe(parse({ bom: true, columns: true }))) {
    const { userId, name, email, ...rest } = record as Record<string, string>;
    const attributes = Object.fromEntries(Object.entries(rest).map(([column, value]) => [column.replace('attributes.', ''), value]));
    yield { userId, name, email, attributes } as UserInput;
  }
}

async function* ndjsonRows(body: Readable): AsyncGenerator<UserInput> {
  for await (const line of createInterface({ input: body, crlfDelay: Number.POSITIVE_INFINITY })) yield JSON.parse(line);
}

/** As little as loads the same items with the same SDK, as many calls in flight as the import has. */
async function bare(): Promise<number> {
  const { body } = await object();
  const source = format === 'csv' ? csvRows(body) : ndjsonRows(body);
  let count = 0;
  async function* groups() {
    let group: UserInput[] = [];
    for await (const row of source) {
      group.push(row);
      if (group.length < WRITES) continue;
      yield group;
      group = [];
    }
    if (group.length > 0) yield group;
  }
  const all = groups();
  const lane = async () => {
    for (let next = await all.next(); !next.done; next = await all.next()) {
      const writes = next.value.map((user) => ({ PutRequest: { Item: stamped(user, newVersion()) } }));
      const { UnprocessedItems = {} } = await clients.tables.send(
        new BatchWriteCommand({ RequestItems: { [config.tables.users]: writes } }),
      );
      if (Object.keys(UnprocessedItems).length > 0) throw new Error('the engine left items undone');
      count += writes.length;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  return count;
}

/** What an event of the file does, from the event to the finished record. */
async function imported(): Promise<number> {
  keepHeapLean(); // as every process does that imports
  const jobs = buildJobs(config, createLogger('silent'), { credentials });
  const { bytes, body } = await object();
  body.destroy();
  const event = createdEvent(config.buckets.imports, { key, bytes, eTag: undefined, sequencer: String(process.pid) });
  const outcome = await jobs.onImportEvent(event, { remainingMs: () => Number.POSITIVE_INFINITY });
  jobs.close();
  return outcome === 'done' ? rows : 0;
}

/** Reading, parsing and validating, with nowhere to write to. */
async function parsed(): Promise<number> {
  const { body, bytes } = await object();
  const target = { ...importTarget({ putMany: async () => [] }, systemActor('bench')), put: async () => {} };
  const loaded = await loadRows({
    rows: rowsOf(body, { format, mustBeGzip: false, bytes }, config.importLimits),
    settledBefore: 0,
    target,
    limits: config.importLimits,
    startRejects: () => {
      throw new Error('a row was rejected');
    },
    goOn: async () => true,
  });
  return loaded.written;
}

const [began, cpu] = [performance.now(), process.cpuUsage()];
const count = await { import: imported, bare, parse: parsed }[what]();
const seconds = (performance.now() - began) / 1_000;
const { user, system } = process.cpuUsage(cpu);
if (count !== rows) throw new Error(`${what}: ${count} rows of ${rows}`);
for (const client of Object.values(clients)) client.destroy();
process.send?.({ rowsPerSecond: rows / seconds, cpuMicroseconds: (user + system) / rows, peakRss: process.resourceUsage().maxRSS * 1_024 });
