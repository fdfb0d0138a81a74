import { S3Error } from './errors.ts';

const incomplete = () => new S3Error('IncompleteBody', 'The request body terminated unexpectedly');

/** Reads lines and runs of bytes from a stream of buffers. */
export class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next line without its `\r\n` or `\n`. @throws S3Error IncompleteBody, also when it's longer than `limit` bytes */
  async line(limit: number): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf(10);
      if (end > limit || (end < 0 && this.#rest.length > limit)) throw incomplete();
      if (end >= 0) {
        const line = this.#rest.toString('utf8', 0, end);
        this.#rest = this.#rest.subarray(end + 1);
        return line.endsWith('\r') ? line.slice(0, -1) : line;
      }
      if (!(await this.#more())) throw incomplete();
    }
  }

  /** Exactly `count` bytes, in the pieces they come in. */
  async *bytes(count: number): AsyncGenerator<Buffer> {
    let left = count;
    while (left > 0) {
      if (this.#rest.length === 0 && !(await this.#more())) throw incomplete();
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  /** True when nothing is left. */
  async atEnd(): Promise<boolean> {
    while (this.#rest.length === 0) if (!(await this.#more())) return true;
    return false;
  }

  async #more(): Promise<boolean> {
    const next = await this.#source.next();
    if (next.done) return false;
    this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value]);
    return true;
  }
}
