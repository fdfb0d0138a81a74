import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { s3EventOf } from '../../src/queues/event-body.ts';
import { createdObjects } from '../../src/shared/s3-event.ts';
import { CREDENTIALS } from '../contracts/engines.ts';
import { outcome, spawnMain } from '../support/dev.ts';
import { drained, type Queues, startQueues } from './queues.ts';

let queues: Queues;
let cwd: string;
beforeAll(async () => {
  [queues, cwd] = await Promise.all([startQueues(), mkdtemp(join(tmpdir(), 'photoform-init-'))]);
});
afterAll(async () => {
  await queues?.close();
  await rm(cwd, { recursive: true });
});

function init(): ReturnType<typeof outcome> {
  const { engines, buckets, urls } = queues;
  const tables = Object.entries(engines.tables).map(([name, table]) => [`${name.toUpperCase()}_TABLE`, table]);
  const env = {
    ...Object.fromEntries(tables),
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AUTH_ISSUER: 'https://issuer.example.com/',
    AUTH_AUDIENCE: 'photoform',
    SECRET_KEYS: 'x'.repeat(32),
    DYNAMODB_ENDPOINT: engines.dynamodb,
    S3_ENDPOINT: engines.s3,
    SQS_ENDPOINT: queues.sqsEndpoint,
    PHOTOS_BUCKET: buckets.photos,
    IMPORTS_BUCKET: buckets.imports,
    PHOTOS_QUEUE_URL: urls.photos,
    IMPORTS_QUEUE_URL: urls.imports,
  };
  return outcome(spawnMain('init.ts', [], { cwd, env }));
}

test('when init runs, then samples are in and the queue was told; when again, then a deleted one stays away', async () => {
  const { tables } = queues.engines.clients;
  const { users: TableName } = queues.engines.tables;
  const userIds = async () => ((await tables.send(new ScanCommand({ TableName }))).Items ?? []).map(({ userId }) => userId).toSorted();

  expect(await init()).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/3 users and 3 photos from seed\/ are in/) });
  const all = await userIds();
  expect(all).toHaveLength(3);
  const told = (await drained(queues.photos, 3)).flatMap((body) => createdObjects(s3EventOf(body) ?? {}));
  expect(told.filter(({ key }) => key.startsWith('originals/'))).toHaveLength(3);

  await tables.send(new DeleteCommand({ TableName, Key: { userId: all[0] } }));
  expect(await init()).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/no samples/) });
  expect(await userIds()).toEqual(all.slice(1));
});
