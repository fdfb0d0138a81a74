import { once } from 'node:events';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { cleanUp, open, sendPart, sendRaw, temporaryFolder, untilBlobs } from './embedded.ts';
import { signedFields } from './form.ts';
import { describeEmbedded } from './known-differences.ts';
import { sign } from './raw.ts';

const Bucket = 'photos';
const unsigned = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };

describeEmbedded('clients of the embedded store that hang up', () => {
  afterEach(cleanUp);

  const openWithBucket = async () => {
    const folder = await temporaryFolder();
    const opened = await open({ folder });
    await opened.s3.send(new CreateBucketCommand({ Bucket }));
    const keys = async () => ((await opened.s3.send(new ListObjectsV2Command({ Bucket }))).Contents ?? []).map(({ Key }) => Key);
    return { folder, keys, ...opened };
  };

  test('when one hangs up in the middle of a put, then nothing is stored and its bytes are removed', async () => {
    const { folder, engine, keys } = await openWithBucket();
    const headers = { ...unsigned, 'content-length': '1000000' };
    const socket = await sendPart(engine, { method: 'PUT', path: `/${Bucket}/a` }, Buffer.alloc(300_000), headers);
    await untilBlobs(folder, 1);
    socket.destroy();
    await untilBlobs(folder, 0);
    expect(await keys()).toEqual([]);
  });

  test('when one hangs up in the middle of a chunk, then nothing is stored', async () => {
    const { folder, engine, keys } = await openWithBucket();
    const headers = {
      'content-length': '1000000',
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': '900000',
      'x-amz-trailer': 'x-amz-checksum-crc32',
    };
    const socket = await sendPart(engine, { method: 'PUT', path: `/${Bucket}/a` }, `dbba0\r\n${'a'.repeat(200_000)}`, headers);
    await untilBlobs(folder, 1);
    socket.destroy();
    await untilBlobs(folder, 0);
    expect(await keys()).toEqual([]);
  });

  test('when one hangs up in the middle of a part, then the upload hasn’t got it', async () => {
    const { folder, engine, s3 } = await openWithBucket();
    const target = { Bucket, Key: 'a', UploadId: (await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'a' }))).UploadId };
    const path = `/${Bucket}/a?partNumber=1&uploadId=${target.UploadId}`;
    const socket = await sendPart(engine, { method: 'PUT', path }, Buffer.alloc(300_000), { ...unsigned, 'content-length': '1000000' });
    await untilBlobs(folder, 1);
    socket.destroy();
    await untilBlobs(folder, 0);
    expect((await s3.send(new ListPartsCommand(target))).Parts ?? []).toEqual([]);
  });

  test('when one hangs up in the middle of a form’s file, then nothing is stored', async () => {
    const { folder, engine, keys } = await openWithBucket();
    const fields = Object.entries(await signedFields(engine, { bucket: Bucket }));
    const parts = fields.map(([name, value]) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
    const file = `--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n${'a'.repeat(200_000)}`;
    const headers = { 'content-length': '1000000', 'content-type': 'multipart/form-data; boundary=x' };
    const socket = await sendRaw(engine, { method: 'POST', path: `/${Bucket}`, headers }, parts.join('') + file);
    await untilBlobs(folder, 1);
    socket.destroy();
    await untilBlobs(folder, 0);
    expect(await keys()).toEqual([]);
  });

  test('when one hangs up in the middle of a download, then the next one gets it whole', async () => {
    const { engine, s3 } = await openWithBucket();
    const body = Buffer.alloc(8_000_000, 'a');
    await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: body }));
    const socket = await sendRaw(engine, { method: 'GET', ...(await sign(engine, { path: `/${Bucket}/a` })) }, '');
    await once(socket, 'data');
    socket.destroy();
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'a' }));
    expect((await Body?.transformToByteArray())?.length).toBe(body.length);
  });

  test('when one sends what is no HTTP, then the store goes on', async () => {
    const { engine, keys } = await openWithBucket();
    const socket = await sendRaw(engine, { method: 'PUT\0', path: '/' }, 'nonsense');
    socket.resume();
    await once(socket, 'close');
    expect(await keys()).toEqual([]);
  });

  test('when the store is closed in the middle of a put, then it closes, and nothing is stored', async () => {
    const { folder, engine, store } = await openWithBucket();
    const headers = { ...unsigned, 'content-length': '1000000' };
    const socket = await sendPart(engine, { method: 'PUT', path: `/${Bucket}/a` }, Buffer.alloc(300_000), headers);
    socket.on('error', () => {});
    await untilBlobs(folder, 1);
    await store.close();
    await untilBlobs(folder, 0);
    const again = await open({ folder });
    expect((await again.s3.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
  });

  test('when a refused client is still sending, then it sees the refusal', async () => {
    const { engine, keys } = await openWithBucket();
    const signed = await sign(engine, { method: 'PUT', path: `/${Bucket}/a`, headers: { ...unsigned, 'content-length': '20000000' } });
    const socket = await sendRaw(engine, { ...signed, path: `/${Bucket}/b` }, Buffer.alloc(10_000_000));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(String(answer)).toMatch(/^HTTP\/1.1 403 /);
    // The connection is still good once the rest has come.
    socket.write(Buffer.alloc(10_000_000));
    const { headers } = await sign(engine, { path: `/${Bucket}?list-type=2` });
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    socket.write([`GET /${Bucket}?list-type=2 HTTP/1.1`, ...lines, '', ''].join('\r\n'));
    let next = '';
    while (!next.includes('ListBucketResult>')) next += String((await once(socket, 'data'))[0]);
    expect(next).toContain('HTTP/1.1 200 ');
    socket.destroy();
    expect(await keys()).toEqual([]);
  });

  test('when a client waits for leave to send and is refused, then it need not send at all', async () => {
    const { engine } = await openWithBucket();
    const signed = await sign(engine, { method: 'PUT', path: `/${Bucket}/a`, headers: { ...unsigned, 'content-length': '20000000' } });
    const request = { ...signed, path: `/${Bucket}/b`, headers: { ...signed.headers, expect: '100-continue' } };
    const socket = await sendRaw(engine, request, '');
    let answer = '';
    for await (const piece of socket) answer += piece;
    expect(answer).toMatch(/^HTTP\/1.1 403 /);
  });
});
