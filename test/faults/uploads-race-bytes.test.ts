import { systemActor } from '../../src/shared/actor.ts';
import { anotherFinisher, Gate, waitingToKeep, waitingToMark } from '../support/finishers.ts';
import { image } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';
import {
  type Begun,
  begin,
  complete,
  expectFinished,
  expectNothingOf,
  ofPng,
  rowOf,
  sha256,
  smuggle,
  stateOf,
} from '../support/uploads.ts';

const US = systemActor('test');

let service: TestService;
let bytes: Buffer;
let others: Buffer;
let html: Buffer;
beforeAll(async () => {
  [service, bytes, others] = await Promise.all([startService(), image(), image('png', '#996633')]);
  html = Buffer.alloc(bytes.length, '<html>');
});
afterAll(() => service.close());

async function arrived(user: string): Promise<Begun> {
  const begun = await begin(service, user, ofPng(bytes));
  await smuggle(service, begun, bytes);
  return begun;
}

describe('bytes that are swapped while they are finished', () => {
  const swapped: [string, () => Buffer][] = [
    ['another photo of that size', () => others],
    ['a page of that size', () => html],
    ['something larger', () => Buffer.concat([bytes, bytes])],
  ];
  test.each(swapped)('when %s takes their place between check and keeping, then what was checked is what is kept', async (_what, swap) => {
    const begun = await arrived('swaps');
    const finisher = anotherFinisher(service, ({ measure }) => ({
      async measure(read) {
        await smuggle(service, begun, swap());
        return measure(read);
      },
    }));
    const photo = await finisher.finishUpload(US, begun);

    expect(photo).toMatchObject({ status: 'ready', sha256: sha256(bytes) });
    await expectFinished(service, begun, bytes);
  });

  test('when they are swapped again and again while many complete, then what is kept is what the photo says', async () => {
    for (let round = 0; round < 5; round++) {
      const begun = await arrived('swaps-often');
      const swaps = Array.from({ length: 6 }, (_, index) => smuggle(service, begun, index % 2 ? others : bytes));
      await Promise.all([...swaps, ...Array.from({ length: 4 }, () => complete(service, begun))]);
      await complete(service, begun);
      const row = await rowOf(service, begun);
      expect(row?.status).toBe('ready');
      await expectFinished(service, begun, row?.sha256 === sha256(bytes) ? bytes : others);
    }
  });
});

describe('two finishers that read different bytes', () => {
  test('when the second is through before the first keeps its own, then the second’s photo stays', async () => {
    const [begun, gate] = [await arrived('second-first'), new Gate()];
    const first = waitingToKeep(service, gate).finishUpload(US, begun);
    await gate.reached;
    await smuggle(service, begun, others);
    expect((await complete(service, begun)).body.photo.sha256).toBe(sha256(others));
    gate.open();
    expect(await first).toEqual(await rowOf(service, begun));
    await expectFinished(service, begun, others);
  });

  test('when the first has kept its own, then that is the photo, whoever marks it', async () => {
    const [begun, gate] = [await arrived('first-kept'), new Gate()];
    const first = waitingToMark(service, gate).finishUpload(US, begun);
    await gate.reached;
    await smuggle(service, begun, others);
    expect((await complete(service, begun)).body.photo.sha256).toBe(sha256(bytes));
    gate.open();
    expect(await first).toEqual(await rowOf(service, begun));
    await expectFinished(service, begun, bytes);
  });

  test.each([
    ['before it keeps its own', waitingToKeep],
    ['when it has kept its own', waitingToMark],
  ])('when the second finds no photo while the first is stopped %s, then it is rejected, and nothing is left', async (_when, waiting) => {
    const [begun, gate] = [await arrived('second-rejects'), new Gate()];
    const first = waiting(service, gate).finishUpload(US, begun);
    await gate.reached;
    await smuggle(service, begun, html);
    expect((await complete(service, begun)).status).toBe(415);
    gate.open();
    expect(await first).toMatchObject({ status: 'rejected', rejected: { code: 'unsupported-media-type' } });
    expect((await stateOf(service, begun)).body.photo.status).toBe('rejected');
    await expectNothingOf(service, begun);
  });
});
