import { isUtf8 } from 'node:buffer';
import { malformed } from './row.ts';

/** How many bytes at the end belong to a character that goes on in the next chunk. */
function openBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}

/** Lets bytes pass as long as they are UTF-8: decoders would bend what isn't silently. @throws ImportFailure `malformed-file` */
export async function* onlyUtf8(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let open = Buffer.alloc(0);
  let passed = 0;
  for await (const chunk of chunks) {
    const bytes = open.length > 0 ? Buffer.concat([open, chunk]) : chunk;
    const end = bytes.length - openBytes(bytes);
    const whole = bytes.subarray(0, end);
    if (!isUtf8(whole)) throw malformed(`The file is not UTF-8, somewhere from byte ${passed} to ${passed + end}.`);
    open = Buffer.from(bytes.subarray(end));
    passed += end;
    if (whole.length > 0) yield whole;
  }
  if (open.length > 0) throw malformed(`The file is not UTF-8: it ends in the middle of a character, at byte ${passed}.`);
}
