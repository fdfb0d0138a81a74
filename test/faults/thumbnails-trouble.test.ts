import { throttled } from '../contracts/faults.ts';
import { addPhoto, originalKey } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { UNHURRIED } from '../support/object-events.ts';
import { createdEvent, expectWhole, thumbnailKey } from '../support/photos.ts';
import { type StorageFault, type StorageTroubledService, startStorageTroubledService } from '../support/troubled-storage.ts';
import { begin, ofPng, rowOf, sendFile, uploadKey } from '../support/uploads.ts';
import { startTroubledService } from '../support/users.ts';

let stormy: StorageTroubledService;
let bytes: Buffer;
beforeAll(async () => {
  [stormy, bytes] = await Promise.all([startStorageTroubledService(), image()]);
});
afterEach(() => stormy.storageTrouble(() => undefined));
afterAll(() => stormy.close());

const on = (fault: StorageFault, called: string, folder: string) => (method: string, path: string) =>
  method === called && path.includes(`/${folder}/`) ? fault : undefined;

test.each<[string, (method: string, path: string) => StorageFault]>([
  ['does not give the original', on({ status: 500, code: 'InternalError' }, 'GET', 'originals')],
  ['breaks off the original', on('breaks off', 'GET', 'originals')],
  ['does not take the thumbnail', on({ status: 503, code: 'SlowDown' }, 'PUT', 'thumbnails')],
])('when storage %s, then the event fails, the row is as before, and the event makes it once that is over', async (_what, trouble) => {
  const photo = await addPhoto(stormy, 'storm', bytes);
  const [event, before] = [createdEvent(originalKey(photo)), await rowOf(stormy, photo)];
  stormy.storageTrouble(trouble);
  await expect(stormy.jobs.onPhotoEvent(event, UNHURRIED)).rejects.toMatchObject({ code: 'unavailable' });
  stormy.storageTrouble(() => undefined);
  expect(await rowOf(stormy, photo)).toEqual(before);
  await stormy.jobs.onPhotoEvent(event, UNHURRIED);
  await expectWhole(stormy, photo, bytes);
});

test('when the table is busy, then the event fails, and the next one says what was made', async () => {
  const busy = await startTroubledService();
  try {
    const photo = await addPhoto(busy, 'busy', bytes);
    const before = await rowOf(busy, photo);
    busy.trouble((call, forward) => (call.operation === 'UpdateItem' ? Promise.resolve(throttled) : forward(call.body)));
    await expect(busy.jobs.onPhotoEvent(createdEvent(originalKey(photo)), UNHURRIED)).rejects.toMatchObject({ code: 'unavailable' });
    busy.trouble(undefined);
    expect(await rowOf(busy, photo)).toEqual(before);
    await busy.jobs.onPhotoEvent(createdEvent(originalKey(photo)), UNHURRIED);
    await expectWhole(busy, photo, bytes);
  } finally {
    await busy.close();
  }
});

describe('events flow one way', () => {
  /** Keys' first folders that were written to while `work` was done. */
  async function writtenBy(work: () => Promise<unknown>): Promise<Set<string>> {
    const written = new Set<string>();
    stormy.storageTrouble((method, path) => {
      const [, , folder = ''] = path.split('/');
      const isWrite = method === 'PUT' || (method === 'POST' && !path.includes('?delete'));
      if (isWrite) written.add(folder);
      return undefined;
    });
    await work();
    stormy.storageTrouble(() => undefined);
    return written;
  }
  const delivered = (key: string) => writtenBy(() => stormy.jobs.onPhotoEvent(createdEvent(key), UNHURRIED));

  test('when something arrives, is rejected, comes again or is gone, then each event writes only where the next one reads', async () => {
    for (const file of [bytes, Buffer.alloc(bytes.length, '<html>')]) {
      const begun = await begin(stormy, 'one-way', ofPng(bytes));
      await sendFile(begun, file);
      const isPhoto = file === bytes;
      expect(await delivered(uploadKey(begun))).toEqual(new Set(isPhoto ? ['originals'] : []));
      expect(await delivered(originalKey(begun))).toEqual(new Set(isPhoto ? ['thumbnails'] : []));
      await sendFile(begun, file); // a replay of the signed form
      for (const key of [uploadKey(begun), originalKey(begun), thumbnailKey(begun)]) expect(await delivered(key)).toEqual(new Set());
    }
    const gone = { userId: 'nobody', photoId: '01890000-0000-7000-8000-000000000000' };
    for (const key of [uploadKey(gone), originalKey(gone), thumbnailKey(gone)]) expect(await delivered(key)).toEqual(new Set());
  });
});
