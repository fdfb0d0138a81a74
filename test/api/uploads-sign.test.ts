import { image } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';
import {
  type Begun,
  begin,
  call,
  complete,
  expectFinished,
  ofPng,
  postForm,
  putFile,
  rowOf,
  sendFile,
  sendRaw,
  uploadKey,
} from '../support/uploads.ts';

/** What a client might wish for, and never gets. */
const WISHES = { key: 'uploads/evil', contentType: 'text/html', expiresIn: 604_800 };

let service: TestService;
let bytes: Buffer;
beforeAll(async () => {
  [service, bytes] = await Promise.all([startService(), image()]);
});
afterAll(() => service.close());

const open = (method: string, user = `signs-${method.toLowerCase()}`) => begin(service, user, ofPng(bytes, { method }));
const asking = (begun: Begun, request: object) => call(service, begun, 'post', '/sign', request);

/** A request as `@uppy/aws-s3` 6 asks for it, signed. */
async function sign(begun: Begun, request: object) {
  const { status, body } = await asking(begun, { ...WISHES, ...request });
  expect([status, body.key]).toEqual([200, uploadKey(begun)]);
  expect(JSON.stringify(body)).not.toMatch(/evil|text\/html|604800/);
  if (!body.fields) expect(body.url).toMatch(/[?&]X-Amz-Expires=300(&|$)/);
  return body;
}

const idIn = (text: string) => String(/<UploadId>(.*?)<\/UploadId>/.exec(text)?.[1]);
const listOf = (etag: unknown) =>
  `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`;

describe('signing what Uppy asks for', () => {
  test('when the upload is by POST, then a PUT is answered with a form that posts it', async () => {
    const begun = await open('POST');
    const signed = await sign(begun, { method: 'PUT' });
    expect(Object.keys(signed).toSorted()).toEqual(['fields', 'key', 'url']);
    expect((await postForm(signed, bytes)).status).toBe(204);
    expect((await complete(service, begun)).status).toBe(200);
    await expectFinished(service, begun, bytes);
  });

  test('when the upload is by PUT, then a PUT is answered with a URL and its headers', async () => {
    const begun = await open('PUT');
    const signed = await sign(begun, { method: 'PUT' });
    expect(signed.headers).toEqual({ 'content-type': 'image/png', 'if-none-match': '*' });
    expect((await putFile(signed, bytes)).status).toBe(200);
    expect((await complete(service, begun)).status).toBe(200);
    await expectFinished(service, begun, bytes);
  });

  test('when the upload is by MULTIPART, then the client can begin, send, list and put together', async () => {
    const begun = await open('MULTIPART');
    const ours = (await rowOf(service, begun))?.upload?.uploadId;
    const created = await sign(begun, { method: 'POST' });
    const uploadId = idIn((await sendRaw('POST', created.url, created.headers)).text);
    expect(uploadId).not.toBe(ours);
    const part = await sign(begun, { method: 'PUT', uploadId, partNumber: 1 });
    const { headers } = await putFile(part, bytes);
    const list = await sign(begun, { method: 'GET', uploadId });
    expect((await sendRaw('GET', list.url)).text).toContain(`<Size>${bytes.length}</Size>`);
    const done = await sign(begun, { method: 'POST', uploadId });
    const { status, text } = await sendRaw('POST', done.url, done.headers, listOf(headers.etag));

    expect([status, text]).toEqual([200, expect.stringContaining('<ETag>')]);
    expect((await complete(service, begun)).status).toBe(200);
    await expectFinished(service, begun, bytes);
  });

  test('when the client goes on with a multipart upload of its own, then that is the one, and ours is ended', async () => {
    const begun = await open('MULTIPART', 'adopts');
    const created = await sign(begun, { method: 'POST' });
    expect(await service.stored.multipartUploads()).toEqual([uploadKey(begun)]);
    const uploadId = idIn((await sendRaw('POST', created.url, created.headers)).text);
    expect(await service.stored.multipartUploads()).toEqual([uploadKey(begun), uploadKey(begun)]);
    await sign(begun, { method: 'GET', uploadId });

    expect((await rowOf(service, begun))?.upload).toMatchObject({ method: 'MULTIPART', uploadId });
    expect(await service.stored.multipartUploads()).toEqual([uploadKey(begun)]);
    expect((await putFile(begun.upload.parts?.[0] ?? { url: '' }, bytes)).code).toBe('NoSuchUpload');
    const { parts } = (await call(service, begun, 'post', '/parts', { partNumbers: [1] })).body;
    await sendFile({ ...begun, upload: { ...begun.upload, parts } }, bytes);
    expect((await complete(service, begun)).status).toBe(200);
    await expectFinished(service, begun, bytes);
  });

  test('when the client aborts, then its parts are gone, and the upload waits on', async () => {
    const begun = await open('MULTIPART', 'aborts');
    const uploadId = (await rowOf(service, begun))?.upload?.uploadId;
    await sendFile(begun, bytes);
    const { url } = await sign(begun, { method: 'DELETE', uploadId });
    expect((await sendRaw('DELETE', url)).status).toBe(204);
    expect(await service.stored.multipartUploads()).toEqual([]);
    expect((await complete(service, begun)).status).toBe(409);
    expect((await rowOf(service, begun))?.status).toBe('pending');
  });
});
