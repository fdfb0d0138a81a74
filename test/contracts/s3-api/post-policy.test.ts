import { useBench } from './bench.ts';
import { type FormOptions, poster, postForm, signedFields } from './form.ts';
import { contract } from './known-differences.ts';

const denied = { status: 403, code: 'AccessDenied' };

describe('presigned posts', () => {
  const bench = useBench();

  const post = poster(() => bench.engine);
  const expectNothingStored = async (bucket: string) => expect(await bench.keys(bucket)).toEqual([]);

  contract('when the form keeps to its policy, then the object is stored and 204 says where', async () => {
    const bucket = await bench.bucket();
    const conditions: FormOptions['conditions'] = [
      ['content-length-range', 1, 10],
      ['starts-with', '$Content-Type', 'image/'],
      { 'x-amz-meta-colour': 'blue' },
    ];
    const answer = await post({ bucket, conditions, fields: { 'Content-Type': 'image/png', 'x-amz-meta-colour': 'blue' } });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('etag')).toBe('"5d41402abc4b2a76b9719d911017c592"');
    // AWS names the bucket in the host, path-style engines in the path
    expect(answer.headers.get('location')).toMatch(new RegExp(`${bucket}.*/a$`));
    expect(await bench.text(bucket, 'a')).toBe('hello');
    expect(await bench.head(bucket, 'a')).toMatchObject({ ContentType: 'image/png', Metadata: { colour: 'blue' } });
  });

  contract('when the key is another than the policy’s, then it is refused and nothing is stored', async () => {
    const bucket = await bench.bucket();
    expect(await post({ bucket, key: 'a' }, { key: 'b' })).toMatchObject(denied);
    const keyCondition: FormOptions['keyCondition'] = ['starts-with', '$key', 'mine/'];
    expect(await post({ bucket, key: 'yours/a', keyCondition })).toMatchObject(denied);
    expect(await post({ bucket, keyCondition: ['eq', '$key', 'a'] }, { key: 'ab' })).toMatchObject(denied);
    await expectNothingStored(bucket);
  });

  contract('when the bucket is another than the policy’s, then it is refused and nothing is stored', async () => {
    const [bucket, other] = [await bench.bucket(), await bench.bucket()];
    const fields = await signedFields(bench.engine, { bucket });
    expect(await postForm(bench.engine, other, fields, 'x')).toMatchObject(denied);
    expect(await postForm(bench.engine, other, { ...fields, bucket: other }, 'x')).toMatchObject(denied);
    await expectNothingStored(other);
  });

  contract('when the type is another than the policy’s, then it is refused and nothing is stored', async () => {
    const bucket = await bench.bucket();
    const exact = { bucket, conditions: [{ 'Content-Type': 'image/png' }], fields: { 'Content-Type': 'image/png' } };
    expect(await post(exact, { 'Content-Type': 'text/html' })).toMatchObject(denied);
    expect(await post(exact, { 'Content-Type': undefined })).toMatchObject(denied);
    const prefix: FormOptions = { bucket, conditions: [['starts-with', '$Content-Type', 'image/']] };
    expect(await post(prefix, { 'Content-Type': 'text/html' })).toMatchObject(denied);
    expect(await post(prefix, { 'Content-Type': 'image/png,text/html' })).toMatchObject(denied);
    await expectNothingStored(bucket);
    expect((await post(prefix, { 'Content-Type': 'image/webp' })).status).toBe(204);
  });

  contract('when the file is too long or too short, then it is refused and nothing is stored', async () => {
    const bucket = await bench.bucket();
    const options: FormOptions = { bucket, conditions: [['content-length-range', 3, 100_000]] };
    expect(await post(options, {}, Buffer.alloc(100_001))).toMatchObject({ status: 400, code: 'EntityTooLarge' });
    expect(await post(options, {}, Buffer.alloc(8_000_000))).toMatchObject({ status: 400, code: 'EntityTooLarge' });
    expect(await post(options, {}, 'ab')).toMatchObject({ status: 400, code: 'EntityTooSmall' });
    await expectNothingStored(bucket);
    expect((await post(options, {}, 'abc')).status).toBe(204);
    expect((await post(options, {}, Buffer.alloc(100_000))).status).toBe(204);
  });

  contract('when a field is not covered by a condition, then it is refused and nothing is stored', async () => {
    const bucket = await bench.bucket();
    for (const field of ['x-amz-meta-added', 'Content-Type', 'success_action_status', 'Cache-Control']) {
      expect(await post({ bucket }, { [field]: 'x' })).toMatchObject(denied);
    }
    expect(await post({ bucket, keyCondition: { bucket } })).toMatchObject(denied);
    await expectNothingStored(bucket);
    expect((await post({ bucket }, { 'x-ignore-me': 'x' })).status).toBe(204);
  });

  contract('when an empty prefix is allowed, then anything is', async () => {
    const bucket = await bench.bucket();
    const conditions: FormOptions['conditions'] = [['starts-with', '$x-amz-meta-note', '']];
    expect((await post({ bucket, conditions }, { 'x-amz-meta-note': 'anything' })).status).toBe(204);
    expect((await bench.head(bucket, 'a')).Metadata).toEqual({ note: 'anything' });
  });

  contract('when the policy has expired, then it is refused and nothing is stored', async () => {
    const bucket = await bench.bucket();
    expect(await post({ bucket, expiresIn: -1000 })).toMatchObject(denied);
    await expectNothingStored(bucket);
  });

  contract('when the policy or its signature is changed, then it is refused and nothing is stored', async () => {
    const bucket = await bench.bucket();
    const mismatch = { status: 403, code: 'SignatureDoesNotMatch' };
    const { Policy } = await signedFields(bench.engine, { bucket, conditions: [['content-length-range', 0, 10 ** 9]] });
    expect(await post({ bucket }, { Policy })).toMatchObject(mismatch);
    expect(await post({ bucket }, { 'X-Amz-Signature': '0'.repeat(64) })).toMatchObject(mismatch);
    const stranger = (await signedFields({ ...bench.engine, accessKeyId: 'stranger' }, { bucket }))['X-Amz-Credential'];
    expect(await post({ bucket }, { 'X-Amz-Credential': stranger })).toMatchObject({ status: 403, code: 'InvalidAccessKeyId' });
    const wrong = await signedFields({ ...bench.engine, secretAccessKey: 'wrong' }, { bucket });
    expect(await postForm(bench.engine, bucket, wrong, 'x')).toMatchObject(mismatch);
    await expectNothingStored(bucket);
  });

  contract('when there is no policy or no signature, then it is refused and nothing is stored', async () => {
    const bucket = await bench.bucket();
    expect((await postForm(bench.engine, bucket, { key: 'a' }, 'x')).status).toBe(403);
    for (const field of ['Policy', 'X-Amz-Signature', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Algorithm']) {
      expect([400, 403]).toContain((await post({ bucket }, { [field]: undefined })).status);
    }
    await expectNothingStored(bucket);
  });

  contract('when the policy is no policy, then it is refused and nothing is stored', async () => {
    const bucket = await bench.bucket();
    const conditions = [
      ['near', '$key', 'a'],
      ['eq', 'key', 'a'],
      ['content-length-range', 'x', 'y'],
    ] as FormOptions['conditions'];
    for (const condition of conditions ?? []) {
      expect((await post({ bucket, conditions: [condition] })).status).toBeGreaterThanOrEqual(400);
    }
    await expectNothingStored(bucket);
  });
});
