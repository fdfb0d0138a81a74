import { checksumHeader } from './checksums.ts';
import { invalidArgument, notImplemented, S3Error } from './errors.ts';
import type { ObjectRecord } from './object-table.ts';
import { type Headers, param, type S3Request } from './request.ts';

const KEPT = ['content-type', 'content-disposition', 'content-encoding', 'content-language', 'cache-control', 'expires'];
const META = 'x-amz-meta-';
const MAX_METADATA_BYTES = 2048;
const UNSENDABLE = /[^\t\x20-\x7e\x80-\xff]/;

/** Asking for what this store hasn't got must not look as if it had been done. */
const UNSUPPORTED = [
  'x-amz-server-side-encryption-customer-algorithm',
  'x-amz-tagging',
  'x-amz-website-redirect-location',
  'x-amz-object-lock-mode',
  'x-amz-object-lock-legal-hold',
  'x-amz-write-offset-bytes',
  'x-amz-grant-read',
  'x-amz-grant-full-control',
];

/**
 * Reads what is kept beside an object's bytes.
 * @param headers of a request, or fields of a form, names in lower case
 * @throws S3Error MetadataTooLarge beyond 2 KB of names and values
 */
export function readObjectHeaders(headers: Headers): Pick<ObjectRecord, 'headers' | 'metadata'> {
  refuseUnsupported(headers);
  const kept: Headers = {};
  for (const name of KEPT) {
    const value = name === 'content-encoding' ? withoutAwsChunked(headers[name]) : headers[name];
    if (value === undefined || value === '') continue;
    if (UNSENDABLE.test(value)) throw invalidArgument('Header value cannot be represented using ISO-8859-1.', name, value);
    kept[name] = value;
  }
  const metadata: Headers = {};
  let size = 0;
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(META)) continue;
    // A form's field may have any name; one that is no header's could never be given back.
    if (!/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) throw invalidArgument('Metadata names must be header names.', name, value);
    metadata[name.slice(META.length)] = value;
    size += Buffer.byteLength(name.slice(META.length)) + Buffer.byteLength(value);
  }
  if (size > MAX_METADATA_BYTES) {
    const details = { Size: size, MaxSizeAllowed: MAX_METADATA_BYTES };
    throw new S3Error('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', details);
  }
  return { headers: { 'content-type': 'binary/octet-stream', ...kept }, metadata };
}

/** The headers of a GET or HEAD of an object, its length aside. */
export function writeObjectHeaders(object: ObjectRecord, request: S3Request, partial: boolean): Record<string, string> {
  const answer: Record<string, string> = {
    ...object.headers,
    ETag: `"${object.etag}"`,
    'Last-Modified': new Date(object.modified).toUTCString(),
    'Accept-Ranges': 'bytes',
  };
  for (const [name, value] of Object.entries(object.metadata)) answer[META + name] = UNSENDABLE.test(value) ? encodeWord(value) : value;
  // The checksum is of the whole; a client would compare it with its part.
  if (object.checksum && !partial && request.headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED') {
    answer[checksumHeader(object.checksum.algorithm)] = object.checksum.value;
    answer['x-amz-checksum-type'] = object.checksum.type;
  }
  return { ...answer, ...overrides(request) };
}

/** `?response-content-type=…` and its kin: only signed requests get here, so the signer chose them. */
function overrides(request: S3Request): Headers {
  const headers: Headers = {};
  for (const name of KEPT) {
    const value = param(request, `response-${name}`);
    if (value === undefined) continue;
    if (UNSENDABLE.test(value)) {
      throw invalidArgument(`Header value cannot be represented using ISO-8859-1.response-${name}`, `response-${name}`, value);
    }
    headers[name] = value;
  }
  return headers;
}

/** As S3 gives back what a form said in other letters (RFC 2047). */
const encodeWord = (value: string) => `=?UTF-8?B?${Buffer.from(value).toString('base64')}?=`;

function withoutAwsChunked(value: string | undefined): string | undefined {
  const codings = value?.split(',').map((coding) => coding.trim());
  return codings?.filter((coding) => coding !== 'aws-chunked').join(',');
}

function refuseUnsupported(headers: Headers): void {
  const acl = headers['x-amz-acl'] ?? headers.acl;
  if (acl !== undefined && acl !== 'private' && acl !== 'bucket-owner-full-control') {
    throw new S3Error('AccessControlListNotSupported', 'The bucket does not allow ACLs');
  }
  const encryption = headers['x-amz-server-side-encryption'];
  if (encryption !== undefined && encryption !== 'AES256') throw notImplemented('x-amz-server-side-encryption');
  const unsupported = UNSUPPORTED.find((name) => headers[name] !== undefined);
  if (unsupported) throw notImplemented(unsupported);
}
