import { systemActor } from '../../src/shared/actor.ts';
import { anotherFinisher, Gate, waitingToKeep, waitingToMark } from '../support/finishers.ts';
import { originalKey } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';
import { type Begun, begin, complete, expectFinished, expectNothingOf, ofPng, rowOf, sha256, smuggle } from '../support/uploads.ts';

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

/** A finisher that dies when it has kept what arrived, before it says so in the row. */
const dying = () =>
  anotherFinisher(service, ({ photos }) => ({ photos: { ...photos, markReady: () => Promise.reject(new Error('the process died')) } }));

describe('a finisher that died between keeping and marking', () => {
  async function died(user: string) {
    const begun = await arrived(user);
    await expect(dying().finishUpload(US, begun)).rejects.toThrow('the process died');
    expect((await rowOf(service, begun))?.status).toBe('pending');
    expect(await service.stored.keys()).toContain(originalKey(begun));
    return begun;
  }

  test.each<[string, () => Buffer]>([
    ['the same', () => bytes],
    ['another photo', () => others],
  ])('when the bytes there now are %s, then the next one finishes with what was kept', async (_what, now) => {
    const begun = await died('died');
    await smuggle(service, begun, now());
    const { status, body } = await complete(service, begun);
    expect([status, body.photo.sha256]).toEqual([200, sha256(bytes)]);
    await expectFinished(service, begun, bytes);
  });

  test('when what is there now is no photo, then it is rejected, and what was kept is gone, too', async () => {
    const begun = await died('died-wrong');
    await smuggle(service, begun, html);
    expect((await complete(service, begun)).status).toBe(415);
    await expectNothingOf(service, begun);
  });

  test.each([
    ['before it keeps it', waitingToKeep],
    ['when it has kept it', waitingToMark],
  ])('when the upload is aborted while one finishes it, stopped %s, then nothing is left', async (_when, waiting) => {
    const [begun, gate] = [await arrived('aborted'), new Gate()];
    const finishing = waiting(service, gate).finishUpload(US, begun);
    await gate.reached;
    const aborted = await service.api.delete(`/v1/uploads/${begun.photoId}`).set(await service.as('aborted'));
    gate.open();
    await expect(finishing).rejects.toMatchObject({ code: 'not-found' });
    expect([aborted.status, await rowOf(service, begun)]).toEqual([204, undefined]);
    await expectNothingOf(service, begun);
  });
});
