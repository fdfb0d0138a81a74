import { openBody } from './body.ts';
import { checksumHeader } from './checksums.ts';
import { checkWrite, writeConditions } from './conditions.ts';
import { readObjectHeaders } from './object-headers.ts';
import type { ObjectRecord } from './object-table.ts';
import type { Answer, Call } from './operation.ts';

/** S3 tells the time of a change in whole seconds. */
export const wholeSecond = () => Math.floor(Date.now() / 1000) * 1000;

/** PutObject: the bytes are all here, and are what was promised, before anyone can see them. */
export async function putObject({ store, request, payload }: Call): Promise<Answer> {
  const { bucket, key } = request;
  const kept = readObjectHeaders(request.headers);
  const conditions = writeConditions(request.headers);
  store.bucket(bucket);
  // Decided again at the commit; deciding it here too spares a client whose cause is lost its upload.
  checkWrite(conditions, store.objects.get(bucket, key), key);
  const body = openBody(request, payload);
  const blob = await store.blobs.write(body);
  const { size, md5: etag, checksum } = body;
  const object: ObjectRecord = { bucket, key, blob, size, etag, modified: wholeSecond(), checksum, ...kept };
  await store.publish(object, conditions, 'ObjectCreated:Put', request.id);
  return { status: 200, headers: writtenHeaders(object) };
}

/** What S3 says of bytes it has taken. */
export function writtenHeaders({ etag, checksum }: Pick<ObjectRecord, 'etag' | 'checksum'>): Record<string, string> {
  if (!checksum) return { ETag: `"${etag}"` };
  return { ETag: `"${etag}"`, [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type };
}
