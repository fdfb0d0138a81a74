import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { v7 as uuidv7 } from 'uuid';
import { PENDING_SECONDS, type Photo } from '../../src/photos/photo.ts';
import { type PhotoStore, photoStore } from '../../src/photos/store.ts';
import { useEngines } from './engines.ts';
import { aPhoto, MEASURED, nowSeconds, readyPhoto, UPLOAD } from './photos.ts';

const WHY = { code: 'unprocessable-photo', detail: 'It is no image.' } as const;

describe('the store of photos, about uploads', () => {
  const engines = useEngines();
  let photos: PhotoStore;
  beforeAll(() => {
    photos = photoStore(engines.current.clients.tables, engines.current.tables.photos);
  });

  /** Past the store, so that expired rows are there, too. */
  async function written(said: Partial<Photo> = {}): Promise<Photo> {
    const photo = said.status === 'ready' ? readyPhoto(said) : aPhoto(said);
    await engines.current.clients.tables.send(new PutCommand({ TableName: engines.current.tables.photos, Item: photo }));
    return photo;
  }
  const expired = { expiresAt: nowSeconds() - 1 };

  test('when a row is there, expired or not, then it exists; when there is none, then it doesn’t', async () => {
    expect(await photos.exists(await written())).toBe(true);
    expect(await photos.exists(await written(expired))).toBe(true);
    expect(await photos.exists(aPhoto())).toBe(false);
  });

  test('when a pending photo is rejected, then it says why, for 7 days more, under a new version', async () => {
    const [photo, before] = [await written({ upload: UPLOAD, expiresAt: nowSeconds() + 60 }), nowSeconds()];
    const rejected = await photos.markRejected(photo, WHY);
    expect(rejected).toMatchObject({ userId: photo.userId, photoId: photo.photoId, status: 'rejected', rejected: WHY });
    expect(rejected?.expiresAt).toBeGreaterThanOrEqual(before + PENDING_SECONDS);
    expect(rejected?.version).not.toBe(photo.version);
    expect(await photos.get(photo)).toEqual(rejected);
  });

  test('when an upload is noted, then it is part of the photo', async () => {
    const photo = await written({ upload: UPLOAD });
    const upload = { ...UPLOAD, method: 'MULTIPART', uploadId: 'u' } as const;
    const noted = await photos.setUpload(photo, upload);
    expect(noted).toMatchObject({ status: 'pending', upload });
    expect(noted?.version).not.toBe(photo.version);
    expect(await photos.get(photo)).toEqual(noted);
  });

  test('when a photo is finished, expired or gone, then it is neither rejected nor is an upload noted', async () => {
    for (const photo of [await written({ status: 'ready' }), await written({ status: 'rejected' }), await written(expired), aPhoto()]) {
      const before = await photos.get(photo);
      expect(await photos.markRejected(photo, WHY)).toBeUndefined();
      expect(await photos.setUpload(photo, UPLOAD)).toBeUndefined();
      expect(await photos.get(photo)).toEqual(before);
    }
  });

  test('when one finishes a photo while another rejects it, then just one of both happens', async () => {
    for (let round = 0; round < 5; round++) {
      const photo = await written();
      const [ready, rejected] = await Promise.all([photos.markReady(photo, MEASURED), photos.markRejected(photo, WHY)]);
      expect([ready, rejected].filter(Boolean)).toHaveLength(1);
      expect(await photos.get(photo)).toEqual(ready ?? rejected);
    }
  });

  test('when an unfinished photo is removed so, then it is gone; a ready one stays', async () => {
    for (const photo of [await written(), await written({ status: 'rejected' }), await written(expired)]) {
      expect(await photos.removeUnfinished(photo)).toBe(true);
      expect(await photos.exists(photo)).toBe(false);
      expect(await photos.removeUnfinished(photo)).toBe(false);
    }
    const ready = await written({ status: 'ready' });
    expect(await photos.removeUnfinished(ready)).toBe(false);
    expect(await photos.get(ready)).toEqual(ready);
  });

  test('when open uploads are counted, then forms, others’, older, finished and expired ones are not', async () => {
    const userId = `user-${uuidv7()}`;
    const old = await written({ userId, upload: UPLOAD });
    const first = await written({ userId, upload: UPLOAD });
    await written({ userId, upload: UPLOAD });
    await written({ userId });
    await written({ userId, upload: UPLOAD, status: 'ready' });
    await written({ userId, upload: UPLOAD, status: 'rejected' });
    await written({ userId, upload: UPLOAD, ...expired });
    await written({ upload: UPLOAD });
    expect(await photos.countOpenUploads(userId, first.photoId, 10)).toBe(2);
    expect(await photos.countOpenUploads(userId, old.photoId, 10)).toBe(3);
    expect(await photos.countOpenUploads(userId, old.photoId, 1)).toBeGreaterThanOrEqual(1);
    expect(await photos.countOpenUploads(`user-${uuidv7()}`, old.photoId, 10)).toBe(0);
  });
});
