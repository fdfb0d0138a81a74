import type { Photo } from '../../src/photos/photo.ts';
import { type PhotoStore, photoStore } from '../../src/photos/store.ts';
import { useEngines } from './engines.ts';
import { aPhoto, MEASURED, readyPhoto } from './photos.ts';

/** Enough at once, and often enough, that a check before the write instead of a condition on it would not pass. */
const AT_ONCE = 8;
const ROUNDS = 5;

describe('the store of photos, when many write one photo at once', () => {
  const engines = useEngines();
  let photos: PhotoStore;
  beforeAll(() => {
    photos = photoStore(engines.current.clients.tables, engines.current.tables.photos);
  });

  const atOnce = <T>(work: (index: number) => Promise<T>) => Promise.all(Array.from({ length: AT_ONCE }, (_, index) => work(index)));
  const winnerOf = <T>(results: (T | undefined)[]): T => {
    const winners = results.filter((result) => result !== undefined);
    expect(winners).toHaveLength(1);
    return winners[0] as T;
  };

  async function inserted(photo: Photo): Promise<Photo> {
    await photos.insert(photo);
    return photo;
  }

  test('when they insert it, then one wins and its row is the one that stays', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const photo = aPhoto();
      const tries = await atOnce(async (index) => {
        const mine = { ...photo, metadata: { by: String(index) } };
        return (await photos.insert(mine)) ? mine : undefined;
      });
      expect(await photos.get(photo)).toEqual(winnerOf(tries));
    }
  });

  test('when they mark it ready, then one wins and its version is the one that stays', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const photo = await inserted(aPhoto());
      const ready = winnerOf(await atOnce(() => photos.markReady(photo, MEASURED)));
      expect(await photos.get(photo)).toEqual(ready);
    }
  });

  test('when they set the metadata of one version, then one wins and nothing of the others is there', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const photo = await inserted(readyPhoto());
      const written = winnerOf(await atOnce((index) => photos.setMetadata(photo, { [`by ${index}`]: 'me' })));
      expect(await photos.get(photo)).toEqual(written);
    }
  });

  test('when they remove it, then one has removed it', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const photo = await inserted(readyPhoto());
      const tries = await atOnce((index) => photos.remove(photo, index % 2 ? photo.version : undefined));
      expect(tries.filter(Boolean)).toHaveLength(1);
      expect(await photos.get(photo)).toBeUndefined();
    }
  });

  test('when one removes a version and another changes it, then just one of both happens', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const photo = await inserted(readyPhoto());
      const [removed, written] = await Promise.all([photos.remove(photo, photo.version), photos.setMetadata(photo, { title: 'cat' })]);
      expect(removed).toBe(written === undefined);
      expect(await photos.get(photo)).toEqual(written);
    }
  });

  test('when one removes it while another finishes it, then it does not come back', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const photo = await inserted(aPhoto());
      const [removed] = await Promise.all([photos.remove(photo), photos.markReady(photo, MEASURED)]);
      expect(removed).toBe(true);
      expect(await photos.get(photo)).toBeUndefined();
    }
  });
});
