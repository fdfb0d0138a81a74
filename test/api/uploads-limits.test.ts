import { expectRefused } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';
import { declare, ofPng } from '../support/uploads.ts';

const WHOLE = 100_000;
const IN_PARTS = 400_000;

let service: TestService;
let bytes: Buffer;
beforeAll(async () => {
  const limits = { MAX_UPLOAD_BYTES: String(WHOLE), MAX_MULTIPART_BYTES: String(IN_PARTS), MAX_BODY_BYTES: '200000' };
  [service, bytes] = await Promise.all([startService(limits), image()]);
});
afterAll(() => service.close());

const png = (size: unknown, more: object = {}) => ({ contentType: 'image/png', bytes: size, ...more });
const refused = (status: number, code: string, declared: object, paths?: string[]) =>
  expectRefused(service, { status, code, ...(paths && { paths }) }, () => declare(service, 'limits', declared));

describe('what may be declared of an upload', () => {
  test.each([
    ['POST', WHOLE],
    ['PUT', WHOLE],
    ['MULTIPART', IN_PARTS],
  ])('when it is as large as %s may be, then it is taken; one byte more is refused with 413', async (method, most) => {
    const answer = await refused(413, 'body-too-large', png(most + 1, { method }));
    expect(answer.body).toMatchObject({ maxBytes: most });
    expect((await declare(service, `most-${method}`, png(most, { method }))).status).toBe(201);
  });

  test('when it is larger than any may be and names no method, then 413', async () => {
    const answer = await refused(413, 'body-too-large', png(IN_PARTS + 1));
    expect(answer.body).toMatchObject({ maxBytes: IN_PARTS });
    await refused(413, 'body-too-large', png(Number.MAX_SAFE_INTEGER));
  });

  test.each([0, -1, 1.5, 1e300, '100', null, undefined, true, []])('when bytes are %p, then 400', async (size) => {
    await refused(400, 'invalid-input', png(size), ['/bytes']);
  });

  test.each(['image/heic', 'image/heif', 'image/svg+xml', 'text/html', 'image/*', 'IMAGE/PNG', 'image/png; charset=x', 'constructor', ''])(
    'when the type is «%s», then 415 names it',
    async (contentType) => {
      const { body } = await refused(415, 'unsupported-media-type', { contentType, bytes: 10 });
      expect(body.detail).toContain(JSON.stringify(contentType));
      expect(body.detail).toContain('image/jpeg');
    },
  );

  test.each(['', 'x', 'a'.repeat(63), 'a'.repeat(65), 'A'.repeat(64), `${'a'.repeat(63)}\n`, 1, null])(
    'when the sha256 is %p, then 400',
    async (sha256) => {
      await refused(400, 'invalid-input', png(10, { sha256 }), ['/sha256']);
    },
  );

  test.each<[object, string[]]>([
    [{ key: 'uploads/evil' }, ['/key']],
    [{ photoId: '01890000-0000-7000-8000-000000000000' }, ['/photoId']],
    [{ url: 'http://evil.example', expiresIn: 1e9 }, ['/url', '/expiresIn']],
    [{ method: 'DELETE' }, ['/method']],
    [{ fileName: 'a/b.png' }, ['/fileName']],
    [{ fileName: '' }, ['/fileName']],
    [{ fileName: 'x'.repeat(256) }, ['/fileName']],
    [{ metadata: { a: 1 } }, ['/metadata/a']],
    [{ metadata: { a: 'x'.repeat(1_025) } }, ['/metadata/a']],
    [{ metadata: Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`k${index}`, ''])) }, ['/metadata']],
    [{ metadata: JSON.parse('{"__proto__":"x"}') }, ['/metadata/__proto__']],
    [{ userId: 'me' }, ['/userId']],
  ])('when %j is said besides, then 400 says where', async (more, paths) => {
    await refused(400, 'invalid-input', { ...ofPng(bytes), ...more }, paths);
  });

  test('when fields are missing, then 400 names all of them', async () => {
    await refused(400, 'invalid-input', {}, ['/contentType', '/bytes']);
  });

  test('when the request is no JSON, or is too large, or has a query, then it is refused', async () => {
    const headers = await service.as('limits');
    const post = (path = '/v1/uploads') => service.api.post(path).set(headers);
    await expectRefused(service, { status: 415, code: 'unsupported-media-type' }, () => post().type('text/plain').send('x'));
    await expectRefused(service, { status: 400, code: 'malformed-json' }, () => post().type('application/json').send('{'));
    const large = JSON.stringify({ ...ofPng(bytes), fileName: 'x'.repeat(200_000) });
    await expectRefused(service, { status: 413, code: 'body-too-large' }, () => post().type('application/json').send(large));
    await expectRefused(service, { status: 400, code: 'invalid-input', paths: ['/userId'] }, () =>
      post('/v1/uploads?userId=ann').send(ofPng(bytes)),
    );
  });
});
