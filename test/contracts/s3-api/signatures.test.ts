import { PutObjectCommand } from '@aws-sdk/client-s3';
import { clientOf, refusal, useBench } from './bench.ts';
import { contract } from './known-differences.ts';
import { hostOf, type RawRequest, send, sign } from './raw.ts';

const MINUTE = 60_000;

describe('signed headers', () => {
  const bench = useBench();

  /** A put, signed, then changed by the test before it is sent. */
  const signedPut = async (Bucket: string, options: Partial<RawRequest> = {}, date?: Date) =>
    sign(bench.engine, { method: 'PUT', path: `/${Bucket}/a`, body: 'hello', ...options }, date);

  const expectNothingStored = async (Bucket: string) => expect(await bench.keys(Bucket)).toEqual([]);

  contract('when nothing is signed, then every operation is refused', async () => {
    const Bucket = await bench.bucket();
    await bench.put(Bucket, 'kept');
    const requests: RawRequest[] = [
      { path: '/' },
      { path: `/${Bucket}` },
      { path: `/${Bucket}?list-type=2` },
      { path: `/${Bucket}/kept` },
      { method: 'HEAD', path: `/${Bucket}/kept` },
      { method: 'PUT', path: `/${Bucket}/a`, body: 'x' },
      { method: 'DELETE', path: `/${Bucket}/kept` },
      { method: 'DELETE', path: `/${Bucket}` },
      { method: 'POST', path: `/${Bucket}/a?uploads` },
    ];
    for (const request of requests)
      expect({ ...request, status: (await send(bench.engine, request)).status }).toEqual({ ...request, status: 403 });
    expect(await bench.keys(Bucket)).toEqual(['kept']);
  });

  contract('when the secret is wrong, then it is refused', async () => {
    const Bucket = await bench.bucket();
    const stranger = clientOf({ ...bench.engine, secretAccessKey: 'wrong' });
    const put = stranger.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    expect(await refusal(put)).toEqual({ name: 'SignatureDoesNotMatch', status: 403 });
    const big = stranger.send(new PutObjectCommand({ Bucket, Key: 'a', Body: Buffer.alloc(3_000_000) }));
    expect(await refusal(big)).toEqual({ name: 'SignatureDoesNotMatch', status: 403 });
    await expectNothingStored(Bucket);
  });

  contract('when the access key is unknown, then it is refused', async () => {
    const Bucket = await bench.bucket();
    const stranger = clientOf({ ...bench.engine, accessKeyId: 'stranger' });
    const put = stranger.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    expect(await refusal(put)).toEqual({ name: 'InvalidAccessKeyId', status: 403 });
    await expectNothingStored(Bucket);
  });

  contract('when the signature, the key, the query, the method or a signed header is changed, then it is refused', async () => {
    const Bucket = await bench.bucket();
    const signed = await signedPut(Bucket, { headers: { 'content-type': 'image/png', 'x-amz-meta-a': '1' } });
    const authorization = signed.headers.authorization ?? '';
    const flipped = authorization.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    const changed: RawRequest[] = [
      { ...signed, headers: { ...signed.headers, authorization: flipped } },
      { ...signed, headers: { ...signed.headers, authorization: authorization.slice(0, -1) } },
      { ...signed, path: `/${Bucket}/b` },
      { ...signed, path: `/${Bucket}/a?x=1` },
      { ...signed, method: 'DELETE' },
      { ...signed, headers: { ...signed.headers, 'content-type': 'text/html' } },
      { ...signed, headers: { ...signed.headers, 'x-amz-meta-a': '2' } },
      { ...signed, headers: { ...signed.headers, host: 'elsewhere.example' } },
    ];
    for (const request of changed) expect(await send(bench.engine, request)).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
    const { 'content-type': _dropped, ...fewer } = signed.headers;
    expect((await send(bench.engine, { ...signed, headers: fewer })).status).toBe(403);
    await expectNothingStored(Bucket);
    expect((await send(bench.engine, signed)).status).toBe(200);
  });

  contract('when the body is changed, then it is refused', async () => {
    const Bucket = await bench.bucket();
    const answer = await send(bench.engine, { ...(await signedPut(Bucket)), body: 'hullo' });
    expect(answer).toMatchObject({ status: 400, code: 'XAmzContentSHA256Mismatch' });
    await expectNothingStored(Bucket);
  });

  contract('when an x-amz header is added unsigned, then it is refused', async () => {
    const Bucket = await bench.bucket();
    const signed = await signedPut(Bucket);
    const headers = { ...signed.headers, 'x-amz-meta-added': 'by someone else' };
    expect(await send(bench.engine, { ...signed, headers })).toMatchObject({ status: 403, code: 'AccessDenied' });
    await expectNothingStored(Bucket);
  });

  contract('when the host is not signed, then it is refused', async () => {
    const Bucket = await bench.bucket();
    const signed = await signedPut(Bucket, { headers: { host: '' } });
    const authorization = (signed.headers.authorization ?? '').replace('host;', '');
    const headers = { ...signed.headers, authorization, host: hostOf(bench.engine) };
    expect((await send(bench.engine, { ...signed, headers })).status).toBe(403);
    await expectNothingStored(Bucket);
  });

  contract('when the clocks differ by more than 15 minutes, then it is refused', async () => {
    const Bucket = await bench.bucket();
    for (const minutes of [-16, 16]) {
      const answer = await send(bench.engine, await signedPut(Bucket, {}, new Date(Date.now() + minutes * MINUTE)));
      expect(answer).toMatchObject({ status: 403, code: 'RequestTimeTooSkewed' });
    }
    await expectNothingStored(Bucket);
    for (const minutes of [-14, 14]) {
      expect((await send(bench.engine, await signedPut(Bucket, {}, new Date(Date.now() + minutes * MINUTE)))).status).toBe(200);
    }
  });

  contract('when it is signed for another region or service, then it is refused', async () => {
    const Bucket = await bench.bucket();
    const elsewhere = clientOf({ ...bench.engine, region: 'eu-central-1' });
    const put = elsewhere.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    expect(await refusal(put)).toEqual({ name: 'AuthorizationHeaderMalformed', status: 400 });
    const signed = await signedPut(Bucket);
    const authorization = (signed.headers.authorization ?? '').replace('/s3/', '/sqs/');
    const answer = await send(bench.engine, { ...signed, headers: { ...signed.headers, authorization } });
    expect(answer).toMatchObject({ status: 400, code: 'AuthorizationHeaderMalformed' });
    await expectNothingStored(Bucket);
  });
});
