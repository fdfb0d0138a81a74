import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Photo } from '../../src/photos/photo.ts';
import { type PhotoStore, photoStore } from '../../src/photos/store.ts';
import { useEngines } from './engines.ts';
import { aPhoto, MEASURED, nowSeconds, readyPhoto, sha256 } from './photos.ts';

describe('the store of photos', () => {
  const engines = useEngines();
  let photos: PhotoStore;
  beforeAll(() => {
    photos = photoStore(engines.current.clients.tables, engines.current.tables.photos);
  });

  /** Past the store, as TTL's lateness leaves it. */
  const write = (photo: Photo) =>
    engines.current.clients.tables.send(new PutCommand({ TableName: engines.current.tables.photos, Item: photo }));
  const row = async ({ userId, photoId }: Photo) => {
    const get = new GetCommand({ TableName: engines.current.tables.photos, Key: { userId, photoId }, ConsistentRead: true });
    return (await engines.current.clients.tables.send(get)).Item;
  };
  const expired = () => aPhoto({ expiresAt: nowSeconds() - 1 });

  test('when a photo is inserted, then it is got just as it was', async () => {
    const photo = aPhoto({ fileName: 'Katze.png' });
    expect(await photos.insert(photo)).toBe(true);
    expect(await photos.get(photo)).toEqual(photo);
  });

  test('when a photo was never inserted, or is another user’s, then there is none', async () => {
    const photo = aPhoto();
    await photos.insert(photo);
    expect(await photos.get(aPhoto())).toBeUndefined();
    expect(await photos.get({ userId: 'another', photoId: photo.photoId })).toBeUndefined();
  });

  test('when a photo is inserted twice, then the second is refused and the first stays', async () => {
    const photo = aPhoto();
    await photos.insert(photo);
    expect(await photos.insert({ ...photo, metadata: { title: 'another' } })).toBe(false);
    expect(await photos.get(photo)).toEqual(photo);
  });

  test('when metadata are of any script, empty, or named like what objects inherit, then they come back as they were', async () => {
    const metadata = {
      empty: '',
      título: 'кошка 猫 🐈‍⬛',
      'a.b #:c': '\u0000\n"',
      toString: 'x',
      length: '1',
      nfd: 'e\u0301',
    };
    const photo = readyPhoto({ metadata });
    await photos.insert(photo);
    expect((await photos.get(photo))?.metadata).toEqual(metadata);
  });

  test('when metadata are as large as they may be, then they come back whole', async () => {
    const metadata = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`entry ${index}`, '🐈'.repeat(1_024)]));
    const photo = readyPhoto();
    await photos.insert(photo);
    expect(await photos.setMetadata(photo, metadata)).toMatchObject({ metadata });
    expect((await photos.get(photo))?.metadata).toEqual(metadata);
  });

  test('when a pending photo is marked ready, then it expires no more and has a new version', async () => {
    const photo = aPhoto({ metadata: { title: 'cat' }, sha256: sha256('what was said before'), width: 7 });
    await photos.insert(photo);
    const ready = await photos.markReady(photo, MEASURED);
    const { expiresAt: _, ...rest } = photo;
    expect(ready).toEqual({ ...rest, ...MEASURED, status: 'ready', version: expect.any(String), updatedAt: expect.any(String) });
    expect(ready?.version).not.toBe(photo.version);
    expect(await photos.get(photo)).toEqual(ready);
    expect(await row(photo)).not.toHaveProperty('expiresAt');
  });

  test('when a photo is ready, rejected or gone, then it is not marked ready and nothing is written', async () => {
    const others = [readyPhoto(), readyPhoto({ status: 'rejected' })];
    for (const photo of others) {
      await photos.insert(photo);
      expect(await photos.markReady(photo, MEASURED)).toBeUndefined();
      expect(await photos.get(photo)).toEqual(photo);
    }
    const gone = aPhoto();
    expect(await photos.markReady(gone, MEASURED)).toBeUndefined();
    expect(await row(gone)).toBeUndefined();
  });

  test('when a photo has expired, then it is absent, also while its row is still there', async () => {
    const photo = expired();
    await write(photo);
    expect(await photos.get(photo)).toBeUndefined();
    expect(await photos.markReady(photo, MEASURED)).toBeUndefined();
    expect(await row(photo)).toEqual(photo);
  });

  test('when metadata are set on the current version, then they replace all that were and the version is new', async () => {
    const photo = readyPhoto({ metadata: { title: 'cat', place: 'sofa' } });
    await photos.insert(photo);
    const written = await photos.setMetadata(photo, { title: 'dog' });
    expect(written).toEqual({ ...photo, metadata: { title: 'dog' }, version: expect.any(String), updatedAt: expect.any(String) });
    expect(written?.version).not.toBe(photo.version);
    expect(await photos.get(photo)).toEqual(written);
  });

  test('when metadata are set on an earlier version or on nothing, then nothing is written', async () => {
    const photo = readyPhoto();
    await photos.insert(photo);
    const written = await photos.setMetadata(photo, { title: 'first' });
    expect(await photos.setMetadata(photo, { title: 'second' })).toBeUndefined();
    expect(await photos.get(photo)).toEqual(written);
    const gone = readyPhoto();
    expect(await photos.setMetadata(gone, { title: 'ghost' })).toBeUndefined();
    expect(await row(gone)).toBeUndefined();
  });

  test('when a photo is removed, then it is gone, and removing it again says so', async () => {
    const photo = readyPhoto();
    await photos.insert(photo);
    expect(await photos.remove(photo)).toBe(true);
    expect(await photos.get(photo)).toBeUndefined();
    expect(await photos.remove(photo)).toBe(false);
  });

  test('when a removal names a stale version, then the photo stays; when it names the current one, then it goes', async () => {
    const photo = readyPhoto();
    await photos.insert(photo);
    const written = await photos.setMetadata(photo, {});
    expect(await photos.remove(photo, photo.version)).toBe(false);
    expect(await photos.get(photo)).toEqual(written);
    expect(await photos.remove(photo, written?.version)).toBe(true);
    expect(await photos.get(photo)).toBeUndefined();
    expect(await photos.remove(photo, written?.version)).toBe(false);
  });

  test('when the table answers, then ping resolves; when there is no such table, then it rejects', async () => {
    await expect(photos.ping()).resolves.toBeUndefined();
    await expect(photoStore(engines.current.clients.tables, 'no-such-table').ping()).rejects.toThrow();
  });
});
