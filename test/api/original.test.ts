import { addPhoto, expectRefused, filePart, type PhotoBody, postParts } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';

let service: TestService;
let bytes: Buffer;
beforeAll(async () => {
  [service, bytes] = await Promise.all([startService(), image('webp')]);
});
afterAll(() => service.close());

async function signed(photo: PhotoBody, query = '?redirect=false') {
  return service.api.get(`/v1/users/me/photos/${photo.photoId}/original${query}`).set(await service.as(photo.userId));
}

describe('the original of a photo', () => {
  test.each(['', '?redirect=true'])(
    'when it is asked for with «%s», then 302 leads to its bytes, for who follows without a token',
    async (query) => {
      const photo = await addPhoto(service, 'redirected', bytes);
      const answer = await signed(photo, query);

      expect([answer.status, answer.headers['cache-control']]).toEqual([302, 'no-store']);
      const download = await fetch(String(answer.headers.location));
      expect(Buffer.from(await download.arrayBuffer()).equals(bytes)).toBe(true);
    },
  );

  test('when no redirect is wanted, then the URL and its expiry are answered, and it is on another host than the app', async () => {
    const before = Date.now();
    const { status, body } = await signed(await addPhoto(service, 'asking', bytes));

    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(['expiresAt', 'url']);
    const seconds = (Date.parse(body.expiresAt) - before) / 1000;
    expect(seconds).toBeGreaterThan(295);
    expect(seconds).toBeLessThan(305);
    expect(new URL(body.url).host).not.toBe(new URL(service.url).host);
  });

  test.each([
    ['cat.webp', 'cat.webp', 'cat.webp'],
    ['写真 📷.webp', null, '写真 📷.webp'],
    ["it's (1)*.webp", null, "it's (1)*.webp"],
    ['50%; x=y.webp', null, '50%; x=y.webp'],
  ])('when the file was called «%s», then it downloads under that name, as what its bytes are', async (name, plain, extended) => {
    const answer = await postParts(service, 'names', [{ ...filePart(bytes, name), type: 'text/html' }]);
    const download = await fetch((await signed(answer.body.photo)).body.url);
    const disposition = String(download.headers.get('content-disposition'));

    expect(download.status).toBe(200);
    expect(download.headers.get('content-type')).toBe('image/webp');
    const [, fallback, encoded] =
      /^attachment; filename="([\x20-\x7e]*)"; filename\*=UTF-8''([A-Za-z0-9!#$&+.^_`|~%-]+)$/.exec(disposition) ?? [];
    if (plain !== null) expect(fallback).toBe(plain);
    expect(decodeURIComponent(String(encoded))).toBe(extended);
    expect(Buffer.from(await download.arrayBuffer()).equals(bytes)).toBe(true);
  });

  test('when a photo came without a file name, then it downloads under its id', async () => {
    const photo = await addPhoto(service, 'unnamed', bytes);
    const download = await fetch((await signed(photo)).body.url);
    expect(download.headers.get('content-disposition')).toContain(`filename="${photo.photoId}.webp"`);
  });

  test('when the signed URL is bent in any way, then storage refuses it', async () => {
    const [photo, other] = [await addPhoto(service, 'bent', bytes), await addPhoto(service, 'bent', bytes)];
    const { url } = (await signed(photo)).body;
    const bent = [
      url.replace(photo.photoId, other.photoId),
      url.replace('X-Amz-Expires=300', 'X-Amz-Expires=3000'),
      url.replace('attachment', 'inline'),
      url.replace(/(X-Amz-Signature=)./, '$1x'),
      url.split('?')[0],
    ];

    expect(new Set([url, ...bent]).size).toBe(6);
    for (const each of bent) expect([each, (await fetch(String(each))).status]).toEqual([each, 403]);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
    expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(403);
    expect((await fetch(url)).status).toBe(200);
  });

  test('when it is another user’s, or not there, or the query is nonsense, then no URL is made', async () => {
    const photo = await addPhoto(service, 'protected', bytes);
    const thief = await service.as('thief');
    const get = (path: string) => service.api.get(path).set(thief);
    await expectRefused(service, { status: 403, code: 'forbidden' }, () => get(`/v1/users/protected/photos/${photo.photoId}/original`));
    await expectRefused(service, { status: 404, code: 'not-found' }, () => get(`/v1/users/me/photos/${photo.photoId}/original`));
    await expectRefused(service, { status: 400, code: 'invalid-input', paths: ['/redirect'] }, () => signed(photo, '?redirect=perhaps'));
  });
});
