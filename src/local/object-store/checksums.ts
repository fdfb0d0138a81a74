import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Crc32c, Crc64Nvme } from '@aws-sdk/checksums/crc';
import { S3Error } from './errors.ts';
import type { Headers } from './request.ts';

/** Whole-object checksums S3 knows, and how long each is in bytes. */
const lengths = { CRC32: 4, CRC32C: 4, CRC64NVME: 8, SHA1: 20, SHA256: 32 } as const;

export type ChecksumAlgorithm = keyof typeof lengths;

/** `COMPOSITE` is the checksum of a multipart object's part checksums. */
export interface Checksum {
  algorithm: ChecksumAlgorithm;
  type: 'FULL_OBJECT' | 'COMPOSITE';
  /** Base64; a composite one ends in `-<number of parts>`. */
  value: string;
}

export interface Digest {
  update(bytes: Buffer): void;
  digest(): Promise<Buffer>;
}

export function isAlgorithm(name: string): name is ChecksumAlgorithm {
  return Object.hasOwn(lengths, name);
}

export function newDigest(algorithm: ChecksumAlgorithm): Digest {
  switch (algorithm) {
    case 'CRC32':
      return new Crc32();
    case 'CRC32C':
      return wrap(new Crc32c());
    case 'CRC64NVME':
      return wrap(new Crc64Nvme());
    case 'SHA1':
    case 'SHA256': {
      const hash = createHash(algorithm.toLowerCase());
      return { update: (bytes) => void hash.update(bytes), digest: async () => hash.digest() };
    }
  }
}

class Crc32 implements Digest {
  #value = 0;

  update(bytes: Buffer): void {
    this.#value = crc32(bytes, this.#value);
  }

  async digest(): Promise<Buffer> {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(this.#value);
    return bytes;
  }
}

function wrap(hash: { update(bytes: Uint8Array): void; digest(): Promise<Uint8Array> }): Digest {
  return { update: (bytes) => hash.update(bytes), digest: async () => Buffer.from(await hash.digest()) };
}

export const checksumHeader = (algorithm: ChecksumAlgorithm) => `x-amz-checksum-${algorithm.toLowerCase()}`;

/** The checksum a request promises: its value is undefined when it comes as a trailer. */
export interface PromisedChecksum {
  algorithm: ChecksumAlgorithm;
  value?: string;
}

/** @param headers of a request, or fields of a form. @throws S3Error InvalidRequest */
export function promisedChecksum(headers: Headers): PromisedChecksum | undefined {
  const invalid = (message: string) => new S3Error('InvalidRequest', message);
  const trailers = (headers['x-amz-trailer'] ?? '').toLowerCase();
  const names = (Object.keys(lengths) as ChecksumAlgorithm[]).filter(
    (algorithm) =>
      headers[checksumHeader(algorithm)] !== undefined || trailers.split(',').some((name) => name.trim() === checksumHeader(algorithm)),
  );
  const [algorithm, second] = names;
  if (second) throw invalid('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  if (!algorithm) {
    if (headers['x-amz-sdk-checksum-algorithm'] === undefined) return undefined;
    throw invalid('x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.');
  }
  const value = headers[checksumHeader(algorithm)];
  if (value !== undefined) checkForm(algorithm, value, `Value for ${checksumHeader(algorithm)} header is invalid.`);
  return { algorithm, value };
}

/** @throws S3Error InvalidRequest when the value can't be a checksum of that algorithm */
export function checkForm(algorithm: ChecksumAlgorithm, value: string, message: string): void {
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length !== lengths[algorithm] || bytes.toString('base64') !== value) throw new S3Error('InvalidRequest', message);
}
