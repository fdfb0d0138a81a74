import { randomUUID } from 'node:crypto';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { type PhotoBucket, photoBucket } from '../../src/photos/bucket.ts';
import { allKeys, originalKey, thumbnailKey } from '../../src/photos/key.ts';
import type { PhotoId } from '../../src/photos/photo.ts';
import { useEngines } from './engines.ts';
import { aPhoto, sha256 } from './photos.ts';

describe('the bucket of photos', () => {
  const engines = useEngines();
  let bucket: PhotoBucket;
  beforeAll(() => {
    const { clients, bucket: name } = engines.current;
    bucket = photoBucket(clients.objects, clients.presigner, name, 60);
  });

  const photoOf = (bytes: Buffer, said: Parameters<typeof aPhoto>[0] = {}) =>
    aPhoto({ bytes: bytes.length, sha256: sha256(bytes), ...said });
  const put = (Key: string, Body: string) =>
    engines.current.clients.objects.send(new PutObjectCommand({ Bucket: engines.current.bucket, Key, Body }));

  async function original(photo: PhotoId) {
    const get = new GetObjectCommand({ Bucket: engines.current.bucket, Key: originalKey(photo), ChecksumMode: 'ENABLED' });
    const { Body, ContentType, ChecksumSHA256 } = await engines.current.clients.objects.send(get);
    return { bytes: Buffer.from((await Body?.transformToByteArray()) ?? []), ContentType, ChecksumSHA256 };
  }
  async function keysOf({ userId }: PhotoId): Promise<string[]> {
    const { Contents = [] } = await engines.current.clients.objects.send(new ListObjectsV2Command({ Bucket: engines.current.bucket }));
    const folder = `/${Buffer.from(userId).toString('base64url')}/`;
    return Contents.map(({ Key = '' }) => Key).filter((key) => key.includes(folder));
  }

  test('when an original is put, then its bytes, type and checksum are there', async () => {
    const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251));
    const photo = photoOf(bytes, { contentType: 'image/webp' });
    await bucket.putOriginal(photo, bytes);
    const stored = await original(photo);
    expect(stored.bytes.equals(bytes)).toBe(true);
    expect(stored).toMatchObject({ ContentType: 'image/webp', ChecksumSHA256: Buffer.from(photo.sha256, 'hex').toString('base64') });
  });

  test('when a user’s id is of any kind, then the original lies in that user’s folder alone', async () => {
    for (const userId of ['auth0|1', '../../x', 'a/b+c %2F', '猫', 'x'.repeat(128)]) {
      const photo = photoOf(Buffer.from(userId), { userId });
      await bucket.putOriginal(photo, Buffer.from(userId));
      expect(await keysOf(photo)).toEqual([originalKey(photo)]);
      expect((await original(photo)).bytes.toString()).toBe(userId);
    }
  });

  test('when an original is put twice, then the first stays', async () => {
    const photo = photoOf(Buffer.from('first'));
    expect(await bucket.putOriginal(photo, Buffer.from('first'))).toBe(true);
    expect(await bucket.putOriginal({ ...photo, sha256: sha256('second') }, Buffer.from('second'))).toBe(false);
    expect((await original(photo)).bytes.toString()).toBe('first');
  });

  test('when an original is put by many at once, then the one that is told so is there', async () => {
    const photo = photoOf(Buffer.from(''));
    const tries = Array.from({ length: 6 }, (_, index) => Buffer.from(`try ${index}`));
    const put = await Promise.all(tries.map((bytes) => bucket.putOriginal({ ...photo, sha256: sha256(bytes) }, bytes)));
    expect(put.filter(Boolean)).toHaveLength(1);
    expect((await original(photo)).bytes.toString()).toBe(`try ${put.indexOf(true)}`);
  });

  test('when the bytes are not those of the sha256, then they are refused and nothing is stored', async () => {
    const photo = photoOf(Buffer.from('abc'));
    await expect(bucket.putOriginal(photo, Buffer.from('abd'))).rejects.toThrow();
    expect(await keysOf(photo)).toEqual([]);
  });

  test('when an original is there, then it is opened to be read; when there is none, then nothing is', async () => {
    const photo = photoOf(Buffer.from('abc'));
    expect(await bucket.openOriginal(photo)).toBeUndefined();
    await bucket.putOriginal(photo, Buffer.from('abc'));
    const opened = await bucket.openOriginal(photo);
    expect([opened?.bytes, (await opened?.read())?.toString()]).toEqual([3, 'abc']);
  });

  test('when a thumbnail is put, then it is there as WebP; put anew, it is the new one; removed, also twice, it alone is gone', async () => {
    const photo = photoOf(Buffer.from('original'));
    await bucket.putOriginal(photo, Buffer.from('original'));
    for (const made of ['first', 'second']) {
      await bucket.putThumbnail(photo, Buffer.from(made));
      const get = new GetObjectCommand({ Bucket: engines.current.bucket, Key: thumbnailKey(photo) });
      const { Body, ContentType } = await engines.current.clients.objects.send(get);
      expect([await Body?.transformToString(), ContentType]).toEqual([made, 'image/webp']);
    }
    for (const _ of ['once', 'again']) await bucket.removeThumbnail(photo);
    expect(await keysOf(photo)).toEqual([originalKey(photo)]);
  });

  test('when photos are removed, then all their objects are gone, and nobody else’s', async () => {
    const [photo, other] = [photoOf(Buffer.from('a')), photoOf(Buffer.from('b'))];
    for (const key of [...allKeys(photo), ...allKeys(other)]) await put(key, 'x');
    await bucket.removeAll([photo]);
    expect(await keysOf(photo)).toEqual([]);
    expect(await keysOf(other)).toEqual(allKeys(other).toSorted());
  });

  test('when there are more objects than one call removes, or none at all, then it is fine', async () => {
    const userId = randomUUID();
    const photos = Array.from({ length: 400 }, () => aPhoto({ userId }));
    const last = photos.at(-1) as PhotoId;
    for (const key of allKeys(last)) await put(key, 'x');
    await bucket.removeAll(photos);
    expect(await keysOf(last)).toEqual([]);
    await bucket.removeAll([]);
  });

  test('when the bucket answers, then ping resolves; when there is none, then it rejects', async () => {
    const { objects, presigner } = engines.current.clients;
    await expect(bucket.ping()).resolves.toBeUndefined();
    await expect(photoBucket(objects, presigner, `no-such-bucket-${randomUUID()}`, 60).ping()).rejects.toThrow();
  });
});
