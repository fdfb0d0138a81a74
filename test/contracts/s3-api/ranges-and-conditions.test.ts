import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { refusal, useBench } from './bench.ts';
import { contract } from './known-differences.ts';
import { sendSigned } from './raw.ts';

const HOUR = 3_600_000;

describe('ranges', () => {
  const bench = useBench();

  contract('when a range is asked for, then just those bytes come, with 206', async () => {
    const Bucket = await bench.bucket();
    await bench.put(Bucket, 'a', '0123456789');
    const cases = [
      ['bytes=0-3', '0123', 'bytes 0-3/10'],
      ['bytes=4-4', '4', 'bytes 4-4/10'],
      ['bytes=7-', '789', 'bytes 7-9/10'],
      ['bytes=-2', '89', 'bytes 8-9/10'],
      ['bytes=8-99', '89', 'bytes 8-9/10'],
      ['bytes=-99', '0123456789', 'bytes 0-9/10'],
    ];
    for (const [Range, text, ContentRange] of cases) {
      const { Body, ...got } = await bench.s3.send(new GetObjectCommand({ Bucket, Key: 'a', Range }));
      expect(await Body?.transformToString()).toBe(text);
      expect(got).toMatchObject({ ContentRange, ContentLength: text?.length, $metadata: { httpStatusCode: 206 } });
    }
    const head = await bench.s3.send(new HeadObjectCommand({ Bucket, Key: 'a', Range: 'bytes=2-4' }));
    expect(head).toMatchObject({ ContentLength: 3, ContentRange: 'bytes 2-4/10' });
  });

  contract('when a range lies beyond the end, then it is refused with 416', async () => {
    const Bucket = await bench.bucket();
    await bench.put(Bucket, 'a', '0123456789');
    for (const Range of ['bytes=10-', 'bytes=10-20', 'bytes=-0']) {
      const got = bench.s3.send(new GetObjectCommand({ Bucket, Key: 'a', Range }));
      expect(await refusal(got)).toEqual({ name: 'InvalidRange', status: 416 });
    }
  });

  contract('when a range makes no sense, then the whole object comes', async () => {
    const Bucket = await bench.bucket();
    await bench.put(Bucket, 'a', '0123456789');
    for (const range of ['bytes=5-3', 'lines=1-2', 'bytes=x']) {
      expect(await sendSigned(bench.engine, { path: `/${Bucket}/a`, headers: { range } })).toMatchObject({
        status: 200,
        text: '0123456789',
      });
    }
  });
});

describe('conditional reads', () => {
  const bench = useBench();

  contract('when If-Match holds it is read, when it does not it is refused with 412', async () => {
    const Bucket = await bench.bucket();
    const IfMatch = await bench.put(Bucket, 'a');
    expect((await bench.s3.send(new HeadObjectCommand({ Bucket, Key: 'a', IfMatch }))).ETag).toBe(IfMatch);
    await bench.put(Bucket, 'a', 'changed');
    const got = bench.s3.send(new GetObjectCommand({ Bucket, Key: 'a', IfMatch }));
    expect(await refusal(got)).toEqual({ name: 'PreconditionFailed', status: 412 });
  });

  contract('when If-None-Match names what is there, then 304 is all that comes', async () => {
    const Bucket = await bench.bucket();
    const etag = await bench.put(Bucket, 'a');
    const answer = await sendSigned(bench.engine, { path: `/${Bucket}/a`, headers: { 'if-none-match': etag } });
    expect(answer).toMatchObject({ status: 304, text: '' });
    expect(answer.headers.etag).toBe(etag);
    const other = await sendSigned(bench.engine, { path: `/${Bucket}/a`, headers: { 'if-none-match': '"other"' } });
    expect(other).toMatchObject({ status: 200, text: 'hello' });
  });

  contract('when times are conditions, then they decide, and etags before them', async () => {
    const Bucket = await bench.bucket();
    const etag = await bench.put(Bucket, 'a');
    const [before, after] = [-HOUR, HOUR].map((offset) => new Date(Date.now() + offset).toUTCString()) as [string, string];
    const cases: [Record<string, string>, number][] = [
      [{ 'if-modified-since': before }, 200],
      [{ 'if-modified-since': new Date().toUTCString() }, 304],
      [{ 'if-unmodified-since': after }, 200],
      [{ 'if-unmodified-since': before }, 412],
      [{ 'if-match': etag, 'if-unmodified-since': before }, 200],
      [{ 'if-none-match': '"other"', 'if-modified-since': new Date().toUTCString() }, 200],
    ];
    for (const [headers, status] of cases) {
      expect({ headers, status: (await sendSigned(bench.engine, { path: `/${Bucket}/a`, headers })).status }).toEqual({ headers, status });
    }
  });
});
