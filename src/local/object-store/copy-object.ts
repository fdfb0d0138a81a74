import { createHash } from 'node:crypto';
import { mayRead, writeConditions } from './conditions.ts';
import { invalidArgument, notImplemented, S3Error } from './errors.ts';
import { readObjectHeaders } from './object-headers.ts';
import type { ObjectRecord } from './object-table.ts';
import { type Answer, type Call, xmlAnswer } from './operation.ts';
import { wholeSecond } from './put-object.ts';
import type { Headers, S3Request } from './request.ts';

/** CopyObject. Bytes are never changed, so the copy only gives them a second name. */
export async function copyObject({ store, request }: Call): Promise<Answer> {
  const { bucket, key, headers } = request;
  const replace = readDirective(headers);
  const conditions = writeConditions(headers);
  const from = readSource(headers['x-amz-copy-source'] ?? '');
  store.bucket(bucket);
  const source = store.object(from.bucket, from.key);
  if (!mayRead(headers, source, 'x-amz-copy-source-')) {
    throw new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
      Condition: 'If-None-Match',
    });
  }
  if (!replace && from.bucket === bucket && from.key === key) {
    const message =
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.";
    throw new S3Error('InvalidRequest', message);
  }
  const kept = replace ? readObjectHeaders(headers) : { headers: source.headers, metadata: source.metadata };
  const blob = store.blobs.link(source.blob);
  const copy: ObjectRecord = { ...source, ...kept, bucket, key, blob, modified: wholeSecond() };
  if (source.etag.includes('-')) Object.assign(copy, await asOnePart(store.blobs.read(blob), source));
  await store.publish(copy, conditions, 'ObjectCreated:Copy', request.id);
  return xmlAnswer('CopyObjectResult', {
    ETag: `"${copy.etag}"`,
    LastModified: new Date(copy.modified).toISOString(),
    ...checksumXml(copy),
  });
}

/** Whether `request` is a copy: it is told from a put by its header alone. */
export const isCopy = (request: S3Request) => request.headers['x-amz-copy-source'] !== undefined;

export function checksumXml({ checksum }: Pick<ObjectRecord, 'checksum'>): Record<string, string> {
  return checksum ? { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type } : {};
}

/** A copy is written as one piece, whatever its source was uploaded in, and so are its etag and checksum. */
async function asOnePart(bytes: AsyncIterable<Buffer>, source: ObjectRecord): Promise<Pick<ObjectRecord, 'etag' | 'checksum'>> {
  const md5 = createHash('md5');
  for await (const piece of bytes) md5.update(piece);
  return { etag: md5.digest('hex'), checksum: source.checksum?.type === 'FULL_OBJECT' ? source.checksum : undefined };
}

function readDirective(headers: Headers): boolean {
  if (headers['x-amz-checksum-algorithm'] !== undefined) throw notImplemented('x-amz-checksum-algorithm');
  const directive = headers['x-amz-metadata-directive'] ?? 'COPY';
  if (directive === 'COPY' || directive === 'REPLACE') return directive === 'REPLACE';
  throw invalidArgument('Unknown metadata directive.', 'x-amz-metadata-directive', directive);
}

/** Reads `[/]bucket/key`, percent-encoded. */
function readSource(header: string): { bucket: string; key: string } {
  const wrong = (message: string) => invalidArgument(message, 'x-amz-copy-source', header);
  if (/\?versionId=/.test(header)) throw notImplemented('x-amz-copy-source');
  let path: string;
  try {
    path = decodeURIComponent(header).replace(/^\//, '');
  } catch {
    throw wrong('Copy Source must be URL-encoded');
  }
  const slash = path.indexOf('/');
  if (slash < 1 || slash === path.length - 1) throw wrong('Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
  return { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
}
