import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { v7 as uuidv7 } from 'uuid';
import type { Photo, PhotoStatus } from '../../src/photos/photo.ts';
import { type PhotoStore, photoStore } from '../../src/photos/store.ts';
import type { PhotoPage } from '../../src/photos/store-queries.ts';
import { useEngines } from './engines.ts';
import { aPhoto, nowSeconds, readyPhoto } from './photos.ts';

describe('lists of photos', () => {
  const engines = useEngines();
  let photos: PhotoStore;
  beforeAll(() => {
    photos = photoStore(engines.current.clients.tables, engines.current.tables.photos);
  });

  /** Rows as the table may hold them, oldest first; UUIDv7s made one after another sort so. */
  async function write(...rows: Photo[]): Promise<Photo[]> {
    const { clients, tables } = engines.current;
    for (const row of rows) await clients.tables.send(new PutCommand({ TableName: tables.photos, Item: row }));
    return rows;
  }
  const many = (userId: string, count: number, said: Partial<Photo> = {}) =>
    Array.from({ length: count }, () => readyPhoto({ userId, ...said }));

  async function pages(userId: string, status: PhotoStatus, limit: number): Promise<PhotoPage[]> {
    const all: PhotoPage[] = [];
    let after: string | undefined;
    do {
      const page = await photos.list(userId, status, limit, after);
      all.push(page);
      after = page.next;
    } while (after);
    return all;
  }
  const ids = (rows: Photo[]) => rows.map(({ photoId }) => photoId);
  const newUser = () => `user-${uuidv7()}`;

  test('when a user has photos, then they are listed whole, newest first, without anybody else’s', async () => {
    const userId = newUser();
    const rows = await write(...many(userId, 5, { metadata: { title: 'cat' } }));
    await write(readyPhoto({ userId: `${userId}0` }));
    expect(await photos.list(userId, 'ready', 10)).toEqual({ photos: rows.toReversed() });
  });

  test('when a user has none, then the list is empty and has no next page', async () => {
    expect(await photos.list(newUser(), 'ready', 10)).toEqual({ photos: [] });
  });

  test('when a status is asked for, then only photos in it are listed', async () => {
    const userId = newUser();
    const [ready, pending, rejected] = await write(readyPhoto({ userId }), aPhoto({ userId }), readyPhoto({ userId, status: 'rejected' }));
    expect((await photos.list(userId, 'ready', 10)).photos).toEqual([ready]);
    expect((await photos.list(userId, 'pending', 10)).photos).toEqual([pending]);
    expect((await photos.list(userId, 'rejected', 10)).photos).toEqual([rejected]);
  });

  test('when pending photos have expired, then they are not listed, though their rows are there', async () => {
    const userId = newUser();
    const [, live] = await write(
      aPhoto({ userId, expiresAt: nowSeconds() - 1 }),
      aPhoto({ userId }),
      aPhoto({ userId, expiresAt: nowSeconds() - 9e6 }),
    );
    expect((await photos.list(userId, 'pending', 10)).photos).toEqual([live]);
  });

  test('when there are more than a page holds, then pages tell of each once, in order', async () => {
    const userId = newUser();
    const rows = await write(...many(userId, 7));
    for (const limit of [1, 2, 3, 7, 8]) {
      const all = await pages(userId, 'ready', limit);
      expect(ids(all.flatMap((page) => page.photos))).toEqual(ids(rows).toReversed());
      for (const page of all) expect(page.photos.length).toBeLessThanOrEqual(limit);
    }
  });

  test('when most rows are filtered out, then every page but the last is full all the same', async () => {
    const userId = newUser();
    const rows = Array.from({ length: 24 }, (_, index) => (index % 4 === 0 ? readyPhoto({ userId }) : aPhoto({ userId })));
    await write(...rows);
    const all = await pages(userId, 'ready', 4);
    expect(all[0]?.photos).toHaveLength(4);
    expect(ids(all.flatMap((page) => page.photos))).toEqual(ids(rows.filter(({ status }) => status === 'ready')).toReversed());
  });

  test('when a page ends at a photo that is removed meanwhile, then the next page goes on after it', async () => {
    const userId = newUser();
    const rows = await write(...many(userId, 4));
    const first = await photos.list(userId, 'ready', 2);
    await photos.remove({ userId, photoId: String(first.next) });
    const second = await photos.list(userId, 'ready', 2, first.next);
    expect(ids(second.photos)).toEqual(ids(rows).toReversed().slice(2));
  });

  test('when rows are so large that DynamoDB cuts its answer at 1 MB, then the page is full all the same', async () => {
    const userId = newUser();
    const metadata = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`entry ${index}`, '🐈'.repeat(1_024)]));
    const rows = await write(...many(userId, 30, { metadata }));
    const page = await photos.list(userId, 'ready', 30);
    expect(ids(page.photos)).toEqual(ids(rows).toReversed());
  });

  test('when the newest are asked for, then their ids come newest first, whatever their state', async () => {
    const userId = newUser();
    const [ready, rejected, pending] = [readyPhoto({ userId }), readyPhoto({ userId, status: 'rejected' }), aPhoto({ userId })];
    const rows = await write(ready, rejected, pending, aPhoto({ userId, expiresAt: nowSeconds() - 1 }));
    expect(await photos.newest(userId, 3)).toEqual(ids(rows).toReversed().slice(0, 3));
    expect(await photos.newest(userId, 10)).toEqual(ids(rows).toReversed());
    expect(await photos.newest(newUser(), 10)).toEqual([]);
  });
});
