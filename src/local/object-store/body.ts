import type { IncomingMessage } from 'node:http';
import { decodeAwsChunked } from './aws-chunked.ts';
import { CheckedBody, tooLarge } from './checked-body.ts';
import { promisedChecksum } from './checksums.ts';
import { S3Error } from './errors.ts';
import type { Payload } from './payload.ts';
import type { S3Request } from './request.ts';

/** The most one PUT may bring: 5 GiB. */
export const MAX_PUT_BYTES = 5 * 1024 ** 3;
const MAX_XML_BYTES = 2 * 1024 ** 2;

/** Opens a request's body to be read once, checked against every promise of its headers. */
export function openBody(request: S3Request, payload: Payload, maxSize = MAX_PUT_BYTES): CheckedBody {
  const { headers, message } = request;
  const chunked = payload.kind === 'aws-chunked';
  const size = readSize(headers[chunked ? 'x-amz-decoded-content-length' : 'content-length']);
  if (size > maxSize) throw tooLarge(size, maxSize);
  const checksum = promisedChecksum(headers);
  const trailers = new Map<string, string>();
  const expectedTrailers = (headers['x-amz-trailer'] ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  const raw = readMessage(message);
  const source = chunked ? decodeAwsChunked(raw, { signatures: payload.signatures, expectedTrailers, trailers }) : raw;
  const sha256 = payload.kind === 'hashed' ? payload.sha256 : undefined;
  return new CheckedBody(source, { size, maxSize, sha256, md5: headers['content-md5'], checksum, trailers });
}

/** Reads a small document whole; with `integrity`, refuses one that came without a checksum, as S3 does. */
export async function readDocument(request: S3Request, payload: Payload, integrity = false): Promise<string> {
  if (request.headers['content-length'] === '0' && !integrity) return '';
  if (integrity && request.headers['content-md5'] === undefined && promisedChecksum(request.headers) === undefined) {
    throw new S3Error('InvalidRequest', 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*');
  }
  const pieces: Buffer[] = [];
  for await (const piece of openBody(request, payload, MAX_XML_BYTES)) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

/** A request's bytes. Stopping early leaves the connection open, so that the answer can still be sent. */
export async function* readMessage(message: IncomingMessage): AsyncGenerator<Buffer> {
  allowBody(message);
  try {
    yield* message.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  } catch (cause) {
    throw Object.assign(new S3Error('RequestTimeout', 'The client hung up before its whole body had come.'), { cause });
  }
}

const waiting = new WeakMap<IncomingMessage, () => void>();

/** Remembers that the client waits with its body for a `100 Continue`, so that a refusal comes before gigabytes do. */
export function holdBody(message: IncomingMessage, goAhead: () => void): void {
  waiting.set(message, goAhead);
}

export const bodyIsHeld = (message: IncomingMessage) => waiting.has(message);

function allowBody(message: IncomingMessage): void {
  waiting.get(message)?.();
  waiting.delete(message);
}

function readSize(header: string | undefined): number {
  if (header === undefined) throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.');
  if (!/^\d{1,15}$/.test(header)) throw new S3Error('InvalidRequest', 'The length header is not a number');
  return Number(header);
}
