import { originalKey } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';
import {
  abort,
  type Begun,
  begin,
  call,
  complete,
  deliver,
  expectFinished,
  expectNothingOf,
  ofPng,
  rowOf,
  type Signed,
  sendFile,
  sendRaw,
  smuggle,
  stateOf,
} from '../support/uploads.ts';

let service: TestService;
let bytes: Buffer;
beforeAll(async () => {
  [service, bytes] = await Promise.all([startService(), image()]);
});
afterAll(() => service.close());

/** An upload of a client that began a multipart upload of its own besides, and never said so. */
async function beginAnother(begun: Begun): Promise<void> {
  const { url, headers }: Signed = (await call(service, begun, 'post', '/sign', { method: 'POST' })).body;
  expect((await sendRaw('POST', url, headers)).status).toBe(200);
}

const aborting: [string, 'POST' | 'PUT' | 'MULTIPART', (begun: Begun) => Promise<unknown>][] = [
  ['before anything has arrived, by POST', 'POST', async () => {}],
  ['before anything has arrived, by PUT', 'PUT', async () => {}],
  ['before anything has arrived, by MULTIPART', 'MULTIPART', async () => {}],
  ['when the bytes have arrived', 'PUT', (begun) => sendFile(begun, bytes)],
  ['when parts have arrived', 'MULTIPART', (begun) => sendFile(begun, bytes)],
  ['when the client has begun a multipart upload of its own', 'MULTIPART', beginAnother],
  ['when the parts are put together', 'MULTIPART', async (begun) => [await sendFile(begun, bytes), await assemble(begun)]],
  [
    'when it was rejected',
    'PUT',
    async (begun) => [await smuggle(service, begun, Buffer.from('no photo')), await complete(service, begun)],
  ],
];

/** Puts the parts together as a browser may, which the service learns from the object's event alone. */
async function assemble(begun: Begun): Promise<void> {
  const uploadId = (await rowOf(service, begun))?.upload?.uploadId;
  const signed: Signed = (await call(service, begun, 'post', '/sign', { method: 'GET', uploadId })).body;
  const etag = /<ETag>(.*?)<\/ETag>/.exec((await sendRaw('GET', signed.url)).text)?.[1];
  const { url, headers }: Signed = (await call(service, begun, 'post', '/sign', { method: 'POST', uploadId })).body;
  const list = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`;
  expect((await sendRaw('POST', url, headers, list)).status).toBe(200);
}

describe('aborting an upload', () => {
  test.each(aborting)('when that is %s, then nothing is left of it', async (_when, method, go) => {
    const begun = await begin(service, `aborts-${method.toLowerCase()}`, ofPng(bytes, { method }));
    await go(begun);
    const { status, text } = await abort(service, begun);

    expect([status, text]).toEqual([204, '']);
    expect(await rowOf(service, begun)).toBeUndefined();
    await expectNothingOf(service, begun);
    for (const again of [await stateOf(service, begun), await abort(service, begun), await complete(service, begun)])
      expect([again.status, again.body.code]).toEqual([404, 'not-found']);
  });

  test('when it has become a photo, then 409, and the photo stays', async () => {
    const begun = await begin(service, 'too-late', ofPng(bytes));
    await sendFile(begun, bytes);
    await complete(service, begun);
    const { status, body } = await abort(service, begun);

    expect([status, body.code]).toEqual([409, 'conflict']);
    await expectFinished(service, begun, bytes);
  });

  test('when bytes arrive after it, by what was signed before, then their event removes them', async () => {
    const begun = await begin(service, 'arrives-late', ofPng(bytes));
    await abort(service, begun);
    await sendFile(begun, bytes);
    await deliver(service, begun);

    expect(await rowOf(service, begun)).toBeUndefined();
    await expectNothingOf(service, begun);
  });

  test('when the photo of an open upload is deleted, then its bytes are gone, too, and come back by no event', async () => {
    const begun = await begin(service, 'deletes', ofPng(bytes, { method: 'PUT' }));
    await sendFile(begun, bytes);
    const { status } = await service.api.delete(`/v1/users/me/photos/${begun.photoId}`).set(await service.as('deletes'));
    await deliver(service, begun);

    expect(status).toBe(204);
    expect(await rowOf(service, begun)).toBeUndefined();
    await expectNothingOf(service, begun);
    expect(await service.stored.keys()).not.toContain(originalKey(begun));
  });
});
