import { once } from 'node:events';
import { CreateBucketCommand, DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { cleanUp, open } from './embedded.ts';
import { describeEmbedded } from './known-differences.ts';

const Bucket = 'photos';
const SIZE = 1_000_000;

describeEmbedded('what readers of the embedded store see', () => {
  afterEach(cleanUp);

  test('when an object is overwritten again and again, then every reader sees one version, whole', async () => {
    const { s3 } = await open();
    await s3.send(new CreateBucketCommand({ Bucket }));
    const put = (letter: string) => s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: Buffer.alloc(SIZE, letter) }));
    await put('a');
    let writing = true;
    const write = async () => {
      for (const letter of 'bcdefghij') await put(letter);
      writing = false;
    };
    const read = async () => {
      while (writing) {
        const { Body, ContentLength } = await s3.send(new GetObjectCommand({ Bucket, Key: 'a' }));
        const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
        expect(ContentLength).toBe(SIZE);
        expect(bytes.equals(Buffer.alloc(SIZE, bytes[0]))).toBe(true);
      }
    };
    await Promise.all([write(), read(), read()]);
  });

  test('when an object is overwritten and deleted while it is read, then its reader still gets the old one, whole', async () => {
    const { s3 } = await open();
    await s3.send(new CreateBucketCommand({ Bucket }));
    const old = Buffer.alloc(16_000_000, 'o');
    await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: old }));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'a' }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'new' }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(old)).toBe(true);
  });

  test('when a put’s checksum turns out wrong at its end, then the object before it never went away', async () => {
    const { s3 } = await open();
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'good' }));
    const bad = s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: Buffer.alloc(SIZE), ChecksumCRC32: 'AAAAAA==' }));
    await expect(bad).rejects.toThrow(/CRC32/);
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'a' }));
    expect(await Body?.transformToString()).toBe('good');
  });

  test('when its holder says nothing more, then a reader that stalls holds nobody else up', async () => {
    const { s3 } = await open();
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: Buffer.alloc(16_000_000) }));
    const stalled = (await s3.send(new GetObjectCommand({ Bucket, Key: 'a' }))).Body as NodeJS.ReadableStream & { destroy(): void };
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'a', Range: 'bytes=0-0' }));
    expect((await Body?.transformToByteArray())?.length).toBe(1);
    const closed = once(stalled, 'close');
    stalled.destroy();
    await closed;
  });
});
