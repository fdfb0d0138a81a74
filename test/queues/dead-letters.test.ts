import '../support/one-realm.ts';
import { startConsuming } from '../../src/queues/consume.ts';
import { redrive } from '../../src/queues/redrive.ts';
import { UNHURRIED } from '../support/object-events.ts';
import { aLog, drained, eventBody, Happening, type Queues, startQueues } from './queues.ts';

let queues: Queues;
beforeAll(async () => {
  queues = await startQueues();
});
afterAll(() => queues?.close());

async function redriven(dryRun: boolean): Promise<{ count: number; said: string }> {
  const lines: string[] = [];
  const count = await redrive(queues.photos, queues.failures, { dryRun, say: (line) => void lines.push(line) });
  return { count, said: lines.join('\n') };
}

const deadLetters = async () => (await queues.photos.deadLetters())?.count();

/** Delivers to a handler that has trouble, until the queue gives a message up. */
async function failUntilDead(body: string): Promise<Happening<string>> {
  const { log } = aLog();
  const tries = new Happening<string>();
  const deliver = queues.deliverTo(async () => {
    tries.add('once more');
    throw new Error('the stars\nare wrong', { cause: new Error('it is cloudy') });
  }, log);
  await queues.photos.send(body);
  const consuming = startConsuming(
    { queue: queues.photos, deliver },
    { atOnce: 1, turn: UNHURRIED, log, hiddenSeconds: 1, waitSeconds: 1 },
  );
  await tries.count(5);
  while ((await deadLetters()) !== 1) await queues.photos.count();
  await consuming.stop();
  return tries;
}

describe('dead letters', () => {
  test('when a handler fails each time, then after five the message is a dead letter, and redrive says why and moves it back', async () => {
    const body = eventBody('uploads/YQ/one');
    const tries = await failUntilDead(body);
    expect(tries.all).toHaveLength(5);

    const dry = await redriven(true);
    expect(dry.said).toMatch(/about 1 in \S+-photos-dead/);
    expect(dry.said).toMatch(/ObjectCreated:Put photos\/uploads\/YQ\/one/);
    expect(dry.said).toMatch(/failed 5 times, last at 20\d\d-\S+Z: Error: the stars are wrong ← Error: it is cloudy/);
    expect([dry.count, await deadLetters(), await queues.photos.count()]).toEqual([1, 1, 0]);

    const { count, said } = await redriven(false);
    expect(said).toContain('the stars are wrong');
    expect([count, await deadLetters()]).toEqual([1, 0]);
    expect(await drained(queues.photos, 1)).toEqual([body]);
    expect((await redriven(false)).count).toBe(0);
  });

  test('when redrive can’t send, then it fails, and the message is still a dead letter', async () => {
    const body = eventBody('uploads/YQ/two');
    const dead = await queues.photos.deadLetters();
    await dead?.send(body);
    const broken = { ...queues.photos, send: () => Promise.reject(new Error('no sending today')) };
    await expect(redrive(broken, queues.failures, { dryRun: false, say: () => undefined })).rejects.toThrow('no sending today');
    expect(await deadLetters()).toBe(1);
    expect(await queues.photos.count()).toBe(0);
  });

  test('when a queue has no dead letters’ queue, then redrive says so', async () => {
    const dead = await queues.photos.deadLetters();
    if (!dead) throw new Error('there is one');
    await expect(redrive(dead, queues.failures, { dryRun: true, say: () => undefined })).rejects.toThrow(/no dead-letter queue/);
  });
});
