import { notImplemented, S3Error } from './errors.ts';
import type { ObjectRecord } from './object-table.ts';
import type { Headers } from './request.ts';

type Tagged = Pick<ObjectRecord, 'etag' | 'modified'>;

const failed = (condition: string) =>
  new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', { Condition: condition });

const etagsOf = (header: string) => header.split(',').map((tag) => tag.trim().replace(/^W\//, '').replaceAll('"', ''));
const matches = (header: string, etag: string) => etagsOf(header).some((tag) => tag === '*' || tag === etag);

function time(header: string | undefined): number | undefined {
  const value = header === undefined ? Number.NaN : Date.parse(header);
  return Number.isNaN(value) ? undefined : value;
}

/**
 * Decides the conditions of a GET or HEAD, or with `prefix` those on a copy's source, in the order RFC 9110 §13.2.2 has them.
 * @returns false when the client has it already (304)
 * @throws S3Error PreconditionFailed
 */
export function mayRead(headers: Headers, object: Tagged, prefix = ''): boolean {
  const header = (name: string) => headers[`${prefix}${name}`];
  const [match, noneMatch] = [header('if-match'), header('if-none-match')];
  const [unmodified, modified] = [time(header('if-unmodified-since')), time(header('if-modified-since'))];
  if (match !== undefined) {
    if (!matches(match, object.etag)) throw failed('If-Match');
  } else if (unmodified !== undefined && object.modified > unmodified) {
    throw failed('If-Unmodified-Since');
  }
  if (noneMatch !== undefined) return !matches(noneMatch, object.etag);
  return modified === undefined || object.modified > modified;
}

/** What has to be true of a key when a write is committed. */
export interface WriteConditions {
  ifMatch?: string;
  ifNoneMatch?: string;
}

/** @throws S3Error NotImplemented: S3 takes only `*` in a write's If-None-Match */
export function writeConditions(headers: Headers): WriteConditions {
  const [ifMatch, ifNoneMatch] = [headers['if-match'], headers['if-none-match']];
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') throw notImplemented('If-None-Match');
  if (ifMatch !== undefined && ifNoneMatch !== undefined) throw notImplemented('If-Match,If-None-Match');
  return { ifMatch, ifNoneMatch };
}

/** @throws S3Error PreconditionFailed; NoSuchKey for If-Match where nothing is */
export function checkWrite(conditions: WriteConditions, current: ObjectRecord | undefined, key: string): void {
  if (conditions.ifNoneMatch !== undefined && current) throw failed('If-None-Match');
  if (conditions.ifMatch === undefined) return;
  if (!current) throw new S3Error('NoSuchKey', 'The specified key does not exist.', { Key: key });
  if (!matches(conditions.ifMatch, current.etag)) throw failed('If-Match');
}
