import { createHash } from 'node:crypto';

/** More than most images need to tell their type and size. */
const HEAD_BYTES = 64 * 1024;

/** What a file says of itself without being decoded. */
export interface Seen {
  contentType: string;
  sha256: string;
}

/**
 * Looks a file through as it streams by, holding no more than its beginning.
 * @param typeOf tells the type by the beginning, or throws why it is none: then the rest is not even fetched.
 */
export async function lookThrough(file: AsyncIterable<Buffer>, typeOf: (head: Buffer) => Promise<string>): Promise<Seen> {
  const hash = createHash('sha256');
  const head: Buffer[] = [];
  let headBytes = 0;
  let contentType: string | undefined;
  for await (const chunk of file) {
    hash.update(chunk);
    if (contentType !== undefined) continue;
    head.push(chunk);
    headBytes += chunk.length;
    if (headBytes >= HEAD_BYTES) contentType = await typeOf(Buffer.concat(head));
  }
  contentType ??= await typeOf(Buffer.concat(head));
  return { contentType, sha256: hash.digest('hex') };
}
