import { images } from '../../src/photos/images.ts';
import { systemActor } from '../../src/shared/actor.ts';
import { throttled } from '../contracts/faults.ts';
import { anotherFinisher } from '../support/finishers.ts';
import { originalKey } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { UNHURRIED } from '../support/object-events.ts';
import { createdEvent } from '../support/photos.ts';
import { type StorageFault, type StorageTroubledService, startStorageTroubledService } from '../support/troubled-storage.ts';
import { begin, complete, deliver, expectFinished, ofPng, rowOf, sendFile, uploadKey } from '../support/uploads.ts';
import { startTroubledService, type TroubledService } from '../support/users.ts';

let stormy: StorageTroubledService;
let busy: TroubledService;
let bytes: Buffer;
beforeAll(async () => {
  [stormy, busy, bytes] = await Promise.all([startStorageTroubledService(), startTroubledService(), image()]);
});
afterEach(() => {
  stormy.storageTrouble(() => undefined);
  busy.trouble(undefined);
});
afterAll(() => Promise.all([stormy.close(), busy.close()]));

describe('trouble of storage is not the photo’s fault', () => {
  const down: StorageFault = { status: 500, code: 'InternalError' };
  const conflict: StorageFault = { status: 409, code: 'ConditionalRequestConflict' };
  const on = (fault: StorageFault, called: string, folder: string) => (method: string, path: string) =>
    method === called && path.includes(`/${folder}/`) ? fault : undefined;
  test.each<[string, string, (method: string, path: string) => StorageFault]>([
    ['it refuses everything', 'POST', () => down],
    ['it does not give what arrived', 'PUT', on(down, 'GET', 'uploads')],
    ['it breaks off what arrived', 'PUT', on('breaks off', 'GET', 'uploads')],
    ['it does not take the original', 'POST', on(down, 'PUT', 'originals')],
    ['it is at odds over the original', 'POST', on(conflict, 'PUT', 'originals')],
    ['it does not list the parts', 'MULTIPART', on(down, 'GET', 'uploads')],
    ['it does not put parts together', 'MULTIPART', on(down, 'POST', 'uploads')],
    ['it is at odds over putting parts together', 'MULTIPART', on(conflict, 'POST', 'uploads')],
  ])('when %s, then 503, the row is as before, and once it is over the upload is completed', async (_what, method, trouble) => {
    const begun = await begin(stormy, 'storm', ofPng(bytes, { method }));
    await sendFile(begun, bytes);
    const before = await rowOf(stormy, begun);
    stormy.storageTrouble(trouble);
    const refused = await complete(stormy, begun);
    const event = stormy.jobs.onPhotoEvent(createdEvent(uploadKey(begun)), UNHURRIED);
    if (method !== 'MULTIPART') await expect(event).rejects.toMatchObject({ code: 'unavailable' });
    else await Promise.allSettled([event]);
    stormy.storageTrouble(() => undefined);

    expect([refused.status, refused.body.code, Number(refused.headers['retry-after']) > 0]).toEqual([503, 'unavailable', true]);
    expect(await rowOf(stormy, begun)).toEqual(before);
    expect((await complete(stormy, begun)).status).toBe(200);
    await expectFinished(stormy, begun, bytes);
  });

  test('when quarantine can’t be cleared once the photo is ready, then 503, and the next try clears it', async () => {
    const begun = await begin(stormy, 'clears', ofPng(bytes));
    await sendFile(begun, bytes);
    stormy.storageTrouble(on(down, 'DELETE', 'uploads'));
    const refused = await complete(stormy, begun);
    stormy.storageTrouble(() => undefined);
    expect([refused.status, (await rowOf(stormy, begun))?.status]).toEqual([503, 'ready']);
    expect((await complete(stormy, begun)).status).toBe(200);
    await expectFinished(stormy, begun, bytes);
  });
});

describe('trouble of ours is not the photo’s fault', () => {
  async function arrived(user: string) {
    const begun = await begin(busy, user, ofPng(bytes));
    await sendFile(begun, bytes);
    return { begun, before: await rowOf(busy, begun) };
  }

  test('when the table is busy, then 503, what was kept stays, and the event finishes it', async () => {
    const { begun, before } = await arrived('table');
    busy.trouble((call, forward) => (call.operation === 'UpdateItem' ? Promise.resolve(throttled) : forward(call.body)));
    const refused = await complete(busy, begun);
    busy.trouble(undefined);
    expect([refused.status, refused.body.code]).toEqual([503, 'unavailable']);
    expect(await rowOf(busy, begun)).toEqual(before);
    expect(await busy.stored.keys()).toEqual(expect.arrayContaining([originalKey(begun), uploadKey(begun)]));
    await deliver(busy, begun);
    await expectFinished(busy, begun, bytes);
  });

  test('when no decoder gets free in time, then it is unavailable, and the row is as before', async () => {
    const { begun, before } = await arrived('decoders');
    const { measure } = images({ ...busy.config.imageLimits, decodes: 0 });
    const finisher = anotherFinisher(busy, () => ({ measure }));
    await expect(finisher.finishUpload(systemActor('test'), begun)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await rowOf(busy, begun)).toEqual(before);
    expect((await complete(busy, begun)).status).toBe(200);
    await expectFinished(busy, begun, bytes);
  });
});
