import { ago } from '../support/clock.ts';
import { image, jpegOfSize } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';
import {
  type Begun,
  begin,
  call,
  complete,
  expectFinished,
  ofPng,
  putFile,
  putParts,
  rowOf,
  sendFile,
  stateOf,
  type UploadBody,
  uploadKey,
} from '../support/uploads.ts';

const MiB = 1024 * 1024;

let service: TestService;
let bytes: Buffer;
beforeAll(async () => {
  [service, bytes] = await Promise.all([startService(), image()]);
});
afterAll(() => service.close());

const signParts = (begun: Pick<Begun, 'userId' | 'photoId'>, partNumbers: unknown) =>
  call(service, begun, 'post', '/parts', { partNumbers } as object);

describe('resuming an upload', () => {
  test('when a new client knows only the photoId and has a token, then it finds out what arrived, sends the rest, and finishes', async () => {
    const file = await jpegOfSize(12 * MiB);
    const began = await begin(service, 'resumes', { contentType: 'image/jpeg', bytes: file.length, method: 'MULTIPART' });
    await putParts(began.upload, began.upload.parts?.slice(1, 2) ?? [], file);
    const known = { userId: 'resumes', photoId: began.photoId };

    const { upload } = (await stateOf(service, known)).body;
    expect(upload).toEqual({
      method: 'MULTIPART',
      partSize: 5 * MiB,
      arrived: [{ partNumber: 2, bytes: 5 * MiB }],
      expiresAt: expect.any(String),
    });
    const { status, body } = await signParts(known, [1, 3]);
    expect([status, Object.keys(body)]).toEqual([200, ['parts', 'expiresAt']]);
    expect(body.parts).toEqual(
      [1, 3].map((partNumber) => ({ partNumber, bytes: partNumber === 3 ? 2 * MiB : 5 * MiB, url: expect.any(String) })),
    );
    await putParts(upload as UploadBody, body.parts, file);
    const arrived = (await stateOf(service, known)).body.upload.arrived as { partNumber: number }[];
    expect(arrived.map(({ partNumber }) => partNumber)).toEqual([1, 2, 3]);
    expect((await complete(service, known)).status).toBe(200);
    await expectFinished(service, known, file);
  });

  test('when signed parts have expired, then they are refused, and new ones are good', async () => {
    const begun = await begin(service, 'expires', ofPng(bytes, { method: 'MULTIPART' }));
    const old = await ago(301, () => signParts(begun, [1]));
    expect(await putFile(old.body.parts[0], bytes)).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect((await stateOf(service, begun)).body.upload.arrived).toEqual([]);

    expect((await putFile((await signParts(begun, [1])).body.parts[0], bytes)).status).toBe(200);
    expect((await complete(service, begun)).status).toBe(200);
    await expectFinished(service, begun, bytes);
  });

  test.each(['POST', 'PUT'])('when it was to go by %s and its signature has expired, then it can be signed anew', async (method) => {
    const begun = await ago(301, () => begin(service, 'signs-anew', ofPng(bytes, { method })));
    await expect(sendFile(begun, bytes)).rejects.toThrow('403');
    const { body } = await call(service, begun, 'post', '/sign', { method: 'PUT' });
    await sendFile({ ...begun, upload: { ...begun.upload, ...body } }, bytes);
    expect((await complete(service, begun)).status).toBe(200);
    await expectFinished(service, begun, bytes);
  });

  test('when a part arrives twice, then the later one counts', async () => {
    const begun = await begin(service, 'part-twice', ofPng(bytes, { method: 'MULTIPART' }));
    const [part] = begun.upload.parts ?? [];
    expect((await putFile(part ?? { url: '' }, Buffer.alloc(bytes.length))).status).toBe(200);
    await putParts(begun.upload, part ? [part] : [], bytes);
    expect((await complete(service, begun)).status).toBe(200);
    await expectFinished(service, begun, bytes);
  });
});

describe('asking for parts', () => {
  test.each<[string, unknown, string]>([
    ['beyond the last', [1, 2], '/partNumbers/1'],
    ['numbered 0', [0], '/partNumbers/0'],
    ['numbered 1.5', [1.5], '/partNumbers/0'],
    ['numbered by text', ['1'], '/partNumbers/0'],
    ['that are none', [], '/partNumbers'],
    ['that are too many', Array(101).fill(1), '/partNumbers'],
    ['that are no list', 1, '/partNumbers'],
  ])('when it is for parts %s, then 400 says where', async (_which, partNumbers, path) => {
    const begun = await begin(service, 'wrong-parts', ofPng(bytes, { method: 'MULTIPART' }));
    const { status, body } = await signParts(begun, partNumbers);
    expect([status, body.code, body.errors.map((fault: { path: string }) => fault.path)]).toEqual([400, 'invalid-input', [path]]);
    expect((await service.api.delete(`/v1/uploads/${begun.photoId}`).set(await service.as('wrong-parts'))).status).toBe(204);
  });

  test.each(['POST', 'PUT'])('when the upload is by %s, then it has none', async (method) => {
    const begun = await begin(service, 'no-parts', ofPng(bytes, { method }));
    const { status, body } = await signParts(begun, [1]);
    expect([status, body.code]).toEqual([400, 'invalid-input']);
    expect((await rowOf(service, begun))?.upload).toEqual({ ...ofPng(bytes), method });
  });

  test('when the upload is over, then 409', async () => {
    const begun = await begin(service, 'over', ofPng(bytes, { method: 'MULTIPART' }));
    await sendFile(begun, bytes);
    await complete(service, begun);
    expect((await signParts(begun, [1])).status).toBe(409);
    expect((await putFile({ url: String(begun.upload.parts?.[0]?.url) }, bytes)).status).toBe(404);
    expect(await service.stored.multipartUploads()).not.toContain(uploadKey(begun));
    await expectFinished(service, begun, bytes);
  });
});
