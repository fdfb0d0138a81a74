import { CreateMultipartUploadCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { photoInventory } from '../../src/photos/inventory.ts';
import { originalKey, thumbnailKey, uploadKey } from '../../src/photos/key.ts';
import type { InventoryPage } from '../../src/photos/photo.ts';
import { useEngines } from './engines.ts';
import { aPhoto } from './photos.ts';

describe('the inventory of the bucket', () => {
  const engines = useEngines();
  const inventory = () => photoInventory(engines.current.clients.objects, engines.current.bucket, 4);
  const send = () => ({ s3: engines.current.clients.objects, Bucket: engines.current.bucket });

  async function put(...keys: string[]): Promise<void> {
    const { s3, Bucket } = send();
    await Promise.all(keys.map((Key) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))));
  }
  async function begin(key: string): Promise<string> {
    const { s3, Bucket } = send();
    return String((await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: key }))).UploadId);
  }
  /** All pages, each with at least one item but for the last. */
  async function walk<T>(list: (after: string | undefined) => Promise<InventoryPage<T>>): Promise<T[]> {
    const items: T[] = [];
    for (let page = await list(undefined); ; page = await list(page.next)) {
      items.push(...page.items);
      if (page.next === undefined) return items;
      expect(page.items.length).toBeGreaterThan(0);
    }
  }

  test('when objects are listed, then each of whichever user and kind comes once, with its time, over several pages', async () => {
    const before = Date.now();
    const photos = Array.from({ length: 5 }, () => aPhoto());
    const keys = photos.flatMap((photo) => [originalKey(photo), thumbnailKey(photo), uploadKey(photo)]);
    await put(...keys);
    const listed = await walk(inventory().objects);
    expect(listed.map(({ key }) => key)).toEqual(keys.toSorted());
    for (const { since } of listed) expect(Math.abs(since.getTime() - before)).toBeLessThan(60_000);

    const [first = '', second] = listed.map(({ key }) => key);
    await inventory().remove(first);
    await inventory().remove(first);
    expect((await inventory().objects(undefined)).items[0]?.key).toBe(second);
    expect((await inventory().objects(second)).items[0]?.key).toBe(listed[2]?.key);
  });

  test('when multipart uploads are listed, then each comes once, with its time, until it is ended', async () => {
    const before = Date.now();
    expect((await inventory().multiparts(undefined)).items).toEqual([]);
    const [one, two] = [uploadKey(aPhoto()), uploadKey(aPhoto())];
    const begun = [await begin(one), await begin(one), await begin(two)];
    const listed = await walk(inventory().multiparts);
    expect(listed.map(({ uploadId }) => uploadId).sort()).toEqual(begun.toSorted());
    expect(listed.filter(({ key }) => key === one)).toHaveLength(2);
    for (const { since } of listed) expect(Math.abs(since.getTime() - before)).toBeLessThan(60_000);

    const [ended, ...others] = listed;
    if (!ended) throw new Error('nothing was listed');
    for (const _ of ['once', 'again']) await inventory().abort(ended);
    expect(await walk(inventory().multiparts)).toEqual(others);
    for (const upload of others) await inventory().abort(upload);
    expect(await walk(inventory().multiparts)).toEqual([]);
  });

  test('when more multipart uploads are open than one page holds, then the next page goes on, also within a key', async () => {
    const keys = [aPhoto(), aPhoto()].map(uploadKey);
    for (const key of keys) for (let count = 0; count < 6; count++) await begin(key);
    const listed = await walk(inventory().multiparts);
    expect(new Set(listed.map(({ uploadId }) => uploadId)).size).toBe(12);
    expect(listed).toHaveLength(12);
    expect(new Set(listed.map(({ key }) => key))).toEqual(new Set(keys));
  });
});
