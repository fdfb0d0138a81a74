import { uploadKey } from '../../src/photos/key.ts';
import type { PhotoId } from '../../src/photos/photo.ts';
import { type Signed, type UploadSigner, uploadSigner } from '../../src/photos/uploads/signer.ts';
import { ago } from '../support/clock.ts';
import { postForm } from '../support/uploads.ts';
import { useEngines } from './engines.ts';
import { aPhoto, sha256 } from './photos.ts';
import { contract } from './s3-api/known-differences.ts';
import { expectRefusedBy, objectAt } from './signed.ts';

const FILE = Buffer.from('the very bytes of a photo');
const OTHER = Buffer.from('some other bytes, as long');
const UPLOAD = { method: 'POST', contentType: 'image/png', bytes: FILE.length } as const;
const DENIED = { status: 403, code: 'AccessDenied' };

describe('a presigned POST of an upload', () => {
  const engines = useEngines();
  let signer: UploadSigner;
  beforeAll(() => {
    signer = uploadSigner(engines.current.clients.presigner, engines.current.bucket, 300);
  });

  const sign = (id: PhotoId, more: { sha256?: string } = {}): Promise<Signed> => signer.post(id, { ...UPLOAD, ...more });
  const arrived = (id: PhotoId) => objectAt(engines.current, uploadKey(id));

  /** Posts the form with fields changed, undefined taking one away, and expects to be refused. */
  async function refused(id: PhotoId, { url, fields }: Signed, changes: Record<string, string | undefined>, answer: object, file = FILE) {
    const sent = Object.entries({ ...fields, ...changes }).filter((field): field is [string, string] => field[1] !== undefined);
    await expectRefusedBy(engines.current, id, () => postForm({ url, fields: Object.fromEntries(sent) }, file), answer);
  }

  contract('when an upload is posted as signed, then it is there with its type; a replay overwrites it', async () => {
    for (const more of [{}, { sha256: sha256(FILE) }]) {
      const id = aPhoto();
      const signed = await sign(id, more);
      expect((await postForm(signed, FILE)).status).toBe(204);
      expect(await arrived(id)).toEqual({ text: FILE.toString(), type: 'image/png' });
      expect((await postForm(signed, more.sha256 ? FILE : OTHER)).status).toBe(204); // which no policy can forbid
    }
  });

  contract('when the form names another key, or another user’s, then it is refused', async () => {
    const [id, other] = [aPhoto(), aPhoto()];
    const signed = await sign(id);
    for (const key of [uploadKey(other), uploadKey(id).replace(id.photoId, other.photoId), `${uploadKey(id)}/\${filename}`, `originals/x`])
      await refused(other, signed, { key }, DENIED);
    await refused(id, signed, { key: undefined }, { status: expect.any(Number) });
  });

  contract('when the form names another type, then it is refused', async () => {
    const [id, signed] = [aPhoto(), await sign(aPhoto())];
    for (const type of ['text/html', 'image/jpeg', 'image/png,text/html', undefined])
      await refused(id, signed, { 'Content-Type': type }, DENIED);
  });

  contract('when the form’s file is one byte more or less, then it is refused', async () => {
    const id = aPhoto();
    const signed = await sign(id);
    for (const file of [Buffer.concat([FILE, Buffer.from('x')]), Buffer.alloc(1_000_000)])
      await refused(id, signed, {}, { status: 400, code: 'EntityTooLarge' }, file);
    for (const file of [FILE.subarray(1), Buffer.alloc(0)]) await refused(id, signed, {}, { status: 400, code: 'EntityTooSmall' }, file);
  });

  contract('when the form’s file is not that of the sha256, then it is refused', async () => {
    const id = aPhoto();
    await refused(id, await sign(id, { sha256: sha256(FILE) }), {}, { status: 400 }, OTHER);
  });

  contract('when the form’s sha256 is changed or left out, then it is refused', async () => {
    const id = aPhoto();
    const signed = await sign(id, { sha256: sha256(FILE) });
    for (const sum of [Buffer.from(sha256(OTHER), 'hex').toString('base64'), undefined])
      await refused(id, signed, { 'x-amz-checksum-sha256': sum }, DENIED, OTHER);
  });

  contract('when any condition of the form’s policy is changed, or the signature, then it is refused', async () => {
    const id = aPhoto();
    const signed = await sign(id, { sha256: sha256(FILE) });
    const policy = JSON.parse(Buffer.from(signed.fields?.Policy ?? '', 'base64').toString()) as {
      expiration: string;
      conditions: object[];
    };
    const weaker = (change: object) => Buffer.from(JSON.stringify({ ...policy, ...change })).toString('base64');
    const mismatch = { status: 403, code: 'SignatureDoesNotMatch' };
    expect(policy.conditions.length).toBeGreaterThanOrEqual(8);
    for (const index of policy.conditions.keys()) {
      const conditions = policy.conditions.toSpliced(index, 1, ['starts-with', '$key', '']);
      await refused(id, signed, { Policy: weaker({ conditions }) }, mismatch);
    }
    await refused(id, signed, { Policy: weaker({ expiration: new Date(Date.now() + 1e9).toISOString() }) }, mismatch);
    await refused(id, signed, { 'X-Amz-Signature': '0'.repeat(64) }, mismatch);
  });

  contract('when the form’s policy or what signed it is left out, then it is refused', async () => {
    const id = aPhoto();
    const signed = await sign(id);
    for (const name of ['Policy', 'X-Amz-Signature', 'X-Amz-Credential', 'X-Amz-Algorithm', 'X-Amz-Date'])
      await refused(id, signed, { [name]: undefined }, { status: expect.any(Number) });
  });

  contract('when the form has a field more, then it is refused', async () => {
    const id = aPhoto();
    const signed = await sign(id);
    for (const name of ['acl', 'x-amz-meta-a', 'success_action_redirect', 'Cache-Control', 'x-amz-website-redirect-location'])
      await refused(id, signed, { [name]: 'http://evil.example' }, DENIED);
  });

  contract('when the form has expired, then it is refused', async () => {
    const id = aPhoto();
    await refused(id, await ago(301, () => sign(id)), {}, DENIED);
    expect((await postForm(await ago(200, () => sign(id)), FILE)).status).toBe(204);
  });
});
