import { CopyObjectCommand, type CopyObjectCommandInput, PutObjectCommand } from '@aws-sdk/client-s3';
import { refusal, useBench } from './bench.ts';
import { contract } from './known-differences.ts';

describe('copies', () => {
  const bench = useBench();

  const source = async () => {
    const Bucket = await bench.bucket();
    const put = { Bucket, Key: 'from', Body: 'hello', ContentType: 'image/png', Metadata: { colour: 'blue' } };
    const { ETag = '' } = await bench.s3.send(new PutObjectCommand(put));
    const copy = (input: Partial<CopyObjectCommandInput>) =>
      bench.s3.send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource: `${Bucket}/from`, ...input }));
    return { Bucket, ETag, copy };
  };

  contract('when an object is copied, then its bytes, type and metadata go along', async () => {
    const { Bucket, ETag, copy } = await source();
    expect((await copy({})).CopyObjectResult?.ETag).toBe(ETag);
    expect(await bench.text(Bucket, 'to')).toBe('hello');
    expect(await bench.head(Bucket, 'to')).toMatchObject({ ETag, ContentType: 'image/png', Metadata: { colour: 'blue' } });
  });

  contract('when the source goes or changes afterwards, then the copy stays', async () => {
    const { Bucket, copy } = await source();
    await copy({});
    await bench.put(Bucket, 'from', 'changed');
    expect(await bench.text(Bucket, 'to')).toBe('hello');
  });

  contract('when metadata are replaced, then only the new ones are there', async () => {
    const { Bucket, copy } = await source();
    await copy({ MetadataDirective: 'REPLACE', ContentType: 'image/webp', Metadata: { size: 'small' } });
    const { ContentType, Metadata } = await bench.head(Bucket, 'to');
    expect({ ContentType, Metadata }).toEqual({ ContentType: 'image/webp', Metadata: { size: 'small' } });
  });

  contract('when an object is copied onto itself, then only with other metadata', async () => {
    const { Bucket, copy } = await source();
    expect(await refusal(copy({ Key: 'from' }))).toEqual({ name: 'InvalidRequest', status: 400 });
    await copy({ Key: 'from', MetadataDirective: 'REPLACE', ContentType: 'text/plain' });
    expect(await bench.text(Bucket, 'from')).toBe('hello');
    expect((await bench.head(Bucket, 'from')).ContentType).toBe('text/plain');
  });

  contract('when the source is another version than expected, then nothing is copied', async () => {
    const { Bucket, ETag, copy } = await source();
    const precondition = { name: 'PreconditionFailed', status: 412 };
    expect(await refusal(copy({ CopySourceIfMatch: '"other"' }))).toEqual(precondition);
    expect(await refusal(copy({ CopySourceIfNoneMatch: ETag }))).toEqual(precondition);
    expect(await refusal(copy({ CopySourceIfModifiedSince: new Date() }))).toEqual(precondition);
    expect(await refusal(copy({ CopySourceIfUnmodifiedSince: new Date(Date.now() - 3_600_000) }))).toEqual(precondition);
    expect(await bench.keys(Bucket)).toEqual(['from']);
    await copy({ CopySourceIfMatch: ETag, CopySourceIfNoneMatch: '"other"' });
    expect(await bench.text(Bucket, 'to')).toBe('hello');
  });

  contract('when the source is missing, then nothing is copied', async () => {
    const { Bucket, copy } = await source();
    expect(await refusal(copy({ CopySource: `${Bucket}/nope` }))).toEqual({ name: 'NoSuchKey', status: 404 });
    expect(await refusal(copy({ CopySource: 'contract-that-never-was/from' }))).toEqual({ name: 'NoSuchBucket', status: 404 });
    expect(await bench.keys(Bucket)).toEqual(['from']);
  });

  contract('when the source lies in another bucket, then it is copied across', async () => {
    const { Bucket } = await source();
    const other = await bench.bucket();
    await bench.s3.send(new CopyObjectCommand({ Bucket: other, Key: 'to', CopySource: `/${Bucket}/from` }));
    expect(await bench.text(other, 'to')).toBe('hello');
  });
});
