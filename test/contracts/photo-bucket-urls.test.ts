import { type PhotoBucket, photoBucket } from '../../src/photos/bucket.ts';
import type { Photo } from '../../src/photos/photo.ts';
import { useEngines } from './engines.ts';
import { aPhoto, sha256 } from './photos.ts';

const { jest } = import.meta;

describe('signed URLs', () => {
  const engines = useEngines();
  let bucket: PhotoBucket;
  beforeAll(() => {
    const { clients, bucket: name } = engines.current;
    bucket = photoBucket(clients.objects, clients.presigner, name, 60);
  });

  async function stored(said: Partial<Photo> = {}) {
    const photo = aPhoto({ sha256: sha256('bytes'), ...said });
    await bucket.putOriginal(photo, Buffer.from('bytes'));
    return photo;
  }

  test('when it is fetched by whoever has it, then the original comes, as a download under its own name', async () => {
    const photo = await stored({ fileName: 'Käse "1" 猫.png', contentType: 'image/png' });
    const answer = await fetch((await bucket.signOriginal(photo)).url);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('bytes');
    expect(answer.headers.get('content-type')).toBe('image/png');
    expect(answer.headers.get('content-disposition')).toBe(
      `attachment; filename="K_se _1_ _.png"; filename*=UTF-8''K%C3%A4se%20%221%22%20%E7%8C%AB.png`,
    );
  });

  test('when the photo has no name, then its id and type make one', async () => {
    const photo = await stored({ contentType: 'image/jpeg' });
    const answer = await fetch((await bucket.signOriginal(photo)).url);
    expect(answer.headers.get('content-disposition')).toContain(`filename="${photo.photoId}.jpeg"`);
  });

  test('when it is signed, then it says how long it lives', async () => {
    const before = Date.now();
    const { url, expiresAt } = await bucket.signOriginal(aPhoto());
    expect(new URL(url).searchParams.get('X-Amz-Expires')).toBe('60');
    expect(Date.parse(expiresAt)).toBeGreaterThanOrEqual(before + 60_000);
    expect(Date.parse(expiresAt)).toBeLessThanOrEqual(Date.now() + 60_000);
  });

  test('when it has expired, then it is refused', async () => {
    const photo = await stored();
    jest.useFakeTimers({
      doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'setTimeout', 'setInterval'],
      now: Date.now() - 61_000,
    });
    const { url } = await bucket.signOriginal(photo).finally(() => jest.useRealTimers());
    expect((await fetch(url)).status).toBe(403);
  });

  test('when it is changed to name another photo or another type, then it is refused', async () => {
    const [photo, other] = [await stored(), await stored()];
    const { url } = await bucket.signOriginal(photo);
    for (const changed of [url.replace(photo.photoId, other.photoId), url.replace('image%2Fpng', 'text%2Fhtml')]) {
      expect(changed).not.toBe(url);
      expect((await fetch(changed)).status).toBe(403);
    }
  });

  test('when it is used to write or delete, then it is refused and the original stays', async () => {
    const photo = await stored();
    const { url } = await bucket.signOriginal(photo);
    expect((await fetch(url, { method: 'PUT', body: 'other' })).status).toBe(403);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
    expect(await (await fetch(url)).text()).toBe('bytes');
  });

  test('when a thumbnail is signed, then it comes as WebP, under the photo’s name or its id', async () => {
    for (const [fileName, name] of [
      ['my.cat.png', 'my.cat.webp'],
      ['.png', undefined],
      [undefined, undefined],
    ] as const) {
      const photo = aPhoto(fileName ? { fileName } : {});
      await bucket.putThumbnail(photo, Buffer.from('small'));
      const answer = await fetch((await bucket.signThumbnail(photo)).url);
      expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([200, 'image/webp', 'small']);
      expect(answer.headers.get('content-disposition')).toContain(`attachment; filename="${name ?? `${photo.photoId}.webp`}"`);
    }
  });

  test('when the photo has no original, then 404 is what comes', async () => {
    expect((await fetch((await bucket.signOriginal(aPhoto())).url)).status).toBe(404);
  });
});
