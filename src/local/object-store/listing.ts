import type { ObjectRecord, ObjectTable } from './object-table.ts';

export interface ListingQuery {
  bucket: string;
  prefix: string;
  /** Empty: no grouping. */
  delimiter: string;
  /** Keys, and groups, up to and including this one are left out. */
  after: string;
  limit: number;
}

export interface Listing {
  objects: ObjectRecord[];
  commonPrefixes: string[];
  /** The last key or group told of, when there are more. */
  next?: string;
}

/** Lists in UTF-8 byte order; keys that share what is before the delimiter count as one, and are skipped, not read. */
export function listObjects(table: ObjectTable, query: ListingQuery): Listing {
  const { bucket, prefix, delimiter, after, limit } = query;
  const listing: Listing = { objects: [], commonPrefixes: [] };
  if (limit === 0) return listing;
  let from: string | undefined = after === '' ? prefix : later(prefix, firstAfter(after, query));
  let told = '';
  while (from !== undefined) {
    let group: string | undefined;
    for (const object of table.from(bucket, from)) {
      if (!object.key.startsWith(prefix)) return listing;
      if (listing.objects.length + listing.commonPrefixes.length === limit) return { ...listing, next: told };
      const end = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length);
      if (end >= 0) {
        group = object.key.slice(0, end + delimiter.length);
        break;
      }
      listing.objects.push(object);
      told = object.key;
    }
    if (group === undefined) return listing;
    listing.commonPrefixes.push(group);
    told = group;
    from = successor(group);
  }
  return listing;
}

/** Where to go on after a key; after a group, behind all of its keys. */
function firstAfter(after: string, { prefix, delimiter }: ListingQuery): string {
  const isGroup = delimiter !== '' && after.startsWith(prefix) && after.length > prefix.length && after.endsWith(delimiter);
  return (isGroup ? successor(after) : undefined) ?? `${after}\0`;
}

/** The first text, in UTF-8 byte order, behind all that start with this one; undefined when there is none. */
function successor(text: string): string | undefined {
  const points = [...text];
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const point = last.codePointAt(0) ?? 0;
    if (point === 0x10ffff) continue;
    // Surrogates are no characters: the one after U+D7FF is U+E000.
    return points.join('') + String.fromCodePoint(point === 0xd7ff ? 0xe000 : point + 1);
  }
  return undefined;
}

function later(a: string, b: string): string {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0 ? a : b;
}
