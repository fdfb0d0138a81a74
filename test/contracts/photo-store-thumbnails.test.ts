import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Photo } from '../../src/photos/photo.ts';
import { type PhotoStore, photoStore } from '../../src/photos/store.ts';
import { useEngines } from './engines.ts';
import { aPhoto, nowSeconds, readyPhoto } from './photos.ts';

const MADE = { status: 'ready', contentType: 'image/webp', width: 320, height: 200, bytes: 9 } as const;

describe('the store of photos, about thumbnails', () => {
  const engines = useEngines();
  let photos: PhotoStore;
  beforeAll(() => {
    photos = photoStore(engines.current.clients.tables, engines.current.tables.photos);
  });

  async function written<P extends Photo>(photo: P): Promise<P> {
    await engines.current.clients.tables.send(new PutCommand({ TableName: engines.current.tables.photos, Item: photo }));
    return photo;
  }

  test('when a ready photo waits for its thumbnail, then what became of it is noted, under a new version', async () => {
    for (const thumbnail of [MADE, { status: 'failed' } as const]) {
      const photo = await written(readyPhoto({ metadata: { a: 'b' } }));
      const noted = await photos.setThumbnail(photo, thumbnail);
      expect(noted).toEqual({ ...photo, thumbnail, version: noted?.version, updatedAt: noted?.updatedAt });
      expect(noted?.version).not.toBe(photo.version);
      expect(await photos.get(photo)).toEqual(noted);
    }
  });

  test('when a photo is not ready, or its thumbnail was told of before, then nothing is noted', async () => {
    const others = [aPhoto(), aPhoto({ status: 'rejected', expiresAt: nowSeconds() + 60 })];
    const told = [readyPhoto({ thumbnail: MADE }), readyPhoto({ thumbnail: { status: 'failed' } })];
    for (const photo of [...others, ...told]) {
      await written(photo);
      expect(await photos.setThumbnail(photo, { ...MADE, bytes: 10 })).toBeUndefined();
      expect(await photos.get(photo)).toEqual(photo);
    }
  });

  test('when there is no row, then none comes to be', async () => {
    const photo = aPhoto();
    expect(await photos.setThumbnail(photo, MADE)).toBeUndefined();
    expect(await photos.exists(photo)).toBe(false);
  });

  test('when many note it at once, then one of them does', async () => {
    const photo = await written(readyPhoto());
    const tries = Array.from({ length: 6 }, (_, index) => photos.setThumbnail(photo, { ...MADE, bytes: index }));
    const noted = (await Promise.all(tries)).filter(Boolean);
    expect(noted).toHaveLength(1);
    expect(await photos.get(photo)).toEqual(noted[0]);
  });
});
