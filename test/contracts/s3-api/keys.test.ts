import { CopyObjectCommand, DeleteObjectsCommand, GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { refusal, useBench } from './bench.ts';
import { contract } from './known-differences.ts';
import { sendTo } from './raw.ts';

const KEYS = [
  '../../../../etc/passwd',
  '..',
  './a',
  '/leading',
  'a//b',
  'trailing/',
  'a b+c%20d%2Be',
  'quotes\'"!()*~',
  'ümläut/日本語/😀.jpg',
  'a\\b',
  'line\nfeed and\ttab',
  'query?and#hash&amp;=',
  'x'.repeat(1024),
  '😀'.repeat(256),
  'constructor',
  '__proto__',
  ' ',
];

describe('keys', () => {
  const bench = useBench();

  contract('when keys are of any kind, then each is its own object, whatever it looks like', async () => {
    const Bucket = await bench.bucket();
    for (const key of KEYS) await bench.put(Bucket, key, `content of ${key}`);
    for (const key of KEYS) expect(await bench.text(Bucket, key)).toBe(`content of ${key}`);
    const { Contents = [] } = await bench.s3.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url' }));
    const listed = Contents.map(({ Key = '' }) => decodeURIComponent(Key.replaceAll('+', ' ')));
    expect(listed.sort()).toEqual([...KEYS].sort());
  });

  contract('when keys are of any kind, then they can be presigned, copied and deleted too', async () => {
    const Bucket = await bench.bucket();
    for (const key of KEYS) {
      await bench.put(Bucket, key, key);
      const url = await getSignedUrl(bench.s3, new GetObjectCommand({ Bucket, Key: key }));
      expect(await sendTo(url)).toMatchObject({ status: 200, text: key });
    }
    const CopySource = `${Bucket}/${KEYS.map(encodeURIComponent)[6]}`;
    await bench.s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource }));
    expect(await bench.text(Bucket, 'copy')).toBe(KEYS[6]);
    const Objects = [...KEYS, 'copy'].map((Key) => ({ Key }));
    await bench.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(await bench.keys(Bucket)).toEqual([]);
  });

  contract('when a key is longer than 1024 bytes, then it is refused', async () => {
    const Bucket = await bench.bucket();
    expect(await refusal(bench.put(Bucket, `${'😀'.repeat(256)}x`))).toEqual({ name: 'KeyTooLongError', status: 400 });
    expect(await bench.keys(Bucket)).toEqual([]);
  });

  contract('when a key names another bucket by `..`, then that bucket stays out of reach', async () => {
    const [mine, other] = [await bench.bucket(), await bench.bucket()];
    await bench.put(other, 'secret', 'not yours');
    await bench.put(mine, `../${other}/secret`, 'mine');
    expect(await bench.text(other, 'secret')).toBe('not yours');
    expect(await refusal(bench.text(mine, `x/../../${other}/secret`))).toEqual({ name: 'NoSuchKey', status: 404 });
  });
});
