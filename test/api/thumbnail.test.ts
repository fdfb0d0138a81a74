import sharp from 'sharp';
import { addPhoto, expectRefused, filePart, type PhotoBody, postParts } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { deliverOriginal } from '../support/photos.ts';
import { startService, type TestService } from '../support/service.ts';

let service: TestService;
let bytes: Buffer;
beforeAll(async () => {
  [service, bytes] = await Promise.all([startService(), image('jpeg', '#336699', 640, 400)]);
});
afterAll(() => service.close());

async function withThumbnail(user: string): Promise<PhotoBody> {
  const photo = await addPhoto(service, user, bytes);
  await deliverOriginal(service, photo);
  return photo;
}

async function get(user: string, path: string) {
  return service.api.get(`/v1/users/me/photos${path}`).set(await service.as(user));
}
const thumbnailOf = ({ userId, photoId }: PhotoBody, query = '') => get(userId, `/${photoId}/thumbnail${query}`);

async function download(url: string) {
  const answer = await fetch(url);
  return { answer, bytes: Buffer.from(await answer.arrayBuffer()) };
}

describe('the thumbnail of a photo', () => {
  test('when it is made, then the photo tells its size and where it is, under a new version', async () => {
    const before = await addPhoto(service, 'teller', bytes);
    expect((await get('teller', `/${before.photoId}`)).body.photo).toMatchObject({ thumbnail: { status: 'pending' } });
    await deliverOriginal(service, before);
    const { photo } = (await get('teller', `/${before.photoId}`)).body;

    expect(photo.thumbnail).toEqual({ status: 'ready', contentType: 'image/webp', width: 320, height: 200, bytes: expect.any(Number) });
    expect(photo.links.thumbnail).toBe(`/v1/users/teller/photos/${photo.photoId}/thumbnail`);
    expect(photo.version).not.toBe(before.version);
    expect(photo).toMatchObject({ status: 'ready', width: 640, height: 400, bytes: bytes.length });
  });

  test.each(['', '?redirect=true'])(
    'when it is asked for with «%s», then 302 leads to it, for who follows without a token',
    async (query) => {
      const photo = await withThumbnail('redirected');
      const answer = await thumbnailOf(photo, query);
      expect([answer.status, answer.headers['cache-control']]).toEqual([302, 'no-store']);
      const thumbnail = await download(String(answer.headers.location));
      expect(await sharp(thumbnail.bytes).metadata()).toMatchObject({ format: 'webp', width: 320, height: 200 });
      expect(thumbnail.answer.headers.get('content-type')).toBe('image/webp');
      expect(thumbnail.answer.headers.get('content-disposition')).toContain(`filename="${photo.photoId}.webp"`);
    },
  );

  test('when no redirect is wanted, then the URL and its expiry are answered', async () => {
    const { status, body } = await thumbnailOf(await withThumbnail('asking'), '?redirect=false');
    expect([status, Object.keys(body).sort()]).toEqual([200, ['expiresAt', 'url']]);
    expect(Date.parse(body.expiresAt)).toBeGreaterThan(Date.now() + 290_000);
  });

  test('when the file had a name, then the thumbnail downloads under it, as WebP', async () => {
    const { photo } = (await postParts(service, 'named', [filePart(bytes, 'my.cat.jpg')])).body;
    await deliverOriginal(service, photo);
    const { answer } = await download((await thumbnailOf(photo, '?redirect=false')).body.url);
    expect(answer.headers.get('content-disposition')).toContain('filename="my.cat.webp"');
  });

  test('when it is not made yet, or the photo is not there, then it is 409, or 404', async () => {
    const photo = await addPhoto(service, 'early', bytes);
    await expectRefused(service, { status: 409, code: 'conflict', detail: /not made yet/ }, () => thumbnailOf(photo));
    const none = { ...photo, photoId: '01890000-0000-7000-8000-000000000000' };
    await expectRefused(service, { status: 404, code: 'not-found' }, () => thumbnailOf(none));
    await expectRefused(service, { status: 400, code: 'invalid-input', paths: ['/redirect'] }, () => thumbnailOf(photo, '?redirect=no'));
  });
});

describe('a list with ?urls=thumbnail', () => {
  test('when some thumbnails are there, then those have a URL that works, and no others', async () => {
    const [ready, pending] = [await withThumbnail('lister'), await addPhoto(service, 'lister', bytes)];
    const { items } = (await get('lister', '?urls=thumbnail')).body;

    expect(items.map(({ photoId }: PhotoBody) => photoId)).toEqual([pending.photoId, ready.photoId]);
    expect(items[0].thumbnail).toEqual({ status: 'pending' });
    expect(items[1].thumbnail).toMatchObject({ status: 'ready', url: expect.any(String), expiresAt: expect.any(String) });
    expect((await sharp((await download(items[1].thumbnail.url)).bytes).metadata()).width).toBe(320);
  });

  test('when it is not asked for, or something else is, then there is no URL, or 400', async () => {
    await withThumbnail('plain');
    expect((await get('plain', '')).body.items[0].thumbnail).not.toHaveProperty('url');
    await expectRefused(service, { status: 400, code: 'invalid-input', paths: ['/urls'] }, () => get('plain', '?urls=original'));
  });

  test('when it is walked, then every page has them, whichever of its pages asked', async () => {
    for (let count = 0; count < 3; count++) await withThumbnail('walker');
    const first = (await get('walker', '?limit=2&urls=thumbnail')).body;
    const second = (await get('walker', `?limit=2&urls=thumbnail&cursor=${first.next}`)).body;
    const urls = [...first.items, ...second.items].map(({ thumbnail }) => thumbnail.url);
    expect(new Set(urls).size).toBe(3);
    expect(second.next).toBeNull();
  });
});
