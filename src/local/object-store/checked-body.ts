import { createHash } from 'node:crypto';
import { type Checksum, checkForm, checksumHeader, newDigest, type PromisedChecksum } from './checksums.ts';
import { S3Error } from './errors.ts';

/** What the sender promised of a body; whatever isn't kept is an error at its end. */
export interface Promises {
  /** Bytes, exactly. */
  size?: number;
  minSize?: number;
  maxSize: number;
  /** Base64. */
  md5?: string;
  /** Hex. */
  sha256?: string;
  checksum?: PromisedChecksum;
  /** Where a checksum's value is by the end of the body, when it comes as a trailer. */
  trailers?: Map<string, string>;
}

/** A stream that throws at its end, or as soon as it is too long, unless it is what its sender promised. */
export class CheckedBody implements AsyncIterable<Buffer> {
  size = 0;
  /** Hex; set at the end, as is `checksum`. */
  md5 = '';
  checksum?: Checksum;
  readonly #source: AsyncIterable<Buffer>;
  readonly #promises: Promises;

  constructor(source: AsyncIterable<Buffer>, promises: Promises) {
    this.#source = source;
    this.#promises = promises;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    const { maxSize, size, sha256, checksum } = this.#promises;
    const limit = Math.min(maxSize, size ?? maxSize);
    const md5 = createHash('md5');
    const sha = sha256 === undefined ? undefined : createHash('sha256');
    const digest = checksum && newDigest(checksum.algorithm);
    for await (const bytes of this.#source) {
      this.size += bytes.length;
      if (this.size > limit) throw this.#tooLong();
      for (const hash of [md5, sha, digest]) hash?.update(bytes);
      yield bytes;
    }
    this.#checkSize();
    if (sha && sha.digest('hex') !== sha256) {
      throw new S3Error('XAmzContentSHA256Mismatch', "The provided 'x-amz-content-sha256' header does not match what was computed.");
    }
    const hash = md5.digest();
    this.#checkMd5(hash);
    this.md5 = hash.toString('hex');
    if (checksum && digest) this.#checkChecksum(checksum, (await digest.digest()).toString('base64'));
  }

  #tooLong(): S3Error {
    if (this.#promises.size !== undefined && this.size > this.#promises.size) {
      return new S3Error('IncompleteBody', 'You provided more bytes than the length header specified');
    }
    return tooLarge(this.size, this.#promises.maxSize);
  }

  #checkSize(): void {
    const { size, minSize = 0 } = this.#promises;
    if (size !== undefined && this.size < size) {
      throw new S3Error('IncompleteBody', 'You did not provide the number of bytes specified by the Content-Length HTTP header');
    }
    if (this.size < minSize) {
      const details = { ProposedSize: this.size, MinSizeAllowed: minSize };
      throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', details);
    }
  }

  #checkMd5(computed: Buffer): void {
    const { md5 } = this.#promises;
    if (md5 === undefined) return;
    if (Buffer.from(md5, 'base64').length !== 16) throw new S3Error('InvalidDigest', 'The Content-MD5 you specified is not valid.');
    if (computed.toString('base64') !== md5) {
      throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.');
    }
  }

  #checkChecksum({ algorithm, value }: PromisedChecksum, computed: string): void {
    const promised = value ?? this.#promises.trailers?.get(checksumHeader(algorithm)) ?? '';
    checkForm(algorithm, promised, `Value for ${checksumHeader(algorithm)} trailing header is invalid.`);
    if (promised !== computed) {
      throw new S3Error('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
    }
    this.checksum = { algorithm, type: 'FULL_OBJECT', value: computed };
  }
}

export function tooLarge(size: number, maxSize: number): S3Error {
  const details = { ProposedSize: size, MaxSizeAllowed: maxSize };
  return new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', details);
}
