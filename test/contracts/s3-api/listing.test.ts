import { ListObjectsCommand, ListObjectsV2Command, type ListObjectsV2CommandInput } from '@aws-sdk/client-s3';
import { refusal, useBench } from './bench.ts';
import { contract } from './known-differences.ts';

describe('listing', () => {
  const bench = useBench();

  const bucketWith = async (...keys: string[]) => {
    const Bucket = await bench.bucket();
    for (const key of keys) await bench.put(Bucket, key, '');
    return Bucket;
  };

  /** All pages of a listing, one after the other. */
  const pages = async (input: ListObjectsV2CommandInput) => {
    const found: { keys: string[]; groups: string[] }[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await bench.s3.send(new ListObjectsV2Command({ ...input, ContinuationToken }));
      const [contents, groups] = [page.Contents ?? [], page.CommonPrefixes ?? []];
      expect(page.KeyCount).toBe(contents.length + groups.length);
      expect(page.IsTruncated).toBe(page.NextContinuationToken !== undefined);
      found.push({ keys: contents.map(({ Key = '' }) => Key), groups: groups.map(({ Prefix = '' }) => Prefix) });
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
    return found;
  };

  contract('when keys are listed, then they come in the order of their UTF-8 bytes', async () => {
    const Bucket = await bucketWith('b', 'a', 'B', 'a/b', 'a-b', 'é', '😀', '\uff5e', 'ab', '1', '10', '2');
    expect(await bench.keys(Bucket)).toEqual(['1', '10', '2', 'B', 'a', 'a-b', 'a/b', 'ab', 'b', 'é', '\uff5e', '😀']);
  });

  contract('when there are more than a page holds, then pages tell of each once', async () => {
    const keys = Array.from({ length: 7 }, (_, index) => `k${index}`);
    const Bucket = await bucketWith(...keys);
    const found = await pages({ Bucket, MaxKeys: 3 });
    expect(found.map((page) => page.keys)).toEqual([keys.slice(0, 3), keys.slice(3, 6), keys.slice(6)]);
    expect((await pages({ Bucket, MaxKeys: 7 })).map((page) => page.keys)).toEqual([keys]);
  });

  contract('when a prefix is given, then only its keys are told', async () => {
    const Bucket = await bucketWith('a', 'a/', 'a/1', 'a/2', 'a0', 'b/1', '%_');
    expect(await pages({ Bucket, Prefix: 'a/' })).toEqual([{ keys: ['a/', 'a/1', 'a/2'], groups: [] }]);
    expect(await pages({ Bucket, Prefix: '%' })).toEqual([{ keys: ['%_'], groups: [] }]);
    expect(await pages({ Bucket, Prefix: 'nope' })).toEqual([{ keys: [], groups: [] }]);
  });

  contract('when a delimiter is given, then what lies below is told of as one group, also across pages', async () => {
    const Bucket = await bucketWith('a', 'b/1', 'b/2', 'b/c/3', 'c', 'd/1', 'd😀/1', 'd\u{10ffff}/1', 'e');
    expect(await pages({ Bucket, Delimiter: '/' })).toEqual([{ keys: ['a', 'c', 'e'], groups: ['b/', 'd/', 'd😀/', 'd\u{10ffff}/'] }]);
    expect(await pages({ Bucket, Delimiter: '/', MaxKeys: 2 })).toEqual([
      { keys: ['a'], groups: ['b/'] },
      { keys: ['c'], groups: ['d/'] },
      { keys: [], groups: ['d😀/', 'd\u{10ffff}/'] },
      { keys: ['e'], groups: [] },
    ]);
    expect(await pages({ Bucket, Delimiter: '/', Prefix: 'b/' })).toEqual([{ keys: ['b/1', 'b/2'], groups: ['b/c/'] }]);
  });

  contract('when it starts after a key, then only later ones are told', async () => {
    const Bucket = await bucketWith('a', 'b', 'c');
    expect(await pages({ Bucket, StartAfter: 'a' })).toEqual([{ keys: ['b', 'c'], groups: [] }]);
    expect(await pages({ Bucket, StartAfter: 'aa', MaxKeys: 1 })).toEqual([
      { keys: ['b'], groups: [] },
      { keys: ['c'], groups: [] },
    ]);
  });

  contract('when keys are asked for url-encoded, then they come so', async () => {
    const Bucket = await bucketWith('a b/c+d&é');
    const { Contents, EncodingType } = await bench.s3.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url' }));
    expect(EncodingType).toBe('url');
    expect(decodeURIComponent((Contents?.[0]?.Key ?? '').replaceAll('+', ' '))).toBe('a b/c+d&é');
    expect(Contents?.[0]?.Key).not.toContain(' ');
  });

  contract('when the token or a number is nonsense, then it is refused', async () => {
    const Bucket = await bucketWith('a');
    const list = (input: Partial<ListObjectsV2CommandInput>) => refusal(bench.s3.send(new ListObjectsV2Command({ Bucket, ...input })));
    expect(await list({ ContinuationToken: 'nonsense' })).toEqual({ name: 'InvalidArgument', status: 400 });
    expect(await list({ MaxKeys: -1 })).toEqual({ name: 'InvalidArgument', status: 400 });
  });

  contract('when no keys are asked for, then none are told', async () => {
    const Bucket = await bucketWith('a');
    expect(await pages({ Bucket, MaxKeys: 0 })).toEqual([{ keys: [], groups: [] }]);
  });

  contract('when the old way of listing is used, then markers lead through it', async () => {
    const Bucket = await bucketWith('a/1', 'b', 'c/1', 'c/2', 'd');
    const first = await bench.s3.send(new ListObjectsCommand({ Bucket, Delimiter: '/', MaxKeys: 2 }));
    expect(first).toMatchObject({ IsTruncated: true, NextMarker: 'b', CommonPrefixes: [{ Prefix: 'a/' }], Contents: [{ Key: 'b' }] });
    const second = await bench.s3.send(new ListObjectsCommand({ Bucket, Delimiter: '/', Marker: first.NextMarker }));
    expect(second).toMatchObject({ IsTruncated: false, CommonPrefixes: [{ Prefix: 'c/' }], Contents: [{ Key: 'd' }] });
  });
});
