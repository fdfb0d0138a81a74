import '../support/one-realm.ts';
import { type ConsumeOptions, startConsuming } from '../../src/queues/consume.ts';
import type { Message } from '../../src/queues/queue.ts';
import type { EventHandler } from '../../src/shared/event-handler.ts';
import { createdObjects } from '../../src/shared/s3-event.ts';
import { UNHURRIED } from '../support/object-events.ts';
import { aLog, drained, eventBody, Happening, type Queues, startQueues } from './queues.ts';

let queues: Queues;
beforeEach(async () => {
  queues = await startQueues();
});
afterEach(() => queues?.close());

const keyOf = (event: Parameters<EventHandler>[0]) => createdObjects(event)[0]?.key ?? '';

function consuming(handle: EventHandler, options: Partial<ConsumeOptions> = {}, queue = queues.photos) {
  const { log } = aLog();
  const deliver = queues.deliverTo(handle, log, queue);
  return startConsuming({ queue, deliver }, { atOnce: 1, turn: UNHURRIED, log, hiddenSeconds: 2, waitSeconds: 1, ...options });
}

async function sendAll(...keys: string[]): Promise<void> {
  for (const key of keys) await queues.photos.send(eventBody(key));
}

test('when one of three messages fails, then only the other two are removed, and it comes again', async () => {
  const seen = new Happening<string>();
  const worker = consuming(async (event) => {
    seen.add(keyOf(event));
    if (keyOf(event) === 'bad' && seen.all.filter((key) => key === 'bad').length === 1) throw new Error('this once');
    return 'done';
  });
  await sendAll('good', 'bad', 'better');
  await seen.count(4);
  await worker.stop();
  expect(seen.all.toSorted()).toEqual(['bad', 'bad', 'better', 'good']);
  expect(await queues.photos.count()).toBe(0);
});

test('when a message fails and the worker ends, then it is still there', async () => {
  const seen = new Happening<string>();
  const worker = consuming(async (event) => {
    seen.add(keyOf(event));
    throw new Error('trouble');
  });
  await sendAll('kept');
  await seen.count(1);
  await worker.stop();
  expect(await drained(queues.photos, 1)).toEqual([eventBody('kept')]);
});

test('when work takes longer than a message is hidden, then it is held back, and nobody else gets it', async () => {
  const extensions = new Happening<number>();
  const queue = {
    ...queues.photos,
    async hide(...[message, seconds]: Parameters<typeof queues.photos.hide>) {
      await queues.photos.hide(message, seconds);
      extensions.add(seconds);
    },
  };
  const seen = new Happening<string>();
  const handle: EventHandler = async (event) => {
    seen.add(keyOf(event));
    await extensions.count(5); // one every two thirds of a second, of two that it is hidden
    return 'done';
  };
  const workers = [consuming(handle, {}, queue), consuming(handle, {}, queue)];
  await sendAll('slow');
  await extensions.count(5);
  await Promise.all(workers.map(({ stop }) => stop()));
  expect(seen.all).toEqual(['slow']);
  expect(extensions.all.every((seconds) => seconds === 2)).toBe(true);
  expect(await queues.photos.count()).toBe(0);
});

test('when there are more messages than may be worked on at once, then no more are, and all are done', async () => {
  const done = new Happening<string>();
  let [atWork, most] = [0, 0];
  const worker = consuming(
    async (event) => {
      atWork += 1;
      most = Math.max(most, atWork);
      await queues.photos.count(); // as long as a call to the engine
      atWork -= 1;
      done.add(keyOf(event));
      return 'done';
    },
    { atOnce: 2 },
  );
  await sendAll('a', 'b', 'c', 'd', 'e');
  await done.count(5);
  await worker.stop();
  expect([done.all.toSorted(), most]).toEqual([['a', 'b', 'c', 'd', 'e'], expect.any(Number)]);
  expect(most).toBeLessThanOrEqual(2);
  expect(await queues.photos.count()).toBe(0);
});

test('when a handler asks to come again, then a fresh message comes, and the first is no failure', async () => {
  const { log, lines } = aLog();
  const ids = new Happening<string>();
  const deliver = queues.deliverTo(async () => (ids.all.length === 1 ? { againInSeconds: 0.2 } : 'done'), log);
  const watching = async (message: Message) => {
    ids.add(message.id);
    return deliver(message, UNHURRIED);
  };
  await sendAll('later');
  const worker = startConsuming({ queue: queues.photos, deliver: watching }, { atOnce: 1, turn: UNHURRIED, log, waitSeconds: 1 });
  await ids.count(2);
  await worker.stop();
  expect(new Set(ids.all).size).toBe(2);
  expect(lines.all).toEqual([]);
  expect(await queues.photos.count()).toBe(0);
  expect(await queues.failures.find(String(ids.all[0]))).toBeUndefined();
});

test('when a handler asks for longer than SQS holds back, then it is asked again after that', async () => {
  const { log } = aLog();
  const sent = new Happening<number | undefined>();
  const queue = { name: 'long', send: async (_body: string, seconds?: number) => sent.add(seconds) };
  const deliver = queues.deliverTo(async () => ({ againInSeconds: 3_600 }), log, { ...queues.photos, ...queue });
  expect(await deliver({ id: 'x', body: eventBody('long') }, UNHURRIED)).toBe(true);
  expect(sent.all).toEqual([900]);
});

test('when the queue goes away and comes back, then the worker says so and goes on', async () => {
  const { log, lines } = aLog();
  const seen = new Happening<string>();
  let isDown = true;
  const queue = {
    ...queues.photos,
    take: (taking: Parameters<typeof queues.photos.take>[0]) =>
      isDown ? Promise.reject(new Error('connection refused')) : queues.photos.take(taking),
  };
  const deliver = queues.deliverTo(async (event) => {
    seen.add(keyOf(event));
    return 'done';
  }, log);
  const worker = startConsuming({ queue, deliver }, { atOnce: 1, turn: UNHURRIED, log, waitSeconds: 1 });
  await lines.count(1);
  isDown = false;
  await sendAll('after');
  await seen.count(1);
  await worker.stop();
  expect(lines.all[0]).toMatch(/connection refused.*the queue does not answer/);
});
