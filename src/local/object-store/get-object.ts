import { createReadStream } from 'node:fs';
import { mayRead } from './conditions.ts';
import { writeObjectHeaders } from './object-headers.ts';
import type { ObjectRecord } from './object-table.ts';
import type { Answer, Call } from './operation.ts';
import { readRange } from './range.ts';
import type { S3Request } from './request.ts';

/** GetObject and HeadObject: whole, or one range. Whoever has begun to read an object reads all of it, whatever happens to its key. */
export function getObject({ store, request }: Call): Answer {
  const object = store.object(request.bucket, request.key);
  if (!mayRead(request.headers, object)) {
    const { 'content-type': _type, ...headers } = writeObjectHeaders(object, request, true);
    return { status: 304, headers };
  }
  const range = rangeStillWanted(request, object) ? readRange(request.headers.range, object.size) : undefined;
  const { start, end } = range ?? { start: 0, end: object.size - 1 };
  const headers: Answer['headers'] = { ...writeObjectHeaders(object, request, range !== undefined), 'Content-Length': end - start + 1 };
  if (range) headers['Content-Range'] = `bytes ${start}-${end}/${object.size}`;
  const status = range ? 206 : 200;
  if (request.method === 'HEAD' || object.size === 0) return { status, headers };
  return { status, headers, body: createReadStream('', { fd: store.blobs.openNow(object.blob), start, end }) };
}

/** `If-Range`: the part of this very object, or else the whole of the new one. */
function rangeStillWanted(request: S3Request, object: ObjectRecord): boolean {
  const condition = request.headers['if-range'];
  if (condition === undefined) return true;
  return condition === `"${object.etag}"` || Date.parse(condition) === object.modified;
}
