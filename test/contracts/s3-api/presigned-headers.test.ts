import { PutObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { clientOf, useBench } from './bench.ts';
import { contract } from './known-differences.ts';
import { sendTo } from './raw.ts';

describe('headers that were signed into a presigned URL', () => {
  const bench = useBench();
  // Otherwise the SDK signs the checksum of an empty body into the URL.
  const presigner = () => clientOf(bench.engine, { requestChecksumCalculation: 'WHEN_REQUIRED' });
  const expectNothingStored = async (Bucket: string) => expect(await bench.keys(Bucket)).toEqual([]);

  const putUrl = (Bucket: string, input: object = {}, options: object = {}) =>
    getSignedUrl(presigner(), new PutObjectCommand({ Bucket, Key: 'a', ...input }), { expiresIn: 300, ...options });

  contract('when the type was signed, then another type, or none, is refused', async () => {
    const Bucket = await bench.bucket();
    const url = await putUrl(Bucket, { ContentType: 'image/png' }, { signableHeaders: new Set(['content-type']) });
    const put = (headers: Record<string, string>) => sendTo(url, { method: 'PUT', body: 'x', headers });
    expect(await put({ 'content-type': 'text/html' })).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
    expect((await put({})).status).toBe(403);
    await expectNothingStored(Bucket);
    expect((await put({ 'content-type': 'image/png' })).status).toBe(200);
  });

  contract('when the length was signed, then more or fewer bytes are refused', async () => {
    const Bucket = await bench.bucket();
    const url = await putUrl(Bucket, { ContentLength: 5 }, { signableHeaders: new Set(['content-length']) });
    for (const body of ['too long', 'less']) {
      expect(await sendTo(url, { method: 'PUT', body })).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
    }
    await expectNothingStored(Bucket);
    expect((await sendTo(url, { method: 'PUT', body: 'hello' })).status).toBe(200);
  });

  contract('when If-None-Match was signed, then the URL can create, and neither overwrite nor do without it', async () => {
    const Bucket = await bench.bucket();
    const url = await putUrl(Bucket, { IfNoneMatch: '*' }, { unhoistableHeaders: new Set(['if-none-match']) });
    const put = (body: string, headers = {}) => sendTo(url, { method: 'PUT', body, headers });
    expect((await put('without')).status).toBe(403);
    expect((await put('first', { 'if-none-match': '*' })).status).toBe(200);
    expect(await put('replayed', { 'if-none-match': '*' })).toMatchObject({ status: 412, code: 'PreconditionFailed' });
    expect(await bench.text(Bucket, 'a')).toBe('first');
  });

  contract('when its holder adds an x-amz header, then it is refused and nothing is stored', async () => {
    const Bucket = await bench.bucket();
    const answer = await sendTo(await putUrl(Bucket), { method: 'PUT', body: 'x', headers: { 'x-amz-meta-added': '1' } });
    expect(answer).toMatchObject({ status: 403, code: 'AccessDenied' });
    await expectNothingStored(Bucket);
  });

  contract('when a checksum was signed as a header, then other bytes are refused', async () => {
    const Bucket = await bench.bucket();
    const ChecksumSHA256 = 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=';
    const url = await putUrl(Bucket, { ChecksumSHA256 }, { unhoistableHeaders: new Set(['x-amz-checksum-sha256']) });
    const put = (body: string) => sendTo(url, { method: 'PUT', body, headers: { 'x-amz-checksum-sha256': ChecksumSHA256 } });
    expect(await put('hullo')).toMatchObject({ status: 400, code: 'BadDigest' });
    await expectNothingStored(Bucket);
    expect((await put('hello')).status).toBe(200);
  });

  contract('when a URL also bears an authorization header, then it is refused', async () => {
    const Bucket = await bench.bucket();
    const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=b' };
    const answer = await sendTo(await putUrl(Bucket), { method: 'PUT', body: 'x', headers });
    expect(answer).toMatchObject({ status: 400, code: 'InvalidArgument' });
    await expectNothingStored(Bucket);
  });
});
