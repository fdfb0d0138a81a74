import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ImportFailure } from '../import.ts';
import { malformed } from './row.ts';

const CHUNK_BYTES = 65_536;

/** The chunks with the first of them at least two bytes long, as far as there are any. */
async function* withBeginning(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let beginning: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (!beginning) yield chunk;
    else if (beginning.length + chunk.length < 2) beginning = Buffer.concat([beginning, chunk]);
    else {
      yield beginning.length > 0 ? Buffer.concat([beginning, chunk]) : chunk;
      beginning = undefined;
    }
  }
  if (beginning && beginning.length > 0) yield beginning;
}

const isGzip = (bytes: Buffer) => bytes[0] === 0x1f && bytes[1] === 0x8b;

async function* gunzipped(chunks: AsyncIterable<Buffer>, mostBytes: number): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  let bytes = 0;
  // what goes wrong on the way comes out of `gunzip` too
  pipeline(Readable.from(chunks, { objectMode: false }), gunzip, () => {});
  try {
    for await (const chunk of gunzip) {
      bytes += (chunk as Buffer).length;
      if (bytes > mostBytes)
        throw new ImportFailure('decompression-limit', `The file becomes more than ${mostBytes} bytes, which is too many for its size.`);
      yield chunk as Buffer;
    }
  } catch (error) {
    const isZlibs = String((error as NodeJS.ErrnoException).code).startsWith('Z_');
    throw isZlibs ? malformed(`The gzip is broken, or breaks off, after ${bytes} bytes of what is in it.`) : error;
  }
}

/**
 * The file's bytes, decompressed if they are gzip: by their own beginning, whatever they are called.
 * @param mostBytes that may come out of a gzip.
 * @throws ImportFailure `decompression-limit`, `malformed-file`
 */
export async function* plainBytes(chunks: AsyncIterable<Buffer>, mustBeGzip: boolean, mostBytes: number): AsyncGenerator<Buffer> {
  const all = withBeginning(chunks);
  const first = await all.next();
  const rest = async function* () {
    if (!first.done) yield first.value;
    yield* all;
  };
  if (!first.done && isGzip(first.value)) yield* gunzipped(rest(), mostBytes);
  else if (mustBeGzip) throw malformed('The file is no gzip, as its name or its declaration says.');
  else yield* rest();
}
