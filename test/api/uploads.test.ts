import { originalKey } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';
import {
  asBase64,
  begin,
  complete,
  declare,
  expectFinished,
  ofPng,
  putFile,
  rowOf,
  sendFile,
  sha256,
  stateOf,
  uploadKey,
} from '../support/uploads.ts';

const KEPT = 7 * 24 * 60 * 60;

let service: TestService;
let bytes: Buffer;
beforeAll(async () => {
  [service, bytes] = await Promise.all([startService({ MAX_UPLOAD_BYTES: '100000', MAX_MULTIPART_BYTES: '400000' }), image()]);
});
afterAll(() => service.close());

describe('an upload', () => {
  test.each(['POST', 'PUT', 'MULTIPART'] as const)(
    'when it goes by %s, then the photo becomes ready, with its original kept and quarantine empty',
    async (method) => {
      const user = `whole-${method.toLowerCase()}`;
      const said = { fileName: 'Kätzchen 猫.png', metadata: { title: 'Chelsea', 写真: '📷 صورة' } };
      const begun = await begin(service, user, { ...ofPng(bytes, said), sha256: sha256(bytes), method });
      const pending = await rowOf(service, begun);
      await sendFile(begun, bytes);
      const { status, body, headers } = await complete(service, begun);

      expect(pending).toMatchObject({ status: 'pending', ...said, upload: { method, bytes: bytes.length } });
      expect(Number(pending?.expiresAt) - Date.now() / 1000).toBeLessThanOrEqual(KEPT);
      expect([status, headers.etag]).toEqual([200, `"${body.photo.version}"`]);
      const measured = { contentType: 'image/png', bytes: bytes.length, width: 32, height: 24, sha256: sha256(bytes) };
      expect(body.photo).toMatchObject({ userId: user, photoId: begun.photoId, status: 'ready', ...measured, ...said });
      await expectFinished(service, begun, bytes);
      const read = await service.api.get(`/v1/users/me/photos/${begun.photoId}`).set(await service.as(user));
      expect([read.status, read.body]).toEqual([200, body]);
    },
  );

  test.each([
    [100_000, 'POST'],
    [100_001, 'MULTIPART'],
  ])('when %i bytes are declared and no method, then it is by %s', async (size, method) => {
    const begun = await begin(service, `default-${size}`, { contentType: 'image/png', bytes: size });
    expect(begun.upload.method).toBe(method);
    expect((await rowOf(service, begun))?.upload?.method).toBe(method);
  });

  test('when one is begun, then the answer says how to send it, by whichever method, and where it is', async () => {
    const told = async (method: string) => {
      const { body, headers } = await declare(service, 'shapes', ofPng(bytes, { method, sha256: sha256(bytes) }));
      expect(headers).toMatchObject({ location: `/v1/uploads/${body.photo.photoId}`, etag: `"${body.photo.version}"` });
      expect(body.photo).toMatchObject({ status: 'pending', metadata: {}, userId: 'shapes' });
      for (const measured of ['contentType', 'bytes', 'width', 'height', 'sha256']) expect(body.photo).not.toHaveProperty(measured);
      return { key: uploadKey(body.photo), upload: body.upload };
    };
    const common = { expiresAt: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/) };
    const inBucket = `${service.engines.objects}/${service.config.buckets.photos}`;
    const checksum = { 'x-amz-checksum-sha256': asBase64(sha256(bytes)) };

    const post = await told('POST');
    const fields = expect.objectContaining({ key: post.key, 'Content-Type': 'image/png', ...checksum });
    expect(post.upload).toEqual({ method: 'POST', url: expect.stringContaining(inBucket), fields, ...common });
    const put = await told('PUT');
    const headers = { 'content-type': 'image/png', 'if-none-match': '*', ...checksum };
    expect(put.upload).toEqual({ method: 'PUT', url: expect.stringContaining(`${inBucket}/${put.key}?`), headers, ...common });
    const multipart = await told('MULTIPART');
    const part = { partNumber: 1, bytes: bytes.length, url: expect.stringContaining(`${inBucket}/${multipart.key}?`) };
    expect(multipart.upload).toEqual({ method: 'MULTIPART', partSize: 5 * 1024 * 1024, parts: [part], ...common });
  });

  test('when no sha256 is declared, then what arrives is measured all the same', async () => {
    for (const method of ['POST', 'PUT', 'MULTIPART']) {
      const begun = await begin(service, 'no-sha256', ofPng(bytes, { method }));
      await sendFile(begun, bytes);
      expect((await complete(service, begun)).body.photo.sha256).toBe(sha256(bytes));
      await expectFinished(service, begun, bytes);
    }
  });

  test.each(['jpeg', 'webp', 'avif', 'gif'] as const)('when the photo is %s, then it is kept under that type', async (format) => {
    const file = await image(format);
    const begun = await begin(service, `type-${format}`, { contentType: `image/${format}`, bytes: file.length });
    await sendFile(begun, file);
    expect((await complete(service, begun)).body.photo).toMatchObject({ contentType: `image/${format}` });
    expect((await service.stored.object(originalKey(begun))).contentType).toBe(`image/${format}`);
  });

  test('when it is asked about, then its state is told: open, finished', async () => {
    const begun = await begin(service, 'asks', ofPng(bytes, { method: 'PUT' }));
    const open = await stateOf(service, begun);
    expect(open.status).toBe(200);
    expect(open.body.photo).toMatchObject({ photoId: begun.photoId, status: 'pending' });
    expect(open.body.upload).toEqual({
      method: 'PUT',
      expiresAt: new Date(Number((await rowOf(service, begun))?.expiresAt) * 1000).toISOString(),
    });
    await sendFile(begun, bytes);
    const finished = (await complete(service, begun)).body.photo;
    expect((await stateOf(service, begun)).body).toEqual({ photo: finished, upload: { method: 'PUT' } });
  });

  test('when the bytes are put twice, then 412 says that they are there, and `complete` makes them a photo', async () => {
    const begun = await begin(service, 'puts-twice', ofPng(bytes, { method: 'PUT' }));
    await sendFile(begun, bytes);
    expect(await putFile({ ...begun.upload, url: String(begun.upload.url) }, bytes)).toMatchObject({
      status: 412,
      code: 'PreconditionFailed',
    });
    expect((await complete(service, begun)).status).toBe(200);
    await expectFinished(service, begun, bytes);
  });

  test('when it came by form, then it is no upload', async () => {
    const { photoId } = await service.services.photos.addPhoto(
      { kind: 'system', id: 'test' },
      { userId: 'forms', bytes, metadata: {} },
      '01890000-0000-7000-8000-000000000000',
    );
    for (const method of ['get', 'delete'] as const)
      expect((await service.api[method](`/v1/uploads/${photoId}`).set(await service.as('forms'))).status).toBe(404);
    expect((await complete(service, { userId: 'forms', photoId })).status).toBe(404);
    expect((await rowOf(service, { userId: 'forms', photoId }))?.status).toBe('ready');
  });
});
