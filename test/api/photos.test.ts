import { addPhoto, expectRefused, originalKey, type PhotoBody } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';

const NOBODYS = '01890000-0000-7000-8000-000000000000';

let service: TestService;
let bytes: Buffer;
beforeAll(async () => {
  [service, bytes] = await Promise.all([startService(), image()]);
});
afterAll(() => service.close());

const pathOf = ({ userId, photoId }: Pick<PhotoBody, 'userId' | 'photoId'>) => `/v1/users/${userId}/photos/${photoId}`;
const rowOf = async ({ photoId }: PhotoBody) => (await service.stored.rows('photos')).find((row) => row.photoId === photoId);

/** A request by the photo's own user. */
async function call(
  method: 'get' | 'head' | 'patch' | 'delete' | 'post',
  path: string,
  user: string,
  headers: Record<string, string> = {},
) {
  return service.api[method](path)
    .set(await service.as(user))
    .set(headers);
}

describe('one photo', () => {
  test('when it is read, also as «me», then it is what was answered on adding it', async () => {
    const photo = await addPhoto(service, 'reader', bytes, { title: 'x' });
    const answers = [await call('get', pathOf(photo), 'reader'), await call('get', pathOf({ ...photo, userId: 'me' }), 'reader')];

    for (const { status, body, headers } of answers) {
      expect([status, body]).toEqual([200, { photo }]);
      expect(headers).toMatchObject({ etag: `"${photo.version}"`, 'cache-control': 'no-store' });
    }
  });

  test.each([
    ['the version', (version: string) => `"${version}"`, 304],
    ['the version, weak', (version: string) => `W/"${version}"`, 304],
    ['one of several', (version: string) => `"other", "${version}"`, 304],
    ['a star', () => '*', 304],
    ['another', () => '"other"', 200],
  ])('when If-None-Match is %s, then the status says whether it is news', async (_what, header, status) => {
    const photo = await addPhoto(service, 'knows', bytes);
    const answer = await call('get', pathOf(photo), 'knows', { 'if-none-match': header(photo.version) });

    expect([answer.status, answer.headers.etag]).toEqual([status, `"${photo.version}"`]);
    if (status === 304) expect(answer.text).toBe('');
  });

  test('when HEAD asks, then the head is that of GET and there is no body', async () => {
    const photo = await addPhoto(service, 'head', bytes);
    const [get, head] = [await call('get', pathOf(photo), 'head'), await call('head', pathOf(photo), 'head')];

    expect([head.status, head.text ?? '']).toEqual([200, '']);
    for (const name of ['content-type', 'content-length', 'etag', 'cache-control']) expect(head.headers[name]).toBe(get.headers[name]);
  });

  test('when it does not exist, or is another user’s, then the answers are alike', async () => {
    const photo = await addPhoto(service, 'private', bytes);
    const refusal = { status: 404, code: 'not-found' };
    const paths = [NOBODYS, photo.photoId].map((photoId) => pathOf({ userId: 'me', photoId }));
    const [none, others] = [
      await expectRefused(service, refusal, () => call('get', String(paths[0]), 'curious')),
      await expectRefused(service, refusal, () => call('get', String(paths[1]), 'curious')),
    ];

    const { requestId: _a, instance: _b, ...first } = none.body;
    expect(others.body).toMatchObject(first);
    await expectRefused(service, { status: 403, code: 'forbidden' }, () => call('get', pathOf(photo), 'curious'));
    await expectRefused(service, refusal, () => call('delete', String(paths[1]), 'curious'));
  });

  test.each(['nonsense', '%00', 'a'.repeat(5_000)])('when the photoId is «%s», then it is no id', async (photoId) => {
    await expectRefused(service, { status: 400, code: 'invalid-input', paths: ['/photoId'] }, () =>
      call('get', `/v1/users/me/photos/${photoId}`, 'ids'),
    );
  });
});

describe('deleting', () => {
  test('when it is deleted, then row and object are gone, and again is 404', async () => {
    const [photo, other] = [await addPhoto(service, 'remover', bytes), await addPhoto(service, 'remover', bytes)];
    const answer = await call('delete', pathOf(photo), 'remover');

    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(await rowOf(photo)).toBeUndefined();
    expect(await service.stored.keys()).not.toContain(originalKey(photo));
    expect(await service.stored.keys()).toContain(originalKey(other));
    await expectRefused(service, { status: 404, code: 'not-found' }, () => call('delete', pathOf(photo), 'remover'));
    await expectRefused(service, { status: 404, code: 'not-found' }, () => call('get', pathOf(photo), 'remover'));
  });

  test('when If-Match is stale, then it stays; when it is current, then it goes', async () => {
    const photo = await addPhoto(service, 'careful', bytes);
    const stale = () => call('delete', pathOf(photo), 'careful', { 'if-match': '"other"' });
    await expectRefused(service, { status: 412, code: 'precondition-failed' }, stale);
    expect((await call('delete', pathOf(photo), 'careful', { 'if-match': `"${photo.version}"` })).status).toBe(204);
  });
});
