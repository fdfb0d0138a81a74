import { photoBucket } from '../../src/photos/bucket.ts';
import { uploadKey } from '../../src/photos/key.ts';
import type { PhotoId } from '../../src/photos/photo.ts';
import { type UploadBucket, uploadBucket } from '../../src/photos/uploads/bucket.ts';
import { type UploadSigner, uploadSigner } from '../../src/photos/uploads/signer.ts';
import { ago } from '../support/clock.ts';
import { putFile, type StorageAnswer, sendRaw } from '../support/uploads.ts';
import { useEngines } from './engines.ts';
import { aPhoto } from './photos.ts';
import { contract } from './s3-api/known-differences.ts';
import { objectAt } from './signed.ts';

const FILE = Buffer.from('the very bytes of a photo');
const UPLOAD = { method: 'MULTIPART', contentType: 'image/png', bytes: FILE.length } as const;
const PART = { partNumber: 1, bytes: FILE.length };
const MISMATCH = { status: 403, code: 'SignatureDoesNotMatch' };

describe('presigned parts of an upload', () => {
  const engines = useEngines();
  let signer: UploadSigner;
  let uploads: UploadBucket;
  const photos = () => photoBucket(engines.current.clients.objects, engines.current.clients.presigner, engines.current.bucket, 60);
  beforeAll(() => {
    const { clients, bucket } = engines.current;
    signer = uploadSigner(clients.presigner, bucket, 300);
    uploads = uploadBucket(clients.objects, bucket);
  });

  async function begun(id: PhotoId = aPhoto()) {
    const uploadId = await uploads.startMultipart(id, 'image/png');
    return { id, uploadId, part: await signer.part(id, uploadId, PART) };
  }
  /** What is sent is refused as said, and no part has arrived. */
  async function refused(id: PhotoId, uploadId: string, send: () => Promise<StorageAnswer>, answer: object): Promise<void> {
    const { status, code } = await send();
    expect({ status, code }).toMatchObject(answer);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(await uploads.listParts(id, uploadId)).toEqual([]);
  }
  const listOf = (etag: unknown) =>
    `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`;

  contract('when each step goes by what was signed for it, then the upload is there with its type', async () => {
    const id = aPhoto();
    const start = await signer.startMultipart(id, UPLOAD);
    const uploadId = String(/<UploadId>(.*?)<\/UploadId>/.exec((await sendRaw('POST', start.url, start.headers)).text)?.[1]);
    const { status, headers } = await putFile(await signer.part(id, uploadId, PART), FILE);
    expect(status).toBe(200);
    expect((await sendRaw('GET', (await signer.listParts(id, uploadId)).url)).text).toContain(`<Size>${FILE.length}</Size>`);
    const done = await signer.completeMultipart(id, uploadId);
    expect((await sendRaw('POST', done.url, done.headers, listOf(headers.etag))).status).toBe(200);
    expect(await objectAt(engines.current, uploadKey(id))).toEqual({ text: FILE.toString(), type: 'image/png' });
  });

  contract('when a part is of another length, then it is refused', async () => {
    const { id, uploadId, part } = await begun();
    for (const bytes of [Buffer.concat([FILE, Buffer.from('x')]), FILE.subarray(1), Buffer.alloc(0), Buffer.alloc(6_000_000)])
      await refused(id, uploadId, () => putFile(part, bytes), MISMATCH);
  });

  contract('when a part’s URL is turned to another part, upload, key or expiry, then it is refused', async () => {
    const [{ id, uploadId, part }, other] = [await begun(), await begun()];
    const turned = [
      part.url.replace('partNumber=1', 'partNumber=2'),
      part.url.replace(encodeURIComponent(uploadId), encodeURIComponent(other.uploadId)),
      part.url.replace(uploadKey(id), uploadKey(other.id)),
      part.url.replace('X-Amz-Expires=300', 'X-Amz-Expires=3000'),
    ];
    for (const url of turned) {
      expect(url).not.toBe(part.url);
      await refused(id, uploadId, () => putFile({ url }, FILE), MISMATCH);
    }
    expect(await uploads.listParts(other.id, other.uploadId)).toEqual([]);
  });

  contract('when a part’s URL has expired, then it is refused', async () => {
    const { id, uploadId } = await begun();
    const old = await ago(301, () => signer.part(id, uploadId, PART));
    await refused(id, uploadId, () => putFile(old, FILE), { status: 403, code: 'AccessDenied' });
  });

  contract('when parts are to begin with another type, then that is refused', async () => {
    const { url, headers } = await signer.startMultipart(aPhoto(), UPLOAD);
    expect(await sendRaw('POST', url, { ...headers, 'content-type': 'text/html' })).toMatchObject(MISMATCH);
    expect((await sendRaw('POST', url)).status).toBe(403);
  });

  contract('when parts are put together over what is there, or without the condition, then that is refused', async () => {
    const [first, id] = [await begun(), aPhoto()];
    const second = await begun(first.id);
    const etags = [first, second].map(async ({ part }) => (await putFile(part, FILE)).headers.etag);
    const [one, two] = await Promise.all(etags);
    const { url, headers } = await signer.completeMultipart(first.id, first.uploadId);
    expect((await sendRaw('POST', url, {}, listOf(one))).status).toBe(403);
    expect((await sendRaw('POST', url.replace(uploadKey(first.id), uploadKey(id)), headers, listOf(one))).status).toBe(403);
    expect((await sendRaw('POST', url, headers, listOf(one))).status).toBe(200);
    const late = await signer.completeMultipart(second.id, second.uploadId);
    expect(await sendRaw('POST', late.url, late.headers, listOf(two))).toMatchObject({ status: 412, code: 'PreconditionFailed' });
    expect(await objectAt(engines.current, uploadKey(first.id))).toMatchObject({ text: FILE.toString() });
    await photos().removeAll([first.id]);
  });

  contract('when parts are put together twice, then the upload is as it was', async () => {
    const { id, uploadId, part } = await begun();
    const { etag } = (await putFile(part, FILE)).headers;
    const { url, headers } = await signer.completeMultipart(id, uploadId);
    expect((await sendRaw('POST', url, headers, listOf(etag))).status).toBe(200);
    // S3 repeats its answer for a while, or knows no such upload any more
    expect([200, 404, 412]).toContain((await sendRaw('POST', url, headers, listOf(etag))).status);
    expect((await putFile(part, FILE)).status).toBe(404);
    expect(await objectAt(engines.current, uploadKey(id))).toEqual({ text: FILE.toString(), type: 'image/png' });
  });

  contract('when an abort is signed, then it aborts that upload, and nothing else', async () => {
    const [{ id, uploadId }, other] = [await begun(), await begun()];
    const { url } = await signer.abortMultipart(id, uploadId);
    const turned = url.replace(encodeURIComponent(uploadId), encodeURIComponent(other.uploadId));
    expect((await sendRaw('DELETE', turned)).status).toBe(403);
    expect((await sendRaw('DELETE', url.replace(/uploadId=[^&]*&?/, ''))).status).toBe(403);
    expect((await sendRaw('DELETE', url)).status).toBe(204);
    expect([await uploads.listParts(id, uploadId), await uploads.listParts(other.id, other.uploadId)]).toEqual([undefined, []]);
    await photos().removeAll([other.id]);
  });
});
