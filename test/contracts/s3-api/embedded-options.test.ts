import { EventEmitter, once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { S3EventMessage } from '../../../src/local/object-store/index.ts';
import { clientOf, refusal } from './bench.ts';
import { blobsOf, cleanUp, open, spawnStore, temporaryFolder } from './embedded.ts';
import { postForm, signedFields } from './form.ts';
import { describeEmbedded } from './known-differences.ts';

const Bucket = 'photos';

describeEmbedded('options of the embedded store', () => {
  afterEach(cleanUp);

  test('when objects come and go, then the event hook is told, in S3’s own shape', async () => {
    const bus = new EventEmitter();
    const events: S3EventMessage[] = [];
    const onEvent = (event: S3EventMessage) => {
      events.push(event);
      bus.emit('event');
    };
    const { s3, engine } = await open({ onEvent });
    await s3.send(new CreateBucketCommand({ Bucket }));
    const Key = 'uploads/a b+ü.jpg';
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'hello' }));
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/${encodeURIComponent(Key)}` }));
    await postForm(engine, Bucket, await signedFields(engine, { bucket: Bucket, key: 'form' }), 'x');
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'parts' }));
    const { ETag } = await s3.send(new UploadPartCommand({ Bucket, Key: 'parts', UploadId, PartNumber: 1, Body: 'x' }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'parts', UploadId, MultipartUpload }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'never was' }));
    while (events.length < 5) await once(bus, 'event');

    const records = events.flatMap((event) => event.Records);
    expect(records.map((record) => [record.eventName, record.s3.object.key])).toEqual([
      ['ObjectCreated:Put', 'uploads/a+b%2B%C3%BC.jpg'],
      ['ObjectCreated:Copy', 'copy'],
      ['ObjectCreated:Post', 'form'],
      ['ObjectCreated:CompleteMultipartUpload', 'parts'],
      ['ObjectRemoved:Delete', 'uploads/a+b%2B%C3%BC.jpg'],
    ]);
    const object = { size: 5, eTag: '5d41402abc4b2a76b9719d911017c592', sequencer: expect.stringMatching(/^[0-9A-F]{18}$/) };
    expect(records[0]).toMatchObject({ eventSource: 'aws:s3', awsRegion: 'us-east-1', s3: { bucket: { name: Bucket }, object } });
    const sequencers = records.map((record) => record.s3.object.sequencer);
    expect([...sequencers].sort()).toEqual(sequencers);
  });

  test('when a put is refused, then the event hook hears nothing of it', async () => {
    const events: S3EventMessage[] = [];
    const { s3 } = await open({ onEvent: (event) => events.push(event) });
    await s3.send(new CreateBucketCommand({ Bucket }));
    await refusal(s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'hello', ChecksumCRC32: 'AAAAAA==' })));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'b', Body: 'hello' }));
    expect(events.map((event) => event.Records[0]?.s3.object.key)).toEqual(['b']);
  });

  test('when missing keys shall be 403, then they are for GET, HEAD and copies, and what is there is as before', async () => {
    const { s3 } = await open({ missingKeyIs403: true });
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'hello' }));
    expect(await refusal(s3.send(new GetObjectCommand({ Bucket, Key: 'b' })))).toEqual({ name: 'AccessDenied', status: 403 });
    expect((await refusal(s3.send(new HeadObjectCommand({ Bucket, Key: 'b' })))).status).toBe(403);
    const copy = s3.send(new CopyObjectCommand({ Bucket, Key: 'c', CopySource: `${Bucket}/b` }));
    expect(await refusal(copy)).toEqual({ name: 'AccessDenied', status: 403 });
    expect((await s3.send(new HeadObjectCommand({ Bucket, Key: 'a' }))).ContentLength).toBe(5);
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'b' }));
  });

  test('when keys try to leave the folder, then all there is stays in it, under names of the store’s own', async () => {
    const parent = await temporaryFolder();
    const folder = join(parent, 'store');
    await mkdir(folder);
    const { s3 } = await open({ folder });
    await s3.send(new CreateBucketCommand({ Bucket }));
    const keys = ['../../out', '/etc/out', '..', 'a/../../../out', 'C:\\out', 'x\0y', '%2e%2e%2fout', 'index.sqlite', '../index.sqlite'];
    for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    expect(await readdir(parent)).toEqual(['store']);
    expect((await readdir(folder)).filter((name) => !name.startsWith('index.sqlite'))).toEqual(['blobs']);
    const blobs = await blobsOf(folder);
    expect(blobs).toHaveLength(keys.length);
    for (const name of blobs) expect(name).toMatch(/^[0-9a-f-]{36}$/);
    for (const Key of keys) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      expect(await Body?.transformToString()).toBe(Key);
    }
  });

  test('when no folder is given, then a store leaves nothing behind', async () => {
    const tmp = await temporaryFolder();
    const { child } = await spawnStore(undefined, { TMPDIR: tmp });
    expect(await readdir(tmp)).toHaveLength(1);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(await readdir(tmp)).toEqual([]);
  });

  test('when the port is taken, then the store says so, and its folder is free again', async () => {
    const folder = await temporaryFolder();
    const { store } = await open();
    const port = Number(new URL(store.endpoint).port);
    await expect(open({ folder, port })).rejects.toThrow(/EADDRINUSE/);
    await open({ folder });
    expect(existsSync(join(folder, 'index.sqlite'))).toBe(true);
  });

  test('when its region is another, then signatures have to be for that one, and a bucket can be made once', async () => {
    const { engine, store } = await open({ region: 'eu-central-1' });
    const s3 = clientOf({ ...engine, endpoint: store.endpoint, region: 'eu-central-1' });
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }));
    const again = s3.send(new CreateBucketCommand({ Bucket }));
    expect(await refusal(again)).toEqual({ name: 'BucketAlreadyOwnedByYou', status: 409 });
    const elsewhere = s3.send(new CreateBucketCommand({ Bucket: 'other', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
    expect(await refusal(elsewhere)).toEqual({ name: 'IllegalLocationConstraintException', status: 400 });
    s3.destroy();
  });
});
