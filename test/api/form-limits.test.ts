import { expectRefused, expectStored, filePart, multipartBody, postJson, postParts, postRaw } from '../support/forms.ts';
import { image, jpegOfSize } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';

// what fits through a load balancer before a Lambda too
const MOST = 600_000;
const MAX_BODY = 900_000;

let service: TestService;
let form: string;
beforeAll(async () => {
  service = await startService({ MAX_BODY_BYTES: String(MAX_BODY), MAX_FORM_PHOTO_BYTES: String(MOST) });
  form = `${service.url}/v1/form`;
});
afterAll(() => service.close());

describe('how large a form may be', () => {
  test('when the photo is as large as it may be, then it is taken, in both shapes', async () => {
    const bytes = await jpegOfSize(MOST);
    const asJson = await postJson(service, 'largest-json', { photo: bytes.toString('base64') });
    const asParts = await postParts(service, 'largest-parts', [filePart(bytes)]);

    expect([asJson.status, asParts.status]).toEqual([201, 201]);
    await expectStored(service, asJson.body.photo, bytes);
    await expectStored(service, asParts.body.photo, bytes);
  });

  test('when the photo is one byte larger, then 413 names the limit and the way for larger ones, in both shapes', async () => {
    const bytes = await jpegOfSize(MOST + 1);
    const refusal = { status: 413, code: 'body-too-large' };
    const asJson = await expectRefused(service, refusal, () => postJson(service, 'larger', { photo: bytes.toString('base64') }));
    const asParts = await expectRefused(service, refusal, () => postParts(service, 'larger', [filePart(bytes)]));

    for (const { body } of [asJson, asParts]) expect(body).toMatchObject({ maxBytes: MOST, uploadUrl: '/v1/uploads' });
  });

  const tooLarge = {
    json: () => ({ type: 'application/json', body: Buffer.from(`{"photo":"${'A'.repeat(MAX_BODY)}"}`) }),
    parts: () => multipartBody([{ name: 'title', value: 'x' }, filePart(Buffer.alloc(MAX_BODY))]),
  };
  test.each([
    ['json', false],
    ['json', true],
    ['parts', false],
    ['parts', true],
  ] as const)('when the body is over the limit, as %s, chunked: %s, then 413 names it', async (shape, chunked) => {
    const { type, body } = tooLarge[shape]();
    const headers = { ...(await service.as('too-large')), 'content-type': type };
    const send = () => postRaw(form, headers, body, { chunked });
    const answer = await expectRefused(service, { status: 413, code: 'body-too-large' }, send);

    expect(answer.body).toMatchObject({ maxBytes: MAX_BODY, uploadUrl: '/v1/uploads' });
  });

  test('when a chunked form is over the limit in nothing but small parts, then 413 or 400 ends it', async () => {
    const parts = Array.from({ length: 460 }, (_, index) => ({ name: `key-${index}`, value: 'x'.repeat(2_000) }));
    const { type, body } = multipartBody(parts);
    const headers = { ...(await service.as('many-parts')), 'content-type': type };
    const before = await service.stored.everything();
    const answer = await postRaw(form, headers, body, { chunked: true });

    expect([400, 413]).toContain(answer.status);
    expect(await service.stored.everything()).toEqual(before);
  });

  test('when there is no token, then not even the size of the body is looked at', async () => {
    const { type, body } = tooLarge.json();
    await expectRefused(service, { status: 401, code: 'unauthenticated' }, () => postRaw(form, { 'content-type': type }, body));
  });
});

describe('a body of another kind', () => {
  test.each<[string, string | undefined]>([
    ['text', 'text/plain'],
    ['a form without files', 'application/x-www-form-urlencoded'],
    ['an image', 'image/jpeg'],
    ['nothing', undefined],
    ['nonsense', 'json'],
    ['JSON in another charset', 'application/json; charset=iso-8859-1'],
  ])('when the content type is %s, then 415', async (_what, type) => {
    const headers = { ...(await service.as('other-type')), ...(type && { 'content-type': type }) };
    const send = () => postRaw(form, headers, Buffer.from('{"photo":"AAAA"}'));
    await expectRefused(service, { status: 415, code: 'unsupported-media-type' }, send);
  });

  test.each(['application/json', 'multipart/form-data; boundary=x'])('when a body of %s is empty, then 400', async (type) => {
    const headers = { ...(await service.as('empty')), 'content-type': type };
    for (const chunked of [false, true])
      await expectRefused(service, { status: 400, code: 'invalid-input' }, () => postRaw(form, headers, Buffer.alloc(0), { chunked }));
  });

  test.each<[string, string, (body: Buffer) => Buffer]>([
    ['has no boundary', 'multipart/form-data', (body) => body],
    ['has another boundary', 'multipart/form-data; boundary=other', (body) => body],
    ['ends in the middle', 'multipart/form-data; boundary=x', (body) => body.subarray(0, body.length - 20)],
    ['has a part without a head', 'multipart/form-data; boundary=x', () => Buffer.from('--x\r\n\r\nvalue\r\n--x--\r\n')],
  ])('when a multipart body %s, then 400', async (_what, type, bend) => {
    const body = bend(multipartBody([filePart(await image())], 'x').body);
    const headers = { ...(await service.as('malformed')), 'content-type': type };
    await expectRefused(service, { status: 400, code: 'invalid-input' }, () => postRaw(form, headers, body));
  });
});
