import { createHash } from 'node:crypto';
import type { Claim } from './claim.ts';
import { invalidArgument, S3Error } from './errors.ts';
import { type Signer, sameSignature } from './sigv4.ts';

/** How a body comes, said by the signed `x-amz-content-sha256`. */
export type Payload =
  | { kind: 'unsigned' }
  | { kind: 'hashed'; sha256: string }
  | { kind: 'aws-chunked'; trailer: boolean; signatures?: ChunkSignatures };

/** Each chunk's signature is made over the one before, the first over the request's. */
export interface ChunkSignatures {
  checkChunk(signature: string, sha256: string): Promise<void>;
  checkTrailer(signature: string, text: string): Promise<void>;
}

const EMPTY_SHA256 = createHash('sha256').digest('hex');

/** @throws S3Error InvalidArgument for a word S3 doesn't know */
export function readPayload(claim: Claim, signer: Signer): Payload {
  const word = claim.payloadHash;
  if (/^[0-9a-f]{64}$/.test(word)) return { kind: 'hashed', sha256: word };
  switch (word) {
    case 'UNSIGNED-PAYLOAD':
      return { kind: 'unsigned' };
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return { kind: 'aws-chunked', trailer: true };
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
      return { kind: 'aws-chunked', trailer: false, signatures: chunkSignatures(claim, signer) };
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return { kind: 'aws-chunked', trailer: true, signatures: chunkSignatures(claim, signer) };
    default:
      throw invalidArgument(
        'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-…, or a valid sha256 value.',
        'x-amz-content-sha256',
        word,
      );
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html */
function chunkSignatures(claim: Claim, signer: Signer): ChunkSignatures {
  let previous = claim.signature;
  const check = async (signature: string, algorithm: string, ...hashes: string[]) => {
    const text = [algorithm, claim.date, signer.scope(claim.date), previous, ...hashes].join('\n');
    if (!sameSignature(await signer.textSignature(text, claim.date), signature)) {
      throw new S3Error('SignatureDoesNotMatch', 'The signature of a chunk does not match the one calculated.');
    }
    previous = signature;
  };
  return {
    checkChunk: (signature, sha256) => check(signature, 'AWS4-HMAC-SHA256-PAYLOAD', EMPTY_SHA256, sha256),
    checkTrailer: (signature, text) => check(signature, 'AWS4-HMAC-SHA256-TRAILER', createHash('sha256').update(text).digest('hex')),
  };
}
