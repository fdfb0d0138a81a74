import { ListMultipartUploadsCommand, PutObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3';
import { photoBucket } from '../../src/photos/bucket.ts';
import { originalKey, uploadKey } from '../../src/photos/key.ts';
import type { PhotoId } from '../../src/photos/photo.ts';
import { type UploadBucket, uploadBucket } from '../../src/photos/uploads/bucket.ts';
import type { ArrivedPart } from '../../src/photos/uploads/upload.ts';
import { useEngines } from './engines.ts';
import { aPhoto } from './photos.ts';

const PART = 5 * 1024 * 1024;

describe('the bucket of uploads', () => {
  const engines = useEngines();
  let uploads: UploadBucket;
  beforeAll(() => {
    uploads = uploadBucket(engines.current.clients.objects, engines.current.bucket);
  });

  const bucket = () => photoBucket(engines.current.clients.objects, engines.current.clients.presigner, engines.current.bucket, 60);
  const send = () => ({ s3: engines.current.clients.objects, Bucket: engines.current.bucket });
  async function put(Key: string, Body: Buffer | string): Promise<void> {
    const { s3, Bucket } = send();
    await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  }
  async function putPart(id: PhotoId, UploadId: string, PartNumber: number, Body: Buffer | string): Promise<void> {
    const { s3, Bucket } = send();
    await s3.send(new UploadPartCommand({ Bucket, Key: uploadKey(id), UploadId, PartNumber, Body }));
  }
  async function open(id: PhotoId): Promise<number> {
    const { s3, Bucket } = send();
    const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: uploadKey(id) }));
    return Uploads.length;
  }
  const read = async (id: PhotoId) => (await uploads.openUpload(id))?.read();
  const listed = async (id: PhotoId, uploadId: string) => (await uploads.listParts(id, uploadId)) as ArrivedPart[];

  test('when nothing has arrived, then nothing is there to open, and removing it is fine', async () => {
    const id = aPhoto();
    expect(await uploads.arrivedBytes(id)).toBeUndefined();
    expect(await uploads.openUpload(id)).toBeUndefined();
    expect(await bucket().openOriginal(id)).toBeUndefined();
    await uploads.removeUpload(id);
  });

  test('when bytes have arrived, then their number is told and they are read as they are, until they are removed', async () => {
    const id = aPhoto();
    for (const bytes of [Buffer.from('a'), Buffer.alloc(3 * PART, 'abc\0'), Buffer.alloc(0)]) {
      await put(uploadKey(id), bytes);
      expect(await uploads.arrivedBytes(id)).toBe(bytes.length);
      const arrived = await uploads.openUpload(id);
      expect(arrived?.bytes).toBe(bytes.length);
      expect((await arrived?.read())?.equals(bytes)).toBe(true);
    }
    await uploads.removeUpload(id);
    expect(await uploads.arrivedBytes(id)).toBeUndefined();
  });

  test('when bytes are swapped once they are opened, then they are read as they were', async () => {
    const [id, before] = [aPhoto(), Buffer.alloc(1_000, 'before')];
    await put(uploadKey(id), before);
    const arrived = await uploads.openUpload(id);
    await put(uploadKey(id), Buffer.alloc(1_000, 'after'));
    expect((await arrived?.read())?.equals(before)).toBe(true);
  });

  test('when they are opened once more by their etag, then they come, unless they were swapped or are gone', async () => {
    const [id, before] = [aPhoto(), Buffer.alloc(1_000, 'before')];
    await put(uploadKey(id), before);
    const { etag = '', drop } = (await uploads.openUpload(id)) ?? {};
    drop?.();
    expect((await (await uploads.openUpload(id, etag))?.read())?.equals(before)).toBe(true);
    await put(uploadKey(id), Buffer.alloc(1_000, 'after'));
    expect(await uploads.openUpload(id, etag)).toBeUndefined();
    await uploads.removeUpload(id);
    expect(await uploads.openUpload(id, etag)).toBeUndefined();
  });

  test('when bytes are taken as they stream by, then they are all of them, in order', async () => {
    const [id, bytes] = [aPhoto(), Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => index % 251))];
    await put(uploadKey(id), bytes);
    const chunks: Buffer[] = [];
    for await (const chunk of (await uploads.openUpload(id))?.stream() ?? []) chunks.push(chunk);
    expect(chunks.length).toBeGreaterThan(1);
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
  });

  test('when a download is dropped, then the next one is not held up', async () => {
    const [id, bytes] = [aPhoto(), Buffer.alloc(3 * PART, 'x')];
    await put(uploadKey(id), bytes);
    for (let round = 0; round < 60; round++) (await uploads.openUpload(id))?.drop();
    expect((await read(id))?.equals(bytes)).toBe(true);
  });

  test('when an original is there, then it is opened apart from the upload', async () => {
    const id = aPhoto();
    await put(originalKey(id), 'original');
    expect((await (await bucket().openOriginal(id))?.read())?.toString()).toBe('original');
    expect(await uploads.openUpload(id)).toBeUndefined();
    await uploads.removeUpload(id);
    (await bucket().openOriginal(id))?.drop();
    expect(await uploads.openUpload(id)).toBeUndefined();
  });

  test('when parts arrive, then they are listed with their sizes, and put together in their order', async () => {
    const [id, first] = [aPhoto(), Buffer.alloc(PART, 'first')];
    const uploadId = await uploads.startMultipart(id, 'image/png');
    expect(await uploads.listParts(id, uploadId)).toEqual([]);
    await putPart(id, uploadId, 2, 'last');
    await putPart(id, uploadId, 1, first);
    const parts = await listed(id, uploadId);
    expect(parts.map(({ partNumber, bytes }) => ({ partNumber, bytes }))).toEqual([
      { partNumber: 1, bytes: PART },
      { partNumber: 2, bytes: 4 },
    ]);
    await uploads.completeMultipart(id, uploadId, parts);
    expect((await read(id))?.equals(Buffer.concat([first, Buffer.from('last')]))).toBe(true);
    expect(await uploads.listParts(id, uploadId)).toBeUndefined();
    expect(await open(id)).toBe(0);
  });

  test('when parts are put together twice, or by two at once, then the object is there once, and nobody fails', async () => {
    const id = aPhoto();
    const uploadId = await uploads.startMultipart(id, 'image/png');
    await putPart(id, uploadId, 1, 'only');
    const parts = await listed(id, uploadId);
    await Promise.all([1, 2, 3].map(() => uploads.completeMultipart(id, uploadId, parts)));
    await uploads.completeMultipart(id, uploadId, parts);
    expect((await read(id))?.toString()).toBe('only');
  });

  test('when something has arrived otherwise, then it is not overwritten by parts', async () => {
    const id = aPhoto();
    const uploadId = await uploads.startMultipart(id, 'image/png');
    await putPart(id, uploadId, 1, 'parts');
    await put(uploadKey(id), 'first');
    await uploads.completeMultipart(id, uploadId, await listed(id, uploadId));
    expect((await read(id))?.toString()).toBe('first');
    await bucket().removeAll([id]);
  });

  test('when a multipart upload is aborted, then it is gone, and aborting it again is fine', async () => {
    const id = aPhoto();
    const [uploadId, other] = [await uploads.startMultipart(id, 'image/png'), await uploads.startMultipart(id, 'image/png')];
    await putPart(id, uploadId, 1, 'x');
    for (const _ of ['once', 'again']) await uploads.abortMultipart(id, uploadId);
    expect(await uploads.listParts(id, uploadId)).toBeUndefined();
    expect(await uploads.listParts(id, other)).toEqual([]);
    await uploads.abortMultipart(id, other);
  });

  test('when all of one photo’s are aborted, then another’s goes on', async () => {
    const [id, another] = [aPhoto(), aPhoto()];
    for (const each of [id, id, id, another]) await uploads.startMultipart(each, 'image/png');
    for (const _ of ['once', 'again']) await bucket().removeAll([id]);
    expect([await open(id), await open(another)]).toEqual([0, 1]);
  });

  test('when a multipart upload is another photo’s, or none, then it has no parts', async () => {
    const [id, another] = [aPhoto(), aPhoto()];
    const foreign = await uploads.startMultipart(another, 'image/png');
    for (const uploadId of [foreign, 'none', '../..']) {
      expect(await uploads.listParts(id, uploadId)).toBeUndefined();
      await uploads.abortMultipart(id, uploadId);
    }
    expect(await uploads.listParts(another, foreign)).toEqual([]);
  });
});
