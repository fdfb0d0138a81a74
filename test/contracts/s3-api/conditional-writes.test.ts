import { Readable } from 'node:stream';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { refusal, useBench } from './bench.ts';
import { contract } from './known-differences.ts';

describe('conditional writes', () => {
  const bench = useBench();

  contract('when a key exists, then a put with If-None-Match is refused and the object stays', async () => {
    const Bucket = await bench.bucket();
    const create = (Body: string) => bench.s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body, IfNoneMatch: '*' }));
    await create('first');
    expect(await refusal(create('second'))).toEqual({ name: 'PreconditionFailed', status: 412 });
    expect(await bench.text(Bucket, 'a')).toBe('first');
  });

  contract('when many writers create one key at once, then just one of them succeeds', async () => {
    const Bucket = await bench.bucket();
    const bodies = Array.from({ length: 12 }, (_, index) => `${index}`.repeat(20_000));
    const writes = bodies.map((Body) => bench.s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body, IfNoneMatch: '*' })));
    const results = await Promise.allSettled(writes);
    const winners = results.flatMap((result, index) => (result.status === 'fulfilled' ? [index] : []));
    expect(winners).toHaveLength(1);
    expect(await bench.text(Bucket, 'a')).toBe(bodies[winners[0] ?? -1]);
  });

  contract('when a slow writer is overtaken, then it loses at its commit', async () => {
    const Bucket = await bench.bucket();
    let overtake = async () => {};
    const Body = Readable.from(
      (async function* () {
        yield Buffer.alloc(20_000, 'a');
        await overtake();
        yield Buffer.alloc(20_000, 'a');
      })(),
    );
    overtake = async () => void (await bench.put(Bucket, 'a', 'faster'));
    const slow = bench.s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body, ContentLength: 40_000, IfNoneMatch: '*' }));
    expect((await refusal(slow)).status).toBe(412);
    expect(await bench.text(Bucket, 'a')).toBe('faster');
  });

  contract('when If-Match names another version, then the put is refused; when it names this one, it is done', async () => {
    const Bucket = await bench.bucket();
    const IfMatch = await bench.put(Bucket, 'a', 'first');
    const replace = (Body: string) => bench.s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body, IfMatch }));
    await replace('second');
    expect(await refusal(replace('third'))).toEqual({ name: 'PreconditionFailed', status: 412 });
    expect(await bench.text(Bucket, 'a')).toBe('second');
  });

  contract('when If-Match meets a missing key, then the put is refused with 404', async () => {
    const Bucket = await bench.bucket();
    const put = bench.s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', IfMatch: '"any"' }));
    expect(await refusal(put)).toEqual({ name: 'NoSuchKey', status: 404 });
    expect(await bench.keys(Bucket)).toEqual([]);
  });

  contract('when a delete’s If-Match does not hold, then the object stays', async () => {
    const Bucket = await bench.bucket();
    const old = await bench.put(Bucket, 'a', 'first');
    const now = await bench.put(Bucket, 'a', 'second');
    const remove = (IfMatch: string) => bench.s3.send(new DeleteObjectCommand({ Bucket, Key: 'a', IfMatch }));
    expect(await refusal(remove(old))).toEqual({ name: 'PreconditionFailed', status: 412 });
    expect(await bench.text(Bucket, 'a')).toBe('second');
    await remove(now);
    expect(await bench.keys(Bucket)).toEqual([]);
  });
});
