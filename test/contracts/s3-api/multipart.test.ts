import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandInput,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { refusal, useBench } from './bench.ts';
import { contract } from './known-differences.ts';

const MIB = 1024 ** 2;
const [FIRST, LAST] = [Buffer.alloc(5 * MIB, 'a'), Buffer.from('the last part may be small')];

describe('multipart uploads', () => {
  const bench = useBench();

  const begin = async (Key = 'a') => {
    const Bucket = await bench.bucket();
    const { UploadId } = await bench.s3.send(
      new CreateMultipartUploadCommand({ Bucket, Key, ContentType: 'image/png', Metadata: { colour: 'blue' } }),
    );
    const upload = { Bucket, Key, UploadId };
    const part = async (PartNumber: number, Body: Buffer): Promise<CompletedPart> => {
      const { ETag } = await bench.s3.send(new UploadPartCommand({ ...upload, PartNumber, Body }));
      return { PartNumber, ETag };
    };
    const complete = (Parts: CompletedPart[], more: Partial<CompleteMultipartUploadCommandInput> = {}) =>
      bench.s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, ...more }));
    return { ...upload, part, complete };
  };

  contract('when parts are completed, then the object is all of them, and its etag tells how many', async () => {
    const { Bucket, part, complete } = await begin();
    const parts = [await part(2, LAST), await part(1, FIRST)].reverse();
    expect(await bench.keys(Bucket)).toEqual([]);
    const { ETag } = await complete(parts);
    const hashes = [FIRST, LAST].map((bytes) => createHash('md5').update(bytes).digest());
    expect(ETag).toBe(`"${createHash('md5').update(Buffer.concat(hashes)).digest('hex')}-2"`);
    expect(await bench.text(Bucket, 'a')).toBe(`${FIRST}${LAST}`);
    const head = await bench.head(Bucket, 'a');
    expect(head).toMatchObject({ ETag, ContentType: 'image/png', Metadata: { colour: 'blue' }, ContentLength: FIRST.length + LAST.length });
    expect(await bench.uploads(Bucket)).toEqual([]);
  });

  contract('when a part is sent again, then the later one counts; when one is not listed, it is dropped', async () => {
    const { Bucket, part, complete } = await begin();
    const old = await part(1, Buffer.from('old'));
    const now = await part(1, Buffer.from('now'));
    await part(2, Buffer.from('dropped'));
    expect(await refusal(complete([old]))).toEqual({ name: 'InvalidPart', status: 400 });
    await complete([now]);
    expect(await bench.text(Bucket, 'a')).toBe('now');
  });

  contract('when the list of parts is wrong, then nothing is stored and the upload goes on', async () => {
    const { Bucket, part, complete } = await begin();
    const [one, two] = [await part(1, FIRST), await part(2, LAST)];
    expect(await refusal(complete([two, one]))).toEqual({ name: 'InvalidPartOrder', status: 400 });
    expect(await refusal(complete([one, { ...two, ETag: one.ETag }]))).toEqual({ name: 'InvalidPart', status: 400 });
    expect(await refusal(complete([one, { PartNumber: 3, ETag: two.ETag }]))).toEqual({ name: 'InvalidPart', status: 400 });
    expect((await refusal(complete([]))).status).toBe(400);
    expect(await bench.keys(Bucket)).toEqual([]);
    await complete([one, two]);
    expect(await bench.keys(Bucket)).toEqual(['a']);
  });

  contract('when a part but the last is under 5 MiB, then it is refused as too small', async () => {
    const { Bucket, part, complete } = await begin();
    const parts = [await part(1, FIRST.subarray(1)), await part(2, LAST)];
    expect(await refusal(complete(parts))).toEqual({ name: 'EntityTooSmall', status: 400 });
    expect(await bench.keys(Bucket)).toEqual([]);
    expect(await bench.uploads(Bucket)).toEqual(['a']);
  });

  contract('when the promised size is another, then it is refused', async () => {
    const { Bucket, part, complete } = await begin();
    const parts = [await part(1, LAST)];
    const wrong = complete(parts, { MpuObjectSize: LAST.length + 1 });
    expect(await refusal(wrong)).toEqual({ name: 'InvalidRequest', status: 400 });
    expect(await bench.keys(Bucket)).toEqual([]);
    await complete(parts, { MpuObjectSize: LAST.length });
    expect(await bench.keys(Bucket)).toEqual(['a']);
  });

  contract('when the key has come to exist, then a completion with If-None-Match is refused', async () => {
    const { Bucket, part, complete } = await begin();
    const parts = [await part(1, LAST)];
    await bench.put(Bucket, 'a', 'was here first');
    expect(await refusal(complete(parts, { IfNoneMatch: '*' }))).toEqual({ name: 'PreconditionFailed', status: 412 });
    expect(await bench.text(Bucket, 'a')).toBe('was here first');
  });

  contract('when an upload is aborted, then its parts are gone and it takes no more', async () => {
    const { Bucket, Key, UploadId, part, complete } = await begin();
    const one = await part(1, LAST);
    await bench.s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    const gone = { name: 'NoSuchUpload', status: 404 };
    expect(await refusal(part(2, LAST))).toEqual(gone);
    expect(await refusal(complete([one]))).toEqual(gone);
    expect(await refusal(bench.s3.send(new ListPartsCommand({ Bucket, Key, UploadId })))).toEqual(gone);
    expect(await bench.uploads(Bucket)).toEqual([]);
    expect(await bench.keys(Bucket)).toEqual([]);
  });

  contract('when an upload’s id is used for another key, then there is no such upload', async () => {
    const { Bucket, UploadId } = await begin();
    const part = bench.s3.send(new UploadPartCommand({ Bucket, Key: 'b', UploadId, PartNumber: 1, Body: LAST }));
    expect(await refusal(part)).toEqual({ name: 'NoSuchUpload', status: 404 });
  });

  contract('when a part’s number is out of range, then it is refused', async () => {
    const { Bucket, Key, UploadId, part } = await begin();
    for (const number of [0, 10_001]) expect(await refusal(part(number, LAST))).toEqual({ name: 'InvalidArgument', status: 400 });
    await part(10_000, LAST);
    const { Parts } = await bench.s3.send(new ListPartsCommand({ Bucket, Key, UploadId }));
    expect(Parts?.map(({ PartNumber }) => PartNumber)).toEqual([10_000]);
  });

  contract('when a multipart object is copied, then the copy’s etag is that of one piece', async () => {
    const { Bucket, part, complete } = await begin();
    await complete([await part(1, LAST)]);
    const copy = await bench.s3.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/a` }));
    expect(copy.CopyObjectResult?.ETag).toBe(`"${createHash('md5').update(LAST).digest('hex')}"`);
    expect(await bench.text(Bucket, 'b')).toBe(String(LAST));
  });
});
