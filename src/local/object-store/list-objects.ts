import { invalidArgument } from './errors.ts';
import { listObjects } from './listing.ts';
import type { ObjectRecord } from './object-table.ts';
import { type Answer, type Call, xmlAnswer } from './operation.ts';
import { encodePath, param, type S3Request } from './request.ts';
import type { XmlNode } from './xml.ts';

const MAX_KEYS = 1000;
const OWNER = { ID: 'local', DisplayName: 'local' };

/** ListObjectsV2. */
export function listObjectsV2({ store, request }: Call): Answer {
  store.bucket(request.bucket);
  const token = param(request, 'continuation-token');
  const startAfter = param(request, 'start-after') ?? '';
  const after = token === undefined ? startAfter : readToken(token);
  const { listing, common, encode } = list({ store, request }, after);
  const owner = param(request, 'fetch-owner') === 'true' ? OWNER : undefined;
  return xmlAnswer('ListBucketResult', {
    ...common,
    KeyCount: listing.objects.length + listing.commonPrefixes.length,
    ContinuationToken: token,
    NextContinuationToken: listing.next === undefined ? undefined : writeToken(listing.next),
    StartAfter: startAfter === '' ? undefined : encode(startAfter),
    Contents: listing.objects.map((object) => contents(object, encode, owner)),
  });
}

/** ListObjects, the old one, which tools like s3cmd still use. */
export function listObjectsV1({ store, request }: Call): Answer {
  store.bucket(request.bucket);
  const marker = param(request, 'marker') ?? '';
  const { listing, common, encode } = list({ store, request }, marker);
  return xmlAnswer('ListBucketResult', {
    ...common,
    Marker: encode(marker),
    NextMarker: listing.next !== undefined && common.Delimiter !== undefined ? encode(listing.next) : undefined,
    Contents: listing.objects.map((object) => contents(object, encode, OWNER)),
  });
}

function list({ store, request }: Pick<Call, 'store' | 'request'>, after: string) {
  const [prefix, delimiter] = [param(request, 'prefix') ?? '', param(request, 'delimiter') ?? ''];
  const limit = Math.min(readCount(request, 'max-keys', MAX_KEYS), MAX_KEYS);
  const encode = encoder(request);
  const listing = listObjects(store.objects, { bucket: request.bucket, prefix, delimiter, after, limit });
  const common: XmlNode = {
    Name: request.bucket,
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    MaxKeys: limit,
    EncodingType: param(request, 'encoding-type'),
    IsTruncated: listing.next !== undefined,
    CommonPrefixes: listing.commonPrefixes.map((group) => ({ Prefix: encode(group) })),
  };
  return { listing, common, encode };
}

function contents(object: ObjectRecord, encode: (text: string) => string, owner?: XmlNode): XmlNode {
  return {
    Key: encode(object.key),
    LastModified: new Date(object.modified).toISOString(),
    ETag: `"${object.etag}"`,
    ChecksumAlgorithm: object.checksum?.algorithm,
    ChecksumType: object.checksum?.type,
    Size: object.size,
    Owner: owner,
    StorageClass: 'STANDARD',
  };
}

/** XML can't hold every key; `encoding-type=url` can. @throws S3Error InvalidArgument */
export function encoder(request: S3Request): (text: string) => string {
  const type = param(request, 'encoding-type');
  if (type === undefined) return (text) => text;
  if (type === 'url') return encodePath;
  throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', type);
}

/** @throws S3Error InvalidArgument unless it's a whole number from 0 */
export function readCount(request: S3Request, name: string, absent: number): number {
  const value = param(request, name);
  if (value === undefined || value === '') return absent;
  if (!/^\d{1,9}$/.test(value)) throw invalidArgument(`Provided ${name} not an integer or within integer range`, name, value);
  return Number(value);
}

const writeToken = (key: string) => Buffer.from(`1${key}`).toString('base64url');

function readToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  if (writeToken(text.slice(1)) === token) return text.slice(1);
  throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
}
