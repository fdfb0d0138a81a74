import { crc32 } from 'node:zlib';
import { useBench } from './bench.ts';
import type { Engine } from './engine.ts';
import { contract } from './known-differences.ts';
import { type RawAnswer, send, sha256, sign, signerOf } from './raw.ts';

const EMPTY = sha256('');
const CHUNKS = ['a'.repeat(8192), 'b'.repeat(9000), 'and the rest'];
const WHOLE = CHUNKS.join('');

interface Changes {
  /** Sent instead of what was signed. */
  chunks?: string[];
  trailer?: string;
  decodedLength?: number;
  /** Left of the end of the body. */
  cut?: number;
}

const checksum = (text: string) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return bytes.toString('base64');
};

const longDate = (date: Date) => date.toISOString().replace(/[-:]|\.\d+/g, '');

/** A stream whose chunks, and trailer if it has one, are each signed over the signature before. */
async function sendSignedChunks(engine: Engine, path: string, changes: Changes = {}, withTrailer = false): Promise<RawAnswer> {
  const signer = signerOf(engine);
  const date = new Date();
  const scope = `${longDate(date).slice(0, 8)}/${engine.region}/s3/aws4_request`;
  const trailer = `x-amz-checksum-crc32:${checksum(WHOLE)}`;
  const headers: Record<string, string> = {
    'x-amz-content-sha256': `STREAMING-AWS4-HMAC-SHA256-PAYLOAD${withTrailer ? '-TRAILER' : ''}`,
    'x-amz-decoded-content-length': String(changes.decodedLength ?? WHOLE.length),
    'content-encoding': 'aws-chunked',
    ...(withTrailer ? { 'x-amz-trailer': 'x-amz-checksum-crc32' } : {}),
  };
  const signed = await sign(engine, { method: 'PUT', path, headers }, date);
  let previous = /Signature=(\w+)/.exec(signed.headers.authorization ?? '')?.[1] ?? '';
  const next = async (algorithm: string, ...hashes: string[]) => {
    const text = [algorithm, longDate(date), scope, previous, ...hashes].join('\n');
    previous = await signer.sign(text, { signingDate: date });
    return previous;
  };
  let body = '';
  for (const [index, chunk] of [...CHUNKS, ''].entries()) {
    const signature = await next('AWS4-HMAC-SHA256-PAYLOAD', EMPTY, sha256(chunk));
    const sent = changes.chunks?.[index] ?? chunk;
    body += `${sent.length.toString(16)};chunk-signature=${signature}\r\n${sent}${chunk === '' ? '' : '\r\n'}`;
  }
  if (withTrailer) {
    const signature = await next('AWS4-HMAC-SHA256-TRAILER', sha256(`${trailer}\n`));
    body += `${changes.trailer ?? trailer}\r\nx-amz-trailer-signature:${signature}\r\n`;
  }
  return send(engine, { ...signed, body: `${body}\r\n`.slice(0, changes.cut) });
}

async function sendUnsignedChunks(engine: Engine, path: string, body: string, headers: Record<string, string> = {}): Promise<RawAnswer> {
  const all = {
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'x-amz-decoded-content-length': String(WHOLE.length),
    'x-amz-trailer': 'x-amz-checksum-crc32',
    'content-encoding': 'aws-chunked',
    ...headers,
  };
  return send(engine, { ...(await sign(engine, { method: 'PUT', path, headers: all })), body });
}

const encode = (chunks: string[]) => `${chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')}0\r\n`;

describe('aws-chunked streams', () => {
  const bench = useBench();

  contract('when every chunk is signed, then the object is what was in them', async () => {
    const Bucket = await bench.bucket();
    expect((await sendSignedChunks(bench.engine, `/${Bucket}/a`)).status).toBe(200);
    expect(await bench.text(Bucket, 'a')).toBe(WHOLE);
    expect((await sendSignedChunks(bench.engine, `/${Bucket}/b`, {}, true)).status).toBe(200);
    expect(await bench.text(Bucket, 'b')).toBe(WHOLE);
    expect((await bench.head(Bucket, 'a')).ContentEncoding ?? '').toBe('');
  });

  contract('when a signed chunk is changed on its way, then nothing is stored', async () => {
    const Bucket = await bench.bucket();
    const chunks = ['a'.repeat(8192), `c${'b'.repeat(8999)}`];
    const answer = await sendSignedChunks(bench.engine, `/${Bucket}/a`, { chunks });
    expect(answer).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
    expect(await bench.keys(Bucket)).toEqual([]);
  });

  contract('when a signed trailer is changed on its way, then nothing is stored', async () => {
    const Bucket = await bench.bucket();
    const trailer = `x-amz-checksum-crc32:${checksum('other')}`;
    expect((await sendSignedChunks(bench.engine, `/${Bucket}/a`, { trailer }, true)).status).toBe(403);
    expect(await bench.keys(Bucket)).toEqual([]);
  });

  contract('when the decoded length is another than promised, or chunks are cut off, then nothing is stored', async () => {
    const Bucket = await bench.bucket();
    for (const decodedLength of [WHOLE.length + 1, WHOLE.length - 1]) {
      expect((await sendSignedChunks(bench.engine, `/${Bucket}/a`, { decodedLength })).status).toBe(400);
    }
    expect((await sendSignedChunks(bench.engine, `/${Bucket}/a`, { cut: 9000 })).status).toBe(400);
    expect(await bench.keys(Bucket)).toEqual([]);
  });

  contract('when an unsigned stream’s trailing checksum is right it is stored, when it is wrong nothing is', async () => {
    const Bucket = await bench.bucket();
    const stream = (sum: string) => `${encode(CHUNKS)}x-amz-checksum-crc32:${sum}\r\n\r\n`;
    const wrong = await sendUnsignedChunks(bench.engine, `/${Bucket}/a`, stream(checksum('other')));
    expect(wrong).toMatchObject({ status: 400, code: 'BadDigest' });
    expect(await bench.keys(Bucket)).toEqual([]);
    expect((await sendUnsignedChunks(bench.engine, `/${Bucket}/a`, stream(checksum(WHOLE)))).status).toBe(200);
    expect(await bench.text(Bucket, 'a')).toBe(WHOLE);
  });

  contract('when the promised trailer is missing or another one comes, then nothing is stored', async () => {
    const Bucket = await bench.bucket();
    const missing = await sendUnsignedChunks(bench.engine, `/${Bucket}/a`, `${encode(CHUNKS)}\r\n`);
    expect(missing).toMatchObject({ status: 400, code: 'MalformedTrailerError' });
    const other = await sendUnsignedChunks(bench.engine, `/${Bucket}/a`, `${encode(CHUNKS)}x-amz-checksum-sha1:x\r\n\r\n`);
    expect(other).toMatchObject({ status: 400, code: 'MalformedTrailerError' });
    expect(await bench.keys(Bucket)).toEqual([]);
  });

  contract('when a chunk before the last is under 8 KiB, then the stream is refused', async () => {
    const Bucket = await bench.bucket();
    const body = `${encode([...CHUNKS].reverse())}x-amz-checksum-crc32:${checksum(WHOLE)}\r\n\r\n`;
    const answer = await sendUnsignedChunks(bench.engine, `/${Bucket}/a`, body);
    expect(answer).toMatchObject({ status: 403, code: 'InvalidChunkSizeError' });
    expect(await bench.keys(Bucket)).toEqual([]);
  });

  contract('when the chunks are no chunks, then nothing is stored', async () => {
    const Bucket = await bench.bucket();
    for (const body of ['not chunks at all', 'zz\r\nxx\r\n0\r\n\r\n', '5\r\nhelloworld\r\n0\r\n\r\n']) {
      const answer = await sendUnsignedChunks(bench.engine, `/${Bucket}/a`, body, { 'x-amz-decoded-content-length': '5' });
      expect(answer.status).toBe(400);
    }
    expect(await bench.keys(Bucket)).toEqual([]);
  });
});
