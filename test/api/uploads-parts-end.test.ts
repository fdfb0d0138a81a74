import { startService, type TestService } from '../support/service.ts';
import { begin, call, rowOf, sendRaw, stateOf } from '../support/uploads.ts';

const BYTES = 6 * 1024 * 1024;
const declared = { contentType: 'image/png', bytes: BYTES, method: 'MULTIPART' };
const part = Buffer.alloc(5 * 1024 * 1024);

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

const uploadsOf = async () => (await service.stored.everything()).multipartUploads;
async function begunWithAPart(user: string) {
  const upload = await begin(service, user, declared);
  expect((await sendRaw('PUT', String(upload.upload.parts?.[0]?.url), {}, part)).status).toBe(200);
  return upload;
}

describe('parts of a multipart upload', () => {
  test.each([
    ['the photo', (user: string, photoId: string) => ['delete', `/v1/users/${user}/photos/${photoId}`, undefined] as const],
    [
      'photos in bulk',
      (user: string, photoId: string) => ['post', `/v1/users/${user}/photos/bulk-delete`, { photoIds: [photoId] }] as const,
    ],
    ['the user with all photos', (user: string) => ['delete', `/v1/users/${user}?photos=delete`, undefined] as const],
  ])('when somebody deletes %s, then they go too', async (what, request) => {
    const user = `ends-${what.length}`;
    const before = await uploadsOf();
    await service.api
      .put(`/v1/users/${user}`)
      .set(await service.as(user))
      .send({ name: 'n' });
    const { photoId } = await begunWithAPart(user);
    const [method, path, body] = request(user, photoId);
    const answer = await service.api[method](path)
      .set(await service.as(user))
      .send(body);
    expect(answer.status).toBeLessThan(300);
    expect(await uploadsOf()).toEqual(before);
  });

  test('when a request to sign is refused, then the upload and its parts are as they were', async () => {
    const upload = await begunWithAPart('refused');
    const { url } = (await call(service, upload, 'post', '/sign', { method: 'POST', key: 'x' })).body;
    const other = /<UploadId>([^<]+)/.exec((await sendRaw('POST', url, { 'content-type': 'image/png' })).text)?.[1];
    const before = await rowOf(service, upload);
    for (const wrong of [{ method: 'PUT', partNumber: 99 }, { method: 'PUT' }, { method: 'GET', partNumber: 1 }])
      expect((await call(service, upload, 'post', '/sign', { ...wrong, uploadId: other })).status).toBe(400);
    expect(await rowOf(service, upload)).toEqual(before);
    expect((await stateOf(service, upload)).body.upload.arrived).toHaveLength(1);
  });

  test('when the browser has ended the upload by itself, then parts are signed for a new one', async () => {
    const upload = await begunWithAPart('anew');
    const uploadId = (await rowOf(service, upload))?.upload?.uploadId;
    const { url } = (await call(service, upload, 'post', '/sign', { method: 'DELETE', uploadId })).body;
    expect((await sendRaw('DELETE', url)).status).toBe(204);
    const { parts } = (await call(service, upload, 'post', '/parts', { partNumbers: [1] })).body;
    expect((await sendRaw('PUT', parts[0].url, {}, part)).status).toBe(200);
    expect((await stateOf(service, upload)).body.upload.arrived).toHaveLength(1);
  });
});
