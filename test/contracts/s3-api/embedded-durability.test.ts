import { once } from 'node:events';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, PutBucketCorsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { blobsOf, cleanUp, open, sendPart, spawnStore, temporaryFolder, toolsFor, untilBlobs } from './embedded.ts';
import { describeEmbedded } from './known-differences.ts';

const Bucket = 'photos';

describeEmbedded('durability of the embedded store', () => {
  afterEach(cleanUp);

  test('when its process is killed in the middle of a put, then finished objects are whole, the half one is not there, and nothing of it is left', async () => {
    const folder = await temporaryFolder();
    const { child, said } = await spawnStore(folder);
    const killed = toolsFor({ endpoint: said });
    await killed.s3.send(new CreateBucketCommand({ Bucket }));
    for (let index = 0; index < 20; index++) {
      await killed.s3.send(new PutObjectCommand({ Bucket, Key: `k${index}`, Body: `${index}`.repeat(10_000) }));
    }
    await killed.s3.send(new PutObjectCommand({ Bucket, Key: 'half', Body: 'the one before' }));
    const headers = { 'content-length': '1000000', 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
    const half = await sendPart(killed.engine, { method: 'PUT', path: `/${Bucket}/half` }, Buffer.alloc(500_000), headers);
    half.on('error', () => {});
    await untilBlobs(folder, 22);
    child.kill('SIGKILL');
    await once(child, 'exit');

    const { s3 } = await open({ folder });
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    expect(Contents).toHaveLength(21);
    for (let index = 0; index < 20; index++) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: `k${index}` }));
      expect(await Body?.transformToString()).toBe(`${index}`.repeat(10_000));
    }
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'half' }));
    expect(await Body?.transformToString()).toBe('the one before');
    expect(await blobsOf(folder)).toHaveLength(21);
  });

  test('when a store is closed and opened again, then all of it is still there', async () => {
    const folder = await temporaryFolder();
    const first = await open({ folder });
    await first.s3.send(new CreateBucketCommand({ Bucket }));
    await first.s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'hello', Metadata: { colour: 'blue' } }));
    const CORSConfiguration = { CORSRules: [{ AllowedOrigins: ['*'], AllowedMethods: ['GET'] }] };
    await first.s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration }));
    await first.store.close();
    const { s3 } = await open({ folder });
    const { Body, Metadata } = await s3.send(new GetObjectCommand({ Bucket, Key: 'a' }));
    expect(await Body?.transformToString()).toBe('hello');
    expect(Metadata).toEqual({ colour: 'blue' });
  });

  test('when another process has the folder open, then a second one is told so at once', async () => {
    const folder = await temporaryFolder();
    await spawnStore(folder);
    await expect(open({ folder })).rejects.toThrow(/in use by another process/);
    const second = await spawnStore(folder);
    expect(second.said).toMatch(/in use by another process/);
  });

  test('when objects are overwritten and deleted, then their bytes leave the folder', async () => {
    const folder = await temporaryFolder();
    const { s3 } = await open({ folder });
    await s3.send(new CreateBucketCommand({ Bucket }));
    for (const Body of ['one', 'two', 'three']) await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body }));
    expect(await blobsOf(folder)).toHaveLength(1);
  });
});
