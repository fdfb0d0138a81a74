import { uploadKey } from '../../src/photos/key.ts';
import type { PhotoId } from '../../src/photos/photo.ts';
import { type UploadSigner, uploadSigner } from '../../src/photos/uploads/signer.ts';
import { ago } from '../support/clock.ts';
import { putFile, type Signed, type StorageAnswer, sendRaw } from '../support/uploads.ts';
import { useEngines } from './engines.ts';
import { aPhoto, sha256 } from './photos.ts';
import { contract } from './s3-api/known-differences.ts';
import { expectRefusedBy, objectAt } from './signed.ts';

const FILE = Buffer.from('the very bytes of a photo');
const OTHER = Buffer.from('some other bytes, as long');
const UPLOAD = { method: 'PUT', contentType: 'image/png', bytes: FILE.length } as const;
const MISMATCH = { status: 403, code: 'SignatureDoesNotMatch' };

describe('a presigned PUT of an upload', () => {
  const engines = useEngines();
  let signer: UploadSigner;
  beforeAll(() => {
    signer = uploadSigner(engines.current.clients.presigner, engines.current.bucket, 300);
  });

  const sign = (id: PhotoId, more: { sha256?: string } = {}): Promise<Signed> => signer.put(id, { ...UPLOAD, ...more });
  const refused = (id: PhotoId, send: () => Promise<StorageAnswer>, answer: object) => expectRefusedBy(engines.current, id, send, answer);

  contract('when an upload is put as signed, then it is there with its type, and a replay is answered with 412', async () => {
    for (const more of [{}, { sha256: sha256(FILE) }]) {
      const id = aPhoto();
      const signed = await sign(id, more);
      expect((await putFile(signed, FILE)).status).toBe(200);
      expect(await objectAt(engines.current, uploadKey(id))).toMatchObject({ text: FILE.toString(), type: 'image/png' });
      expect(await putFile(signed, FILE)).toMatchObject({ status: 412, code: 'PreconditionFailed' });
      if (more.sha256 === undefined) expect((await putFile(signed, OTHER)).status).toBe(412);
      expect(await objectAt(engines.current, uploadKey(id))).toMatchObject({ text: FILE.toString() });
    }
  });

  contract('when the URL is turned to another key, or another user’s, then it is refused', async () => {
    const [id, other] = [aPhoto(), aPhoto()];
    const { url, headers = {} } = await sign(id);
    const [own, key] = [uploadKey(id), uploadKey(other)];
    for (const turned of [key, own.replace(id.photoId, other.photoId), own.replace('uploads/', 'originals/'), `${own}x`, `${own}/../x`]) {
      const to = url.replace(own, turned);
      expect(to).not.toBe(url);
      await refused(other, () => putFile({ url: to, headers }, FILE), MISMATCH);
    }
    expect(await objectAt(engines.current, own)).toBeUndefined();
  });

  contract('when an upload is of another type, then it is refused', async () => {
    const id = aPhoto();
    const { url, headers = {} } = await sign(id);
    for (const type of ['text/html', 'image/jpeg', 'image/png; charset=utf-8', 'image/png,text/html'])
      await refused(id, () => putFile({ url, headers: { ...headers, 'content-type': type } }, FILE), MISMATCH);
  });

  contract('when an upload is one byte more or less, or of unknown length, then it is refused', async () => {
    const id = aPhoto();
    const { url, headers = {} } = await sign(id);
    for (const bytes of [Buffer.concat([FILE, Buffer.from('x')]), FILE.subarray(1), Buffer.alloc(0), Buffer.alloc(1_000_000)])
      await refused(id, () => putFile({ url, headers }, bytes), MISMATCH);
    const chunked = { ...headers, 'transfer-encoding': 'chunked' };
    await refused(id, () => putFile({ url, headers: chunked }, FILE), { status: expect.any(Number) });
  });

  contract('when an upload’s bytes are not those of the sha256 that was signed, then it is refused', async () => {
    const id = aPhoto();
    const { url, headers = {} } = await sign(id, { sha256: sha256(FILE) });
    await refused(id, () => putFile({ url, headers }, OTHER), {
      status: 400,
      code: expect.stringMatching(/^(BadDigest|InvalidRequest|XAmzContentChecksumMismatch)$/),
    });
    const sumOfOther = Buffer.from(sha256(OTHER), 'hex').toString('base64');
    await refused(id, () => putFile({ url, headers: { ...headers, 'x-amz-checksum-sha256': sumOfOther } }, OTHER), MISMATCH);
  });

  contract('when a header that was signed is left out or changed, then an upload is refused', async () => {
    const id = aPhoto();
    const { url, headers = {} } = await sign(id, { sha256: sha256(FILE) });
    for (const name of Object.keys(headers)) {
      const { [name]: _, ...rest } = headers;
      await refused(id, () => putFile({ url, headers: rest }, FILE), { status: 403 });
    }
    await refused(id, () => putFile({ url, headers: { ...headers, host: 'evil.example' } }, FILE), { status: expect.any(Number) });
  });

  contract('when anything in the query is changed, then an upload is refused', async () => {
    const id = aPhoto();
    const { url, headers = {} } = await sign(id);
    const changes = {
      'X-Amz-Expires': '3000',
      'X-Amz-Date': '20200101T000000Z',
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Signature': '0'.repeat(64),
      'x-amz-acl': 'public-read',
      uploadId: 'x',
    };
    for (const [name, value] of Object.entries(changes)) {
      const changed = new URL(url);
      changed.searchParams.set(name, value);
      await refused(id, () => putFile({ url: changed.href, headers }, FILE), { status: expect.any(Number) });
    }
  });

  contract('when the URL of an upload names other credentials, then it is refused', async () => {
    const id = aPhoto();
    const { url, headers = {} } = await sign(id);
    for (const [from, to] of [
      ['test%2F', 'other%2F'],
      ['us-east-1', 'eu-west-1'],
    ] as const) {
      const changed = url.replace(from, to);
      expect(changed).not.toBe(url);
      await refused(id, () => putFile({ url: changed, headers }, FILE), { status: expect.any(Number) });
    }
  });

  contract('when a PUT’s URL is used for anything else, then it is refused', async () => {
    const id = aPhoto();
    const { url, headers = {} } = await sign(id);
    for (const method of ['GET', 'DELETE']) await refused(id, () => sendRaw(method, url, headers), { status: 403 });
    expect((await putFile({ url, headers }, FILE)).status).toBe(200);
    expect((await sendRaw('DELETE', url, headers)).status).toBe(403);
    expect((await sendRaw('GET', url, headers)).status).toBe(403);
    expect(await objectAt(engines.current, uploadKey(id))).toMatchObject({ text: FILE.toString() });
  });

  contract('when an upload’s URL has expired, then it is refused', async () => {
    const id = aPhoto();
    const signed = await ago(301, () => sign(id));
    await refused(id, () => putFile(signed, FILE), { status: 403, code: 'AccessDenied' });
    expect((await putFile(await ago(200, () => sign(id)), FILE)).status).toBe(200);
  });
});
