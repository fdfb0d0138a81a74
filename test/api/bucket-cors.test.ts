import { image } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';
import {
  type Begun,
  begin,
  call,
  type Headers,
  ofPng,
  postForm,
  putFile,
  rowOf,
  type Signed,
  sendRaw,
  sha256,
} from '../support/uploads.ts';

const ORIGIN = 'https://form.example';
const OTHERS = ['https://evil.example', 'https://form.example.evil.example', 'http://form.example', 'https://form.example:444', 'null'];

let service: TestService;
let closed: TestService;
let bytes: Buffer;
beforeAll(async () => {
  const [allowing, not] = [startService({ CORS_ORIGINS: `https://other.example, ${ORIGIN}` }), startService()];
  [service, closed, bytes] = await Promise.all([allowing, not, image()]);
});
afterAll(() => Promise.all([service.close(), closed.close()]));

type Requested = Signed & { method: string };

/** Every kind of request that a browser is given signed, with the method that it goes by. */
async function signedRequests(of: TestService): Promise<Record<string, Requested>> {
  const open = (method: string) => begin(of, `cors-${method.toLowerCase()}`, ofPng(bytes, { method, sha256: sha256(bytes) }));
  const [post, put, parts] = [await open('POST'), await open('PUT'), await open('MULTIPART')];
  const uploadId = (await rowOf(of, parts))?.upload?.uploadId;
  const sign = async (begun: Begun, method: string, more: object = {}): Promise<Requested> => ({
    ...(await call(of, begun, 'post', '/sign', { method, ...more })).body,
    method,
  });
  return {
    form: { ...(await sign(post, 'PUT')), method: 'POST' },
    file: await sign(put, 'PUT'),
    part: { url: String(parts.upload.parts?.[0]?.url), method: 'PUT' },
    begin: await sign(parts, 'POST'),
    signedPart: await sign(parts, 'PUT', { uploadId, partNumber: 1 }),
    list: await sign(parts, 'GET', { uploadId }),
    'put together': await sign(parts, 'POST', { uploadId }),
    abort: await sign(parts, 'DELETE', { uploadId }),
  };
}

/** What a browser asks beforehand; it names a content type whenever there may be a body. */
function preflight({ url, method, headers = {} }: Requested, origin: string) {
  const names = new Set([...Object.keys(headers).map((name) => name.toLowerCase()), ...(method === 'GET' ? [] : ['content-type'])]);
  const asked: Headers = {
    origin,
    'access-control-request-method': method,
    'access-control-request-headers': [...names].toSorted().join(','),
  };
  return sendRaw('OPTIONS', url, asked);
}
const list = (header: unknown) => String(header).toLowerCase().split(/,\s*/);

describe('what pages may send to the bucket', () => {
  test('when the origin is allowed, then every signed request may go, with each of its headers', async () => {
    for (const [name, signed] of Object.entries(await signedRequests(service))) {
      const { status, headers } = await preflight(signed, ORIGIN);
      expect([name, status, headers['access-control-allow-origin']]).toEqual([name, 200, ORIGIN]);
      expect(String(headers['access-control-allow-methods']).split(/,\s*/)).toContain(signed.method);
      expect(list(headers['access-control-allow-headers'])).toEqual(
        expect.arrayContaining(Object.keys(signed.headers ?? {}).map((header) => header.toLowerCase())),
      );
      expect(Number(headers['access-control-max-age'])).toBeGreaterThan(0);
    }
  });

  test('when the origin is another, then no signed request may go', async () => {
    for (const [name, signed] of Object.entries(await signedRequests(service))) {
      for (const origin of OTHERS) {
        const { status, headers } = await preflight(signed, origin);
        expect([name, origin, status, headers['access-control-allow-origin']]).toEqual([name, origin, 403, undefined]);
      }
    }
  });

  test('when a page wants a header that nothing signed has, or another method, then it may not', async () => {
    const { file } = await signedRequests(service);
    for (const name of ['x-amz-acl', 'x-amz-meta-a', 'authorization', 'x-amz-copy-source'])
      expect((await preflight({ ...(file as Requested), headers: { [name]: 'x' } }, ORIGIN)).status).toBe(403);
    expect((await preflight({ ...(file as Requested), method: 'PATCH' }, ORIGIN)).status).toBe(403);
  });

  test('when no origins are set, then there is no CORS at all', async () => {
    const signed = await signedRequests(closed);
    for (const request of Object.values(signed)) expect((await preflight(request, ORIGIN)).status).toBe(403);
    const { file } = signed;
    const answer = await sendRaw('PUT', String(file?.url), { ...file?.headers, origin: ORIGIN }, bytes);
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('what pages may read of the answers', () => {
  const readable = ({ headers }: { headers: Record<string, unknown> }) => {
    expect(headers['access-control-allow-origin']).toBe(ORIGIN);
    return list(headers['access-control-expose-headers']);
  };

  test('when a file, a part or a form has arrived, then ETag and Location can be read', async () => {
    const { file, part, form } = (await signedRequests(service)) as Record<'file' | 'part' | 'form', Requested>;
    for (const signed of [file, part]) {
      const answer = await putFile({ ...signed, headers: { ...signed.headers, origin: ORIGIN } }, bytes);
      expect([answer.status, typeof answer.headers.etag]).toEqual([200, 'string']);
      expect(readable(answer)).toEqual(expect.arrayContaining(['etag', 'location']));
    }
    const answer = await postForm(form, bytes, { origin: ORIGIN });
    expect([answer.status, typeof answer.headers.etag, typeof answer.headers.location]).toEqual([204, 'string', 'string']);
    expect(readable(answer)).toEqual(expect.arrayContaining(['etag', 'location']));
  });

  test('when it is refused, then the page can read why', async () => {
    const { file } = (await signedRequests(service)) as { file: Requested };
    const answer = await putFile({ ...file, headers: { ...file.headers, origin: ORIGIN, 'content-type': 'text/html' } }, bytes);
    expect([answer.status, answer.code]).toEqual([403, 'SignatureDoesNotMatch']);
    readable(answer);
  });
});
