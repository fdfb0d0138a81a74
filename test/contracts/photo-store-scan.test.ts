import { type Photo, pendingPhoto } from '../../src/photos/photo.ts';
import { type PhotoStore, photoStore } from '../../src/photos/store.ts';
import { batchWrite } from '../../src/shared/batches.ts';
import { useEngines } from './engines.ts';
import { aPhoto, nowSeconds, readyPhoto } from './photos.ts';

describe('the store of photos, about whosever rows', () => {
  const engines = useEngines();
  let photos: PhotoStore;
  beforeAll(() => {
    photos = photoStore(engines.current.clients.tables, engines.current.tables.photos);
  });

  /** Past the store, so that expired rows are there, too. */
  async function write(...rows: Photo[]): Promise<void> {
    const writes = rows.map((photo) => ({ key: { userId: photo.userId, photoId: photo.photoId }, item: { ...photo } }));
    expect(await batchWrite(engines.current.clients.tables, engines.current.tables.photos, writes)).toEqual([]);
  }
  const byId = (rows: Photo[]) => rows.toSorted((a, b) => (a.photoId < b.photoId ? -1 : 1));

  test('when many are asked for, then those that exist come, expired or not, each once, whoever’s they are', async () => {
    const [ready, expired, none] = [readyPhoto(), aPhoto({ expiresAt: nowSeconds() - 9 }), aPhoto()];
    await write(ready, expired);
    expect(byId(await photos.getMany([ready, expired, none, ready]))).toEqual(byId([ready, expired]));
    expect(await photos.getMany([none])).toEqual([]);
    expect(await photos.getMany([])).toEqual([]);
    const many = Array.from({ length: 250 }, () => readyPhoto());
    await write(...many);
    expect(byId(await photos.getMany(many))).toEqual(byId(many));
  });

  test('when all are scanned, then each comes once, over several pages, expired or not', async () => {
    const userId = 'scan|ned 猫';
    const rows = Array.from({ length: 300 }, () => readyPhoto({ userId }));
    await write(...rows, aPhoto({ userId, expiresAt: nowSeconds() - 9 }));
    const scanned: Photo[] = [];
    let pages = 0;
    for (let next: string | undefined, isFirst = true; isFirst || next !== undefined; isFirst = false) {
      const page = await photos.scan(next);
      scanned.push(...page.items);
      next = page.next;
      pages += 1;
    }
    expect(pages).toBeGreaterThan(1);
    const found = scanned.filter((photo) => photo.userId === userId);
    expect(found).toHaveLength(301);
    expect(byId(found.filter(({ status }) => status === 'ready'))).toEqual(byId(rows));
  });

  test('when a row has expired, then it is removed so; when it hasn’t, is ready or gone, then it isn’t', async () => {
    const rows = [aPhoto(), readyPhoto(), aPhoto({ status: 'rejected' })];
    const expired = [aPhoto({ expiresAt: nowSeconds() - 9 }), aPhoto({ status: 'rejected', expiresAt: nowSeconds() })];
    await write(...rows, ...expired);
    for (const photo of rows) expect([await photos.removeExpired(photo), await photos.exists(photo)]).toEqual([false, true]);
    for (const photo of expired) {
      expect([await photos.removeExpired(photo), await photos.exists(photo)]).toEqual([true, false]);
      expect(await photos.removeExpired(photo)).toBe(false);
    }
    expect(await photos.removeExpired(pendingPhoto(aPhoto(), aPhoto(), { metadata: {} }))).toBe(false);
  });
});
