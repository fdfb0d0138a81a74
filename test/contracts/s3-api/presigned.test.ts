import { CreateMultipartUploadCommand, GetObjectCommand, ListPartsCommand, PutObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { clientOf, useBench } from './bench.ts';
import { contract } from './known-differences.ts';
import { sendTo } from './raw.ts';

const HOUR = 3_600_000;

describe('presigned URLs', () => {
  const bench = useBench();
  // Otherwise the SDK signs the checksum of an empty body into the URL.
  const presigner = () => clientOf(bench.engine, { requestChecksumCalculation: 'WHEN_REQUIRED' });
  const expectNothingStored = async (Bucket: string) => expect(await bench.keys(Bucket)).toEqual([]);

  const putUrl = (Bucket: string, input: object = {}, options: object = {}) =>
    getSignedUrl(presigner(), new PutObjectCommand({ Bucket, Key: 'a', ...input }), { expiresIn: 300, ...options });

  contract('when an object is got by its URL, then anyone gets it', async () => {
    const Bucket = await bench.bucket();
    await bench.put(Bucket, 'a');
    const url = await getSignedUrl(bench.s3, new GetObjectCommand({ Bucket, Key: 'a' }));
    expect(await sendTo(url)).toMatchObject({ status: 200, text: 'hello' });
    expect(await sendTo(url, { headers: { range: 'bytes=1-2' } })).toMatchObject({ status: 206, text: 'el' });
  });

  contract('when the URL overrides headers they are so, when its holder changes them it is refused', async () => {
    const Bucket = await bench.bucket();
    await bench.put(Bucket, 'a');
    const url = await getSignedUrl(bench.s3, new GetObjectCommand({ Bucket, Key: 'a', ResponseContentDisposition: 'attachment' }));
    expect((await sendTo(url)).headers['content-disposition']).toBe('attachment');
    const changed = url.replace('response-content-disposition=attachment', 'response-content-disposition=inline');
    expect(await sendTo(changed)).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
    expect(await sendTo(`${url}&response-content-type=text%2Fhtml`)).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
  });

  contract('when an object is put by its URL, then it is there', async () => {
    const Bucket = await bench.bucket();
    const url = await putUrl(Bucket);
    expect((await sendTo(url, { method: 'PUT', body: 'by url', headers: { 'content-type': 'image/png' } })).status).toBe(200);
    expect(await bench.text(Bucket, 'a')).toBe('by url');
    expect((await bench.head(Bucket, 'a')).ContentType).toBe('image/png');
  });

  contract('when the key, bucket, method, expiry or signature is changed, then it is refused and nothing is stored', async () => {
    const Bucket = await bench.bucket();
    const other = await bench.bucket();
    const url = await putUrl(Bucket);
    const changed = [
      url.replace(`/${Bucket}/a?`, `/${Bucket}/b?`),
      url.replace(`/${Bucket}/`, `/${other}/`),
      url.replace('X-Amz-Expires=300', 'X-Amz-Expires=3000'),
      url.replace(/(X-Amz-Signature=)(.)/, (_all, name, first) => `${name}${first === '0' ? '1' : '0'}`),
      url.replace(/X-Amz-Date=\d{8}T\d{6}Z/, (date) => date.replace(/\d\dZ$/, '00Z')).replace('X-Amz-Expires=300', 'X-Amz-Expires=301'),
      `${url}&x-amz-meta-added=1`,
    ];
    for (const each of changed) {
      expect(await sendTo(each, { method: 'PUT', body: 'x' })).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
    }
    expect((await sendTo(url, { method: 'GET' })).status).toBe(403);
    expect((await sendTo(url, { method: 'DELETE' })).status).toBe(403);
    await expectNothingStored(Bucket);
    await expectNothingStored(other);
  });

  contract('when a URL has expired, then it is refused and nothing is stored', async () => {
    const Bucket = await bench.bucket();
    const url = await putUrl(Bucket, {}, { signingDate: new Date(Date.now() - HOUR) });
    expect(await sendTo(url, { method: 'PUT', body: 'x' })).toMatchObject({ status: 403, code: 'AccessDenied' });
    await expectNothingStored(Bucket);
  });

  contract('when a URL is not valid yet, then it is refused and nothing is stored', async () => {
    const Bucket = await bench.bucket();
    const url = await putUrl(Bucket, {}, { signingDate: new Date(Date.now() + HOUR) });
    expect(await sendTo(url, { method: 'PUT', body: 'x' })).toMatchObject({ status: 403, code: 'AccessDenied' });
    await expectNothingStored(Bucket);
  });

  contract('when the expiry is no time from a second to a week, or something is missing, then it is refused', async () => {
    const Bucket = await bench.bucket();
    const url = await putUrl(Bucket);
    const changed = [
      ...['604801', '-1', 'soon'].map((expires) => url.replace('X-Amz-Expires=300', `X-Amz-Expires=${expires}`)),
      ...['Credential', 'Date', 'Expires', 'SignedHeaders'].map((name) => url.replace(new RegExp(`X-Amz-${name}=[^&]*&?`), '')),
    ];
    for (const each of changed) {
      const answer = await sendTo(each, { method: 'PUT', body: 'x' });
      expect(answer).toMatchObject({ status: 400, code: 'AuthorizationQueryParametersError' });
    }
    await expectNothingStored(Bucket);
  });

  contract('when another key or secret made the URL, then it is refused', async () => {
    const Bucket = await bench.bucket();
    for (const [change, code] of [
      [{ secretAccessKey: 'wrong' }, 'SignatureDoesNotMatch'],
      [{ accessKeyId: 'stranger' }, 'InvalidAccessKeyId'],
    ] as const) {
      const url = await getSignedUrl(clientOf({ ...bench.engine, ...change }), new PutObjectCommand({ Bucket, Key: 'a' }));
      expect(await sendTo(url, { method: 'PUT', body: 'x' })).toMatchObject({ status: 403, code });
    }
    await expectNothingStored(Bucket);
  });

  contract('when a part is put by its URL, then it is that part, and no other', async () => {
    const Bucket = await bench.bucket();
    const target = { Bucket, Key: 'a' };
    const { UploadId } = await bench.s3.send(new CreateMultipartUploadCommand(target));
    const url = await getSignedUrl(presigner(), new UploadPartCommand({ ...target, UploadId, PartNumber: 2 }));
    expect((await sendTo(url.replace('partNumber=2', 'partNumber=1'), { method: 'PUT', body: 'x' })).status).toBe(403);
    const { status, headers } = await sendTo(url, { method: 'PUT', body: 'part two' });
    expect(status).toBe(200);
    const { Parts } = await bench.s3.send(new ListPartsCommand({ ...target, UploadId }));
    expect(Parts).toMatchObject([{ PartNumber: 2, Size: 8, ETag: headers.etag }]);
  });
});
