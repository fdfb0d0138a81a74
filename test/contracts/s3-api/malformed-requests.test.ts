import { GetObjectCommand } from '@aws-sdk/client-s3';
import { clientOf, useBench } from './bench.ts';
import { contract } from './known-differences.ts';
import { type RawRequest, send, sendSigned, sha256, sign } from './raw.ts';

describe('malformed requests', () => {
  const bench = useBench();

  /** A put, signed, then changed by the test before it is sent. */
  const signedPut = async (Bucket: string, options: Partial<RawRequest> = {}, date?: Date) =>
    sign(bench.engine, { method: 'PUT', path: `/${Bucket}/a`, body: 'hello', ...options }, date);

  const expectNothingStored = async (Bucket: string) => expect(await bench.keys(Bucket)).toEqual([]);

  contract('when the authorization is nonsense, then it is refused as malformed', async () => {
    const Bucket = await bench.bucket();
    const signed = await signedPut(Bucket);
    const cases = ['AWS4-HMAC-SHA256 nonsense', 'AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=c', 'Basic dTpw', ''];
    for (const authorization of cases) {
      const { status } = await send(bench.engine, { ...signed, headers: { ...signed.headers, authorization } });
      expect([400, 403]).toContain(status);
    }
    await expectNothingStored(Bucket);
  });

  contract('when the payload’s hash is missing or unknown, then it is refused', async () => {
    const Bucket = await bench.bucket();
    const { 'x-amz-content-sha256': _dropped, ...headers } = (await signedPut(Bucket)).headers;
    expect((await send(bench.engine, { method: 'PUT', path: `/${Bucket}/a`, body: 'hello', headers })).status).toBe(400);
    const word = { 'x-amz-content-sha256': 'TRUST-ME' };
    expect((await send(bench.engine, await signedPut(Bucket, { headers: word }))).status).toBe(400);
    await expectNothingStored(Bucket);
  });

  contract('when a request names a session token, then it is refused, as there are no sessions', async () => {
    const Bucket = await bench.bucket();
    const headers = { 'x-amz-security-token': 'made-up' };
    expect(await send(bench.engine, await signedPut(Bucket, { headers }))).toMatchObject({ status: 400, code: 'InvalidToken' });
    await expectNothingStored(Bucket);
  });

  contract('when an error is answered, then it is S3’s XML with a request id, and a HEAD has no body', async () => {
    const Bucket = await bench.bucket();
    const got = await sendSigned(bench.engine, { path: `/${Bucket}/no%20such` });
    expect(got.headers['x-amz-request-id']).toBeTruthy();
    expect(got.headers['content-type']).toContain('xml');
    expect(got.text).toMatch(/<Error>.*<Code>NoSuchKey<\/Code>.*<Message>.+<\/Message>.*<RequestId>.+<\/RequestId>/s);
    expect(await sendSigned(bench.engine, { method: 'HEAD', path: `/${Bucket}/nope` })).toMatchObject({ status: 404, text: '' });
  });

  contract('when an operation is unknown, then it is not taken for another', async () => {
    const Bucket = await bench.bucket();
    await bench.put(Bucket, 'a');
    for (const path of [`/${Bucket}/a?torrent`, `/${Bucket}?inventory`]) {
      expect((await sendSigned(bench.engine, { path })).status).toBeGreaterThanOrEqual(400);
    }
    const body = '<Tagging/>';
    const answer = await sendSigned(bench.engine, {
      method: 'PUT',
      path: `/${Bucket}/a?append=1`,
      body,
      headers: { 'x-amz-content-sha256': sha256(body) },
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(await bench.text(Bucket, 'a')).toBe('hello');
  });

  contract('when several clients use the same key, then each is understood by itself', async () => {
    const Bucket = await bench.bucket();
    await bench.put(Bucket, 'a');
    const gets = Array.from({ length: 8 }, async () => {
      const { Body } = await clientOf(bench.engine).send(new GetObjectCommand({ Bucket, Key: 'a' }));
      return Body?.transformToString();
    });
    expect(new Set(await Promise.all(gets))).toEqual(new Set(['hello']));
  });

  contract('when a put tells no length, or more than 5 GiB, then it is refused before its body', async () => {
    const Bucket = await bench.bucket();
    const unsigned = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
    const { headers } = await signedPut(Bucket, { headers: unsigned });
    const lengthless = { ...headers, 'transfer-encoding': 'chunked' };
    const without = await send(bench.engine, { method: 'PUT', path: `/${Bucket}/a`, headers: lengthless });
    expect(without).toMatchObject({ status: 411, code: 'MissingContentLength' });
    const huge = { ...headers, 'content-length': String(5 * 1024 ** 3 + 1), expect: '100-continue' };
    const tooMuch = await send(bench.engine, { method: 'PUT', path: `/${Bucket}/a`, headers: huge });
    expect(tooMuch).toMatchObject({ status: 400, code: 'EntityTooLarge' });
    await expectNothingStored(Bucket);
  });
});
