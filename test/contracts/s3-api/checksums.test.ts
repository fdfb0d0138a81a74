import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  type ChecksumAlgorithm,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { clientOf, refusal, useBench } from './bench.ts';
import { contract } from './known-differences.ts';
import { sendSigned } from './raw.ts';

const ALGORITHMS: [ChecksumAlgorithm, string][] = [
  ['CRC32', 'NhCmhg=='],
  ['CRC32C', 'mnG7TA=='],
  ['CRC64NVME', 'M3eFcAZSQlc='],
  ['SHA1', 'qvTGHdzF6KLavt4PO0gs2a6pQ00='],
  ['SHA256', 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ='],
];

describe('checksums', () => {
  const bench = useBench();

  contract('when the SDK sends a checksum as a header, then it is checked, kept and given back on demand', async () => {
    const Bucket = await bench.bucket();
    for (const [ChecksumAlgorithm, value] of ALGORITHMS) {
      const Key = ChecksumAlgorithm;
      const put = await bench.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'hello', ChecksumAlgorithm }));
      expect(put).toMatchObject({ [`Checksum${Key}`]: value });
      const head = await bench.s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
      expect(head).toMatchObject({ [`Checksum${Key}`]: value, ChecksumType: 'FULL_OBJECT' });
      expect(await bench.head(Bucket, Key)).not.toHaveProperty(`Checksum${Key}`);
    }
  });

  contract('when the SDK streams, then its trailing checksum is checked and kept', async () => {
    const Bucket = await bench.bucket();
    const pieces = [Buffer.alloc(100_000, 'a'), Buffer.alloc(70_000, 'b'), Buffer.from('end')];
    for (const [ChecksumAlgorithm] of ALGORITHMS) {
      const Key = ChecksumAlgorithm;
      await bench.s3.send(new PutObjectCommand({ Bucket, Key, Body: Readable.from(pieces), ContentLength: 170_003, ChecksumAlgorithm }));
      const { Body, ...got } = await bench.s3.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
      expect(await Body?.transformToString()).toBe(pieces.join(''));
      expect(got).toHaveProperty(`Checksum${Key}`);
      expect(got.ContentEncoding ?? '').toBe('');
    }
  });

  contract('when a checksum is of other bytes, then the put is refused and nothing is stored', async () => {
    const Bucket = await bench.bucket();
    for (const [algorithm, value] of ALGORITHMS) {
      const put = bench.s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'hullo', [`Checksum${algorithm}`]: value }));
      expect(await refusal(put)).toEqual({ name: 'BadDigest', status: 400 });
    }
    expect(await bench.keys(Bucket)).toEqual([]);
  });

  contract('when a checksum is no checksum, or there are two, then the put is refused', async () => {
    const Bucket = await bench.bucket();
    const put = (headers: Record<string, string>) =>
      sendSigned(bench.engine, { method: 'PUT', path: `/${Bucket}/a`, body: 'hello', headers });
    expect(await put({ 'x-amz-checksum-crc32': 'nonsense' })).toMatchObject({ status: 400, code: 'InvalidRequest' });
    const two = { 'x-amz-checksum-crc32': 'NhCmhg==', 'x-amz-checksum-sha1': 'qvTGHdzF6KLavt4PO0gs2a6pQ00=' };
    expect(await put(two)).toMatchObject({ status: 400, code: 'InvalidRequest' });
    expect(await bench.keys(Bucket)).toEqual([]);
  });

  contract('when Content-MD5 is wrong or malformed, then the put is refused and nothing is stored', async () => {
    const Bucket = await bench.bucket();
    const put = (ContentMD5: string) => bench.s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'hello', ContentMD5 }));
    const md5 = (text: string) => createHash('md5').update(text).digest('base64');
    expect(await refusal(put(md5('hullo')))).toEqual({ name: 'BadDigest', status: 400 });
    expect(await refusal(put('nonsense'))).toEqual({ name: 'InvalidDigest', status: 400 });
    expect(await bench.keys(Bucket)).toEqual([]);
    await put(md5('hello'));
    expect(await bench.keys(Bucket)).toEqual(['a']);
  });

  contract('when the body is not the one whose sha256 was signed, then the put is refused and nothing is stored', async () => {
    const Bucket = await bench.bucket();
    const headers = { 'x-amz-content-sha256': createHash('sha256').update('other').digest('hex') };
    const answer = await sendSigned(bench.engine, { method: 'PUT', path: `/${Bucket}/a`, body: 'hello', headers });
    expect(answer).toMatchObject({ status: 400, code: 'XAmzContentSHA256Mismatch' });
    expect(await bench.keys(Bucket)).toEqual([]);
  });

  contract('when a client asks for no checksums, then it can put and get without', async () => {
    const Bucket = await bench.bucket();
    const plain = clientOf(bench.engine, { requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' });
    await plain.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'hello' }));
    const { Body } = await plain.send(new GetObjectCommand({ Bucket, Key: 'a' }));
    expect(await Body?.transformToString()).toBe('hello');
    plain.destroy();
  });

  contract('when a multipart upload has checksums, then the object has one of its parts’ checksums, or of the whole', async () => {
    const Bucket = await bench.bucket();
    const bodies = [Buffer.alloc(5 * 1024 ** 2, 'a'), Buffer.from('rest')];
    const cases = [
      { ChecksumAlgorithm: 'SHA256', ChecksumType: 'COMPOSITE' },
      { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' },
    ] as const;
    for (const choice of cases) {
      const target = { Bucket, Key: choice.ChecksumAlgorithm };
      const { UploadId } = await bench.s3.send(new CreateMultipartUploadCommand({ ...target, ...choice }));
      const Parts = [];
      for (const [index, Body] of bodies.entries()) {
        const part = { PartNumber: index + 1, ChecksumAlgorithm: choice.ChecksumAlgorithm };
        const sent = await bench.s3.send(new UploadPartCommand({ ...target, UploadId, Body, ...part }));
        Parts.push({
          PartNumber: part.PartNumber,
          ETag: sent.ETag,
          ChecksumSHA256: sent.ChecksumSHA256,
          ChecksumCRC32: sent.ChecksumCRC32,
        });
      }
      await bench.s3.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }));
    }
    const sums = bodies.map((body) => createHash('sha256').update(body).digest());
    const composite = `${createHash('sha256').update(Buffer.concat(sums)).digest('base64')}-2`;
    const head = (Key: string) => bench.s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
    expect(await head('SHA256')).toMatchObject({ ChecksumSHA256: composite, ChecksumType: 'COMPOSITE' });
    const whole = await bench.s3.send(
      new PutObjectCommand({ Bucket, Key: 'whole', Body: Buffer.concat(bodies), ChecksumAlgorithm: 'CRC32' }),
    );
    expect(await head('CRC32')).toMatchObject({ ChecksumCRC32: whole.ChecksumCRC32, ChecksumType: 'FULL_OBJECT' });
  });

  contract('when a part’s checksum is wrong or of another kind than the upload’s, then the part is refused', async () => {
    const Bucket = await bench.bucket();
    const target = { Bucket, Key: 'a' };
    const { UploadId } = await bench.s3.send(new CreateMultipartUploadCommand({ ...target, ChecksumAlgorithm: 'SHA256' }));
    const part = (input: object) =>
      refusal(bench.s3.send(new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body: 'x', ...input })));
    expect(await part({ ChecksumSHA256: ALGORITHMS[4]?.[1] })).toEqual({ name: 'BadDigest', status: 400 });
    expect(await part({ ChecksumAlgorithm: 'CRC32' })).toEqual({ name: 'InvalidRequest', status: 400 });
  });
});
