import { createHash } from 'node:crypto';
import { ByteReader } from './byte-reader.ts';
import { S3Error } from './errors.ts';
import type { ChunkSignatures } from './payload.ts';

const MAX_LINE = 1024;
const MIN_CHUNK = 8192;
const malformed = () =>
  new S3Error(
    'MalformedTrailerError',
    'The request contained trailing data that was not well-formed or did not conform to our published schema.',
  );
const badChunk = () => new S3Error('IncompleteBody', 'The chunk header of the aws-chunked body is not well-formed');

export interface ChunkedOptions {
  signatures?: ChunkSignatures;
  /** Lower-case names the request's `x-amz-trailer` promised; exactly these have to come. */
  expectedTrailers: string[];
  /** Filled in once the body has been read. */
  trailers: Map<string, string>;
}

/**
 * Decodes `aws-chunked`, checking each chunk's signature if there is one: bytes come out before theirs is checked,
 * so nothing made of them may be shown before the end.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export async function* decodeAwsChunked(source: AsyncIterable<Buffer>, options: ChunkedOptions): AsyncGenerator<Buffer> {
  const reader = new ByteReader(source);
  let before = MIN_CHUNK;
  for (;;) {
    const { size, signature } = readChunkHeader(await reader.line(MAX_LINE));
    if (size > 0 && before < MIN_CHUNK) {
      throw new S3Error('InvalidChunkSizeError', 'Only the last chunk is allowed to have a size less than 8192 bytes');
    }
    before = size;
    const hash = options.signatures && createHash('sha256');
    for await (const piece of reader.bytes(size)) {
      hash?.update(piece);
      yield piece;
    }
    if (options.signatures && hash) await options.signatures.checkChunk(signature, hash.digest('hex'));
    if (size === 0) break;
    if ((await reader.line(2)) !== '') throw badChunk();
  }
  await readTrailers(reader, options);
  if (!(await reader.atEnd())) throw malformed();
}

function readChunkHeader(line: string): { size: number; signature: string } {
  const match = /^([0-9a-fA-F]{1,10})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
  if (!match?.[1]) throw badChunk();
  return { size: Number.parseInt(match[1], 16), signature: match[2] ?? '' };
}

async function readTrailers(reader: ByteReader, options: ChunkedOptions): Promise<void> {
  const { expectedTrailers, trailers, signatures } = options;
  let signature: string | undefined;
  while (!(await reader.atEnd())) {
    const line = await reader.line(MAX_LINE);
    // AWS's documents show a blank line before the trailer's signature, its SDKs send none.
    if (line === '') continue;
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'x-amz-trailer-signature') signature = value;
    else if (colon > 0 && expectedTrailers.includes(name)) trailers.set(name, value);
    else throw malformed();
  }
  if (expectedTrailers.some((name) => !trailers.has(name))) throw malformed();
  if (!signatures || expectedTrailers.length === 0) return;
  const text = [...trailers].map(([name, value]) => `${name}:${value}\n`).join('');
  await signatures.checkTrailer(signature ?? '', text);
}
