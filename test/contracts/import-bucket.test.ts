import { randomUUID } from 'node:crypto';
import { GetObjectCommand, ListMultipartUploadsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { type ImportBucket, importBucket } from '../../src/imports/bucket.ts';
import { importKey, rejectsKey } from '../../src/imports/key.ts';
import { type ImportSigner, importSigner } from '../../src/imports/signer.ts';
import { sendRaw } from '../support/uploads.ts';
import { useEngines } from './engines.ts';
import { contract } from './s3-api/known-differences.ts';

const MiB = 1024 * 1024;

const engines = useEngines();
let bucket: ImportBucket;
let signer: ImportSigner;
beforeAll(() => {
  const { clients, bucket: name } = engines.current;
  bucket = importBucket(clients.objects, name);
  signer = importSigner(clients.presigner, name, { upload: 300, download: 60 });
});

const put = (Key: string, Body: string | Buffer) =>
  engines.current.clients.objects.send(new PutObjectCommand({ Bucket: engines.current.bucket, Key, Body }));
async function textAt(Key: string): Promise<string | undefined> {
  const { Body } = await engines.current.clients.objects.send(new GetObjectCommand({ Bucket: engines.current.bucket, Key }));
  return Body?.transformToString();
}
async function textOf(chunks: AsyncIterable<Buffer>): Promise<string> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString();
}
const newKey = () => `imports/${randomUUID()}.csv`;

describe('the bucket of data files', () => {
  test('when a file is opened, then its bytes, length and etag are those of the moment', async () => {
    const key = newKey();
    const { ETag } = await put(key, 'a,b\n');
    const file = await bucket.open(key, undefined);
    expect([file.bytes, `"${file.etag}"`]).toEqual([4, ETag]);
    expect(await textOf(file.read())).toBe('a,b\n');
    expect(await textOf((await bucket.open(key, file.etag)).read())).toBe('a,b\n');
  });

  test('when it was replaced, or is gone, then that is told', async () => {
    const key = newKey();
    await put(key, 'old');
    const old = await bucket.open(key, undefined);
    old.drop();
    await put(key, 'new');
    await expect(bucket.open(key, old.etag)).rejects.toMatchObject({ name: 'ImportFailure', code: 'file-changed' });
    await expect(bucket.open(newKey(), undefined)).rejects.toMatchObject({ name: 'ImportFailure', code: 'file-gone' });
    expect([await bucket.has(key), await bucket.has(newKey())]).toEqual([true, false]);
  });

  test('when one leaves off in the middle of a large file, then the next can be opened as before', async () => {
    const key = newKey();
    await put(key, Buffer.alloc(20 * MiB, 'x'));
    for (let times = 0; times < 60; times++) {
      const file = await bucket.open(key, undefined);
      for await (const _chunk of file.read()) break;
      file.drop();
    }
    const last = await bucket.open(key, undefined);
    last.drop();
    expect(last.bytes).toBe(20 * MiB);
  });
});

describe('the file of rejected rows', () => {
  test('when it is ended, then it is there whole, in place of an earlier one', async () => {
    const importId = randomUUID();
    for (const words of [['one', 'two'], ['three']]) {
      const rejects = bucket.startRejects(importId);
      for (const word of words) await rejects.write(word);
      await rejects.end();
    }
    expect(await textAt(rejectsKey(importId))).toBe('three\n');
  });

  test('when it is of many parts, then it is there whole', async () => {
    const [importId, line] = [randomUUID(), 'x'.repeat(9_999)];
    const rejects = bucket.startRejects(importId);
    for (let lines = 0; lines < 1_200; lines++) await rejects.write(line);
    await rejects.end();
    expect((await textAt(rejectsKey(importId)))?.length).toBe(12_000_000);
  });

  test.each([1, 1_200])('when it is dropped after %i lines, then there is nothing of it', async (count) => {
    const importId = randomUUID();
    const rejects = bucket.startRejects(importId);
    for (let lines = 0; lines < count; lines++) await rejects.write('x'.repeat(9_999));
    await rejects.drop();
    expect(await bucket.has(rejectsKey(importId))).toBe(false);
    const { Uploads = [] } = await engines.current.clients.objects.send(
      new ListMultipartUploadsCommand({ Bucket: engines.current.bucket }),
    );
    expect(Uploads.filter(({ Key }) => Key === rejectsKey(importId))).toEqual([]);
  });
});

describe('what is signed of an import', () => {
  contract('when a file is put as signed, then it is there; a second one is answered with 412', async () => {
    const declared = { importId: randomUUID(), format: 'csv', gzip: false, bytes: 4 } as const;
    const key = importKey(declared);
    const { url, headers } = await signer.put({ ...declared, key });
    expect((await sendRaw('PUT', url, headers, 'a,b\n')).status).toBe(200);
    expect(await textAt(key)).toBe('a,b\n');
    expect((await sendRaw('PUT', url, headers, 'c,d\n')).status).toBe(412);
  });

  contract('when rejects are fetched as signed, then they come as a file', async () => {
    const importId = randomUUID();
    await put(rejectsKey(importId), '{}\n');
    const answer = await fetch((await signer.rejects(importId)).url);
    expect([answer.status, await answer.text()]).toEqual([200, '{}\n']);
    expect(answer.headers.get('content-disposition')).toContain('attachment');
  });
});
