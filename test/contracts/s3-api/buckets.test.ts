import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutBucketLifecycleConfigurationCommand,
} from '@aws-sdk/client-s3';
import { bucketName, refusal, useBench } from './bench.ts';
import { contract } from './known-differences.ts';
import { sendSigned } from './raw.ts';

describe('buckets', () => {
  const bench = useBench();

  contract('when a bucket is created, then it is headed and listed, and creating it again changes nothing', async () => {
    const Bucket = bucketName();
    expect((await bench.s3.send(new CreateBucketCommand({ Bucket }))).Location).toContain(Bucket);
    await bench.put(Bucket, 'a');
    await bench.s3.send(new CreateBucketCommand({ Bucket }));
    expect(await bench.keys(Bucket)).toEqual(['a']);
    expect((await bench.s3.send(new HeadBucketCommand({ Bucket }))).$metadata.httpStatusCode).toBe(200);
    const { Buckets = [] } = await bench.s3.send(new ListBucketsCommand({}));
    expect(Buckets.find(({ Name }) => Name === Bucket)?.CreationDate).toBeInstanceOf(Date);
    expect((await bench.s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint ?? '').toBe('');
  });

  contract('when a bucket’s name is not allowed, then it is refused', async () => {
    for (const name of ['ab', 'Upper', 'under_score', '-dash', 'dash-', 'a..b', '127.0.0.1', 'x'.repeat(64)]) {
      expect(await sendSigned(bench.engine, { method: 'PUT', path: `/${name}` })).toMatchObject({ status: 400, code: 'InvalidBucketName' });
    }
  });

  contract('when a bucket is missing, then HEAD says 404', async () => {
    expect((await refusal(bench.s3.send(new HeadBucketCommand({ Bucket: bucketName() })))).status).toBe(404);
  });

  contract('when a bucket has objects it stays, when it is empty it can be deleted', async () => {
    const [full, empty] = [await bench.bucket(), await bench.bucket()];
    await bench.put(full, 'a');
    expect(await refusal(bench.s3.send(new DeleteBucketCommand({ Bucket: full })))).toEqual({ name: 'BucketNotEmpty', status: 409 });
    expect(await bench.keys(full)).toEqual(['a']);
    await bench.s3.send(new CreateMultipartUploadCommand({ Bucket: empty, Key: 'unfinished' }));
    await bench.s3.send(new DeleteBucketCommand({ Bucket: empty }));
    expect((await refusal(bench.s3.send(new HeadBucketCommand({ Bucket: empty })))).status).toBe(404);
  });

  contract('when a lifecycle is put, then it is got as it was', async () => {
    const Bucket = await bench.bucket();
    const get = () => bench.s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    expect(await refusal(get())).toEqual({ name: 'NoSuchLifecycleConfiguration', status: 404 });
    const Rules = [
      {
        ID: 'quarantine',
        Status: 'Enabled' as const,
        Filter: { Prefix: 'uploads/' },
        Expiration: { Days: 7 },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
      },
    ];
    await bench.s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
    expect((await get()).Rules).toEqual(Rules);
  });
});
