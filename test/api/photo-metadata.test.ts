import { addPhoto, expectRefused, type PhotoBody } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';

let service: TestService;
let bytes: Buffer;
beforeAll(async () => {
  [service, bytes] = await Promise.all([startService(), image()]);
});
afterAll(() => service.close());

const pathOf = ({ userId, photoId }: Pick<PhotoBody, 'userId' | 'photoId'>) => `/v1/users/${userId}/photos/${photoId}`;
const rowOf = async ({ photoId }: PhotoBody) => (await service.stored.rows('photos')).find((row) => row.photoId === photoId);

describe('changing metadata', () => {
  const patch = async (photo: PhotoBody, metadata: unknown, headers: Record<string, string> = {}) =>
    service.api
      .patch(pathOf(photo))
      .set(await service.as(photo.userId))
      .set(headers)
      .send({ metadata });

  test('when it is patched, then entries are merged, null removes, and the version is new', async () => {
    const photo = await addPhoto(service, 'patcher', bytes, { keep: '1', change: '2', remove: '3' });
    const answer = await patch(photo, { change: '写真', remove: null, add: '', never: null });

    const metadata = { keep: '1', change: '写真', add: '' };
    expect(answer.status).toBe(200);
    expect(answer.body.photo).toEqual({ ...photo, metadata, version: expect.any(String), updatedAt: expect.any(String) });
    expect(answer.body.photo.version).not.toBe(photo.version);
    expect(answer.headers.etag).toBe(`"${answer.body.photo.version}"`);
    expect(await rowOf(photo)).toMatchObject({ metadata, version: answer.body.photo.version, status: 'ready' });
  });

  test('when the same patch comes twice, then each write has its own version', async () => {
    const photo = await addPhoto(service, 'versions', bytes);
    const versions = [photo.version, (await patch(photo, {})).body.photo.version, (await patch(photo, {})).body.photo.version];
    expect(new Set(versions).size).toBe(3);
  });

  test.each(['application/json', 'application/merge-patch+json'])('when a patch is %s, then it is taken', async (type) => {
    const photo = await addPhoto(service, 'types', bytes);
    const answer = await patch(photo, { a: 'b' }, { 'content-type': type });
    expect([answer.status, (await rowOf(photo))?.metadata]).toEqual([200, { a: 'b' }]);
  });

  test('when If-Match is the current version or a star, then it is changed', async () => {
    const photo = await addPhoto(service, 'matching', bytes);
    const first = await patch(photo, { a: '1' }, { 'if-match': `"other", "${photo.version}"` });
    const second = await patch(photo, { b: '2' }, { 'if-match': '*' });
    expect([first.status, second.status, (await rowOf(photo))?.metadata]).toEqual([200, 200, { a: '1', b: '2' }]);
  });

  test('when If-Match is another version, or a weak one, then nothing changes', async () => {
    const photo = await addPhoto(service, 'stale', bytes);
    const refusal = { status: 412, code: 'precondition-failed' };
    await expectRefused(service, refusal, () => patch(photo, { a: '1' }, { 'if-match': '"other"' }));
    await expectRefused(service, refusal, () => patch(photo, { a: '1' }, { 'if-match': `W/"${photo.version}"` }));
    await expectRefused(service, { status: 400, code: 'invalid-input' }, () => patch(photo, { a: '1' }, { 'if-match': 'unquoted' }));
  });

  test('when eight change it at once, then no change is lost that was answered 200', async () => {
    const photo = await addPhoto(service, 'contended', bytes);
    const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => patch(photo, { [`k${index}`]: 'v' })));

    const done = answers.flatMap(({ status }, index) => (status === 200 ? [`k${index}`] : []));
    expect(done.length).toBeGreaterThan(0);
    expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
    expect(Object.keys((await rowOf(photo))?.metadata as object).sort()).toEqual(done);
  });

  test.each<[string, unknown, string]>([
    ['a 21st entry', { extra: 'x' }, '/metadata'],
    ['a value that is no text', { a: 1 }, '/metadata/a'],
    ['a value too long', { a: 'x'.repeat(1_025) }, '/metadata/a'],
    ['a list', [], '/metadata'],
    ['null', null, '/metadata'],
  ])('when the patch is %s, then nothing changes', async (_what, metadata, path) => {
    const photo = await addPhoto(service, 'full', bytes, Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, 'v'])));
    await expectRefused(service, { status: 400, code: 'invalid-input', paths: [path] }, () => patch(photo, metadata));
  });

  test('when a photo of 20 entries gets one and loses one, then that fits', async () => {
    const photo = await addPhoto(service, 'swap', bytes, Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, 'v'])));
    expect((await patch(photo, { k0: null, k20: 'v' })).status).toBe(200);
  });
});
