import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { v7 as uuidv7 } from 'uuid';
import type { Photo } from '../../src/photos/photo.ts';
import { type PhotoStore, photoStore } from '../../src/photos/store.ts';
import { chunk } from '../../src/shared/batches.ts';
import { useEngines } from './engines.ts';
import { readyPhoto } from './photos.ts';

describe('removing many photos', () => {
  const engines = useEngines();
  let photos: PhotoStore;
  beforeAll(() => {
    photos = photoStore(engines.current.clients.tables, engines.current.tables.photos);
  });

  async function write(rows: Photo[]): Promise<void> {
    const { clients, tables } = engines.current;
    for (const group of chunk(rows, 25))
      await clients.tables.send(
        new BatchWriteCommand({ RequestItems: { [tables.photos]: group.map((Item) => ({ PutRequest: { Item } })) } }),
      );
  }
  const many = (userId: string, count: number) => Array.from({ length: count }, () => readyPhoto({ userId }));
  const ids = (rows: Photo[]) => rows.map(({ photoId }) => photoId);

  test('when 1,000 are removed of which some are not there, then those that were are told of once, each when it is gone', async () => {
    const userId = `user-${uuidv7()}`;
    const there = many(userId, 900);
    const foreign = readyPhoto();
    await write([...there, foreign]);
    const gone: string[] = [];
    await photos.removeMany(userId, [...ids(there), ...Array.from({ length: 99 }, () => uuidv7()), foreign.photoId], async (group) => {
      gone.push(...group);
      expect(await photos.get({ userId, photoId: String(group[0]) })).toBeUndefined();
      expect(await photos.get({ userId, photoId: String(group.at(-1)) })).toBeUndefined();
    });
    expect(gone.toSorted()).toEqual(ids(there).toSorted());
    expect(await photos.list(userId, 'ready', 1)).toEqual({ photos: [] });
    expect(await photos.get(foreign)).toEqual(foreign);
  });

  test('when what follows a removal fails, then so does the whole, and every photo is either told of or still there', async () => {
    const userId = `user-${uuidv7()}`;
    const there = many(userId, 60);
    await write(there);
    const gone: string[] = [];
    const removal = photos.removeMany(userId, ids(there), async (group) => {
      gone.push(...group);
      if (gone.length === there.length) throw new Error('the bucket is away');
    });
    await expect(removal).rejects.toThrow('the bucket is away');
    const left = await photos.list(userId, 'ready', 100);
    expect([...ids(left.photos), ...gone].toSorted()).toEqual(ids(there).toSorted());
  });

  test('when none are named, or none are there, then nobody is told', async () => {
    const gone: string[] = [];
    await photos.removeMany('nobody', [], async (group) => void gone.push(...group));
    await photos.removeMany('nobody', [uuidv7(), uuidv7()], async (group) => void gone.push(...group));
    expect(gone).toEqual([]);
  });
});
