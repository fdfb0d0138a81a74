import { type CORSRule, DeleteBucketCorsCommand, GetBucketCorsCommand, GetObjectCommand, PutBucketCorsCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { refusal, useBench } from './bench.ts';
import { postForm, signedFields } from './form.ts';
import { contract } from './known-differences.ts';
import { send, sendTo } from './raw.ts';

const RULES: CORSRule[] = [
  {
    AllowedOrigins: ['https://form.example', 'https://*.dev.example'],
    AllowedMethods: ['PUT', 'POST'],
    AllowedHeaders: ['content-type', 'x-amz-*'],
    ExposeHeaders: ['ETag', 'x-amz-request-id'],
    MaxAgeSeconds: 600,
  },
  { AllowedOrigins: ['*'], AllowedMethods: ['GET'] },
];

describe('CORS', () => {
  const bench = useBench();

  const bucketWithRules = async (CORSRules = RULES) => {
    const Bucket = await bench.bucket();
    await bench.s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));
    return Bucket;
  };

  const preflight = (Bucket: string, origin: string, method: string, headers?: string) =>
    send(bench.engine, {
      method: 'OPTIONS',
      path: `/${Bucket}/a`,
      headers: {
        origin,
        'access-control-request-method': method,
        ...(headers === undefined ? {} : { 'access-control-request-headers': headers }),
      },
    });

  contract('when rules are put, then they are got as they were, until they are deleted', async () => {
    const Bucket = await bucketWithRules();
    expect((await bench.s3.send(new GetBucketCorsCommand({ Bucket }))).CORSRules).toEqual(RULES);
    await bench.s3.send(new DeleteBucketCorsCommand({ Bucket }));
    expect(await refusal(bench.s3.send(new GetBucketCorsCommand({ Bucket })))).toEqual({ name: 'NoSuchCORSConfiguration', status: 404 });
  });

  contract('when rules are wrong, then they are refused and the old ones stay', async () => {
    const Bucket = await bucketWithRules();
    const put = (rule: CORSRule) => bench.s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [rule] } }));
    const wrong = { name: 'InvalidRequest', status: 400 };
    expect(await refusal(put({ AllowedOrigins: ['*'], AllowedMethods: ['PATCH'] }))).toEqual(wrong);
    expect(await refusal(put({ AllowedOrigins: ['*'], AllowedMethods: ['GET'], AllowedHeaders: ['*-*'] }))).toEqual(wrong);
    expect(await refusal(put({ AllowedOrigins: ['https://*.*'], AllowedMethods: ['GET'] }))).toEqual(wrong);
    expect((await bench.s3.send(new GetBucketCorsCommand({ Bucket }))).CORSRules).toEqual(RULES);
  });

  contract('when a preflight matches a rule, then it is told what is allowed', async () => {
    const Bucket = await bucketWithRules();
    const answer = await preflight(Bucket, 'https://form.example', 'PUT', 'Content-Type, x-amz-meta-a');
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': 'https://form.example',
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'PUT, POST',
      'access-control-allow-headers': 'content-type, x-amz-meta-a',
      'access-control-expose-headers': 'ETag, x-amz-request-id',
      'access-control-max-age': '600',
    });
    expect(answer.headers.vary).toContain('Origin');
    expect((await preflight(Bucket, 'https://x.dev.example', 'POST')).status).toBe(200);
    const open = await preflight(Bucket, 'https://anyone.example', 'GET');
    expect(open.headers['access-control-allow-origin']).toBe('*');
    expect(open.headers['access-control-allow-credentials']).toBeUndefined();
  });

  contract('when a preflight matches no rule, then it is forbidden', async () => {
    const Bucket = await bucketWithRules();
    const bare = await bench.bucket();
    const cases: [string, string, string, string?][] = [
      [Bucket, 'https://evil.example', 'PUT'],
      [Bucket, 'https://form.example.evil.example', 'PUT'],
      [Bucket, 'https://dev.example', 'PUT'],
      [Bucket, 'https://form.example', 'DELETE'],
      [Bucket, 'https://form.example', 'PUT', 'content-type, authorization'],
      [Bucket, 'https://anyone.example', 'GET', 'x-custom'],
      [bare, 'https://form.example', 'PUT'],
    ];
    for (const [bucket, origin, method, headers] of cases) {
      const answer = await preflight(bucket, origin, method, headers);
      expect(answer.status).toBe(403);
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  contract('when a preflight names no origin or no method, then it is a bad request', async () => {
    const Bucket = await bucketWithRules();
    const ask = (headers: Record<string, string>) => send(bench.engine, { method: 'OPTIONS', path: `/${Bucket}/a`, headers });
    expect((await ask({})).status).toBe(400);
    expect((await ask({ origin: 'https://form.example' })).status).toBe(400);
  });

  contract('when a page gets or posts, then it may read the answer, also an error', async () => {
    const Bucket = await bucketWithRules();
    await bench.put(Bucket, 'a');
    const url = await getSignedUrl(bench.s3, new GetObjectCommand({ Bucket, Key: 'a' }));
    const headers = { origin: 'https://anyone.example' };
    const got = await sendTo(url, { headers });
    expect(got).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': '*' } });
    const refused = await sendTo(url.replace('/a?', '/b?'), { headers });
    expect(refused).toMatchObject({ status: 403, headers: { 'access-control-allow-origin': '*' } });
    const put = await sendTo(url, { method: 'PUT', body: 'x', headers: { origin: 'https://form.example' } });
    expect(put).toMatchObject({ status: 403, headers: { 'access-control-allow-origin': 'https://form.example' } });
    expect(put.headers['access-control-expose-headers']).toContain('ETag');
  });

  contract('when a page’s origin is not allowed, then the answer says nothing of origins', async () => {
    const Bucket = await bucketWithRules(RULES.slice(0, 1));
    await bench.put(Bucket, 'a');
    const url = await getSignedUrl(bench.s3, new GetObjectCommand({ Bucket, Key: 'a' }));
    const got = await sendTo(url, { headers: { origin: 'https://evil.example' } });
    expect(got.status).toBe(200);
    expect(got.headers['access-control-allow-origin']).toBeUndefined();
  });

  contract('when no page asks, then a form’s answer is without CORS', async () => {
    const bucket = await bucketWithRules();
    const answer = await postForm(bench.engine, bucket, await signedFields(bench.engine, { bucket }), 'x');
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });
});
