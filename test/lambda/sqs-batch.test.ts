import type { Context, SQSEvent } from 'aws-lambda';
import { sqsBatch } from '../../src/lambda/sqs-batch.ts';
import { deliverer } from '../../src/queues/deliver.ts';
import { failureStore } from '../../src/queues/failure-store.ts';
import type { EventHandler } from '../../src/shared/event-handler.ts';
import { image } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';
import { type Begun, begin, expectFinished, ofPng, rowOf, sendFile, uploadKey } from '../support/uploads.ts';

let service: TestService;
let bytes: Buffer;
beforeAll(async () => {
  [service, bytes] = await Promise.all([startService(), image()]);
});
afterAll(() => service?.close());

/** No message of these tests is to be sent again; that needs a queue: test/queues. */
const queue = { name: 'photos', send: () => Promise.reject(new Error('nothing should be sent')) };
const failures = () => service.jobs.failures;

async function invoke(bodies: Record<string, string>, handle: EventHandler = service.jobs.onPhotoEvent, store = failures()) {
  const Records = Object.entries(bodies).map(([messageId, body]) => ({ messageId, body }));
  const handler = sqsBatch(deliverer(handle, queue, store, service.services.log));
  const context = { getRemainingTimeInMillis: () => 4_321 } as Context;
  const answer = await handler({ Records } as SQSEvent, context, () => undefined);
  return answer?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}

async function arrived(user: string): Promise<{ upload: Begun; body: string }> {
  const upload = await begin(service, user, ofPng(bytes));
  await sendFile(upload, bytes);
  return { upload, body: JSON.stringify(await service.events.next(uploadKey(upload))) };
}

test('when one message of a batch can’t be handled, then just that one is told to come again, and why is kept', async () => {
  const [first, last] = [await arrived('ann'), await arrived('bob')];
  const unfit = first.body.replaceAll(/"key":"[^"]*"/g, '"key":"uploads/%E0%A4%A"');
  expect(await invoke({ first: first.body, unfit, last: last.body })).toEqual(['unfit']);
  for (const { upload } of [first, last]) await expectFinished(service, upload, bytes);
  expect(await failures().find('unfit')).toEqual({ times: 1, lastError: 'URIError: URI malformed', lastAt: expect.stringMatching(/Z$/) });
  expect(await failures().find('first')).toBeUndefined();
});

test('when a message fails again, then it is counted, the latest reason is kept, and it goes after 14 days', async () => {
  const failing = (why: string) => invoke({ again: JSON.stringify({ Records: [] }) }, () => Promise.reject(new Error(why)));
  await failing('first');
  await failing('second');
  expect(await failures().find('again')).toMatchObject({ times: 2, lastError: 'Error: second' });
  const row = (await service.stored.rows('requests')).find(({ requestKey }) => requestKey === 'failure/again');
  expect(Number(row?.expiresAt) - Date.now() / 1_000).toBeCloseTo(14 * 24 * 60 * 60, -2);
});

test.each([
  ['not json', 'it is not JSON'],
  ['{"hello": "world"}', 'no Records'],
  ['{"Records": [{"eventName": "ObjectCreated:Put"}]}', 'no Records'],
  ['[]', 'no Records'],
  ['null', 'no Records'],
])('when a message is %s, then it fails, saying that it is no S3 event', async (body, why) => {
  expect(await invoke({ [`odd ${body}`]: body })).toEqual([`odd ${body}`]);
  expect((await failures().find(`odd ${body}`))?.lastError).toMatch(new RegExp(`The message is no S3 event: .*${why}`));
});

test('when S3 sends its test event, then it is done, and no handler is asked', async () => {
  const body = JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Time: '2026-11-21T08:00:00.000Z', Bucket: 'b' });
  expect(await invoke({ test: body }, () => Promise.reject(new Error('asked')))).toEqual([]);
});

test('when a handler asks how much time is left, then it is told what Lambda says', async () => {
  const told: number[] = [];
  const body = JSON.stringify({ Records: [] });
  await invoke({ x: body }, async (_event, turn) => {
    told.push(turn.remainingMs());
    return 'done';
  });
  expect(told).toEqual([4_321]);
});

test('when why a delivery failed can’t be kept, then it is logged, and the message comes again all the same', async () => {
  const { upload, body } = await arrived('cem');
  const nowhere = failureStore(service.services.clients.dynamodb, 'no-such-table');
  const failing: EventHandler = () => Promise.reject(new Error('of the first kind'));
  expect(await invoke({ x: body }, failing, nowhere)).toEqual(['x']);
  expect(await service.whenLogged('of the first kind', 'delivery failed')).toContain('"messageId":"x"');
  expect(await service.whenLogged('could not be kept')).toContain('ResourceNotFoundException');
  expect(await rowOf(service, upload)).toMatchObject({ status: 'pending' });
});
