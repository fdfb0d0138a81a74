import { DeleteObjectCommand, DeleteObjectsCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { refusal, useBench } from './bench.ts';
import { contract } from './known-differences.ts';

describe('objects', () => {
  const bench = useBench();

  contract('when an object is put, then it is got and headed with all that was said of it', async () => {
    const Bucket = await bench.bucket();
    const said = {
      ContentType: 'image/png',
      ContentDisposition: 'attachment; filename="a b.png"',
      CacheControl: 'max-age=60',
      ContentLanguage: 'de',
      ContentEncoding: 'gzip',
      Metadata: { colour: 'blue', 'two-words': 'x y' },
    };
    const put = await bench.s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'hello', ...said }));
    expect(put.ETag).toBe('"5d41402abc4b2a76b9719d911017c592"');
    const { Body, ...got } = await bench.s3.send(new GetObjectCommand({ Bucket, Key: 'a' }));
    expect(await Body?.transformToString()).toBe('hello');
    expect(got).toMatchObject({ ...said, ContentLength: 5, ETag: put.ETag });
    expect(Math.abs((got.LastModified?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(await bench.head(Bucket, 'a')).toMatchObject({ ...said, ContentLength: 5, ETag: put.ETag });
  });

  contract('when no type is given, then it is binary/octet-stream or what the SDK sends', async () => {
    const Bucket = await bench.bucket();
    await bench.put(Bucket, 'a');
    expect((await bench.head(Bucket, 'a')).ContentType).toMatch(/^(application|binary)\/octet-stream$/);
  });

  contract('when an object is empty, then it is kept and got as such', async () => {
    const Bucket = await bench.bucket();
    await bench.put(Bucket, 'a', '');
    expect(await bench.text(Bucket, 'a')).toBe('');
    expect((await bench.head(Bucket, 'a')).ContentLength).toBe(0);
  });

  contract('when an object is put again, then the new one has taken its place whole', async () => {
    const Bucket = await bench.bucket();
    await bench.s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'first, and longer', Metadata: { old: 'yes' } }));
    await bench.put(Bucket, 'a', 'second');
    expect(await bench.text(Bucket, 'a')).toBe('second');
    expect((await bench.head(Bucket, 'a')).Metadata).toEqual({});
  });

  contract('when user metadata exceed 2 KB, then they are refused and nothing is stored', async () => {
    const Bucket = await bench.bucket();
    const Metadata = { long: 'x'.repeat(2048) };
    const put = bench.s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', Metadata }));
    expect(await refusal(put)).toEqual({ name: 'MetadataTooLarge', status: 400 });
    expect(await bench.keys(Bucket)).toEqual([]);
  });

  contract('when a key is missing, then GET says NoSuchKey and HEAD 404', async () => {
    const Bucket = await bench.bucket();
    expect(await refusal(bench.text(Bucket, 'nope'))).toEqual({ name: 'NoSuchKey', status: 404 });
    expect(await refusal(bench.head(Bucket, 'nope'))).toEqual({ name: 'NotFound', status: 404 });
  });

  contract('when the bucket is missing, then every operation says NoSuchBucket', async () => {
    const Bucket = 'contract-that-never-was';
    const requests = [
      () => bench.text(Bucket, 'a'),
      () => bench.put(Bucket, 'a'),
      () => bench.keys(Bucket),
      () => bench.s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' })),
    ];
    for (const request of requests) expect(await refusal(request())).toEqual({ name: 'NoSuchBucket', status: 404 });
  });

  contract('when an object is deleted, then it is gone, and deleting it again succeeds', async () => {
    const Bucket = await bench.bucket();
    await bench.put(Bucket, 'a');
    await bench.s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    await bench.s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    expect(await bench.keys(Bucket)).toEqual([]);
  });

  contract('when many are deleted at once, then those are gone and the others stay', async () => {
    const Bucket = await bench.bucket();
    for (const key of ['a', 'b&<c', ' blank ', 'd']) await bench.put(Bucket, key);
    const Objects = [{ Key: 'a' }, { Key: 'b&<c' }, { Key: ' blank ' }, { Key: 'never was' }];
    const { Deleted, Errors } = await bench.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(Deleted?.map(({ Key }) => Key).sort()).toEqual([' blank ', 'a', 'b&<c', 'never was']);
    expect(Errors ?? []).toEqual([]);
    expect(await bench.keys(Bucket)).toEqual(['d']);
  });

  contract('when a thousand are deleted at once it works, one more is refused and deletes none', async () => {
    const Bucket = await bench.bucket();
    await bench.put(Bucket, 'k1000');
    const Objects = Array.from({ length: 1001 }, (_, index) => ({ Key: `k${index}` }));
    const tooMany = bench.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(await refusal(tooMany)).toEqual({ name: 'MalformedXML', status: 400 });
    expect(await bench.keys(Bucket)).toEqual(['k1000']);
    await bench.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: Objects.slice(1), Quiet: true } }));
    expect(await bench.keys(Bucket)).toEqual([]);
  });

  contract('when a signed request overrides the answer’s headers, then they are as it says', async () => {
    const Bucket = await bench.bucket();
    await bench.put(Bucket, 'a');
    const overrides = {
      ResponseContentType: 'text/x-other',
      ResponseContentDisposition: 'attachment; filename="x.txt"',
      ResponseCacheControl: 'no-store',
    };
    const got = await bench.s3.send(new GetObjectCommand({ Bucket, Key: 'a', ...overrides }));
    await got.Body?.transformToString();
    expect(got).toMatchObject({
      ContentType: 'text/x-other',
      ContentDisposition: 'attachment; filename="x.txt"',
      CacheControl: 'no-store',
    });
    expect((await bench.s3.send(new HeadObjectCommand({ Bucket, Key: 'a' }))).ContentType).not.toBe('text/x-other');
  });
});
