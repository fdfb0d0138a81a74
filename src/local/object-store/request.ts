import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { S3Error } from './errors.ts';

export type Query = Record<string, string[]>;
export type Headers = Record<string, string>;

/** A request as S3 sees it: path-style, names and values decoded. */
export interface S3Request {
  id: string;
  method: string;
  /** Percent-encoded the one way that signatures are computed over. */
  canonicalPath: string;
  /** Empty for the service itself. */
  bucket: string;
  /** Empty for a bucket; otherwise any text, never used as a path. */
  key: string;
  query: Query;
  headers: Headers;
  message: IncomingMessage;
}

const MAX_KEY_BYTES = 1024;

/** @throws S3Error InvalidURI, KeyTooLongError */
export function readRequest(message: IncomingMessage): S3Request {
  const url = message.url ?? '/';
  // Not `new URL`: it would resolve `..` and `//`, which are parts of keys.
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  if (!path.startsWith('/')) throw new S3Error('InvalidURI', "Couldn't parse the specified URI.");
  const decoded = decode(path);
  const slash = decoded.indexOf('/', 1);
  const bucket = slash < 0 ? decoded.slice(1) : decoded.slice(1, slash);
  const key = slash < 0 ? '' : decoded.slice(slash + 1);
  const size = Buffer.byteLength(key);
  if (size > MAX_KEY_BYTES) throw new S3Error('KeyTooLongError', 'Your key is too long', { Size: size, MaxSizeAllowed: MAX_KEY_BYTES });
  return {
    id: randomBytes(8).toString('hex').toUpperCase(),
    method: message.method ?? 'GET',
    canonicalPath: encodePath(decoded),
    bucket,
    key,
    query: readQuery(mark < 0 ? '' : url.slice(mark + 1)),
    headers: readHeaders(message),
    message,
  };
}

/** The first value of a query parameter. */
export function param(request: S3Request, name: string): string | undefined {
  return request.query[name]?.[0];
}

/** Percent-encodes as signature version 4 does, keeping slashes. */
export function encodePath(path: string): string {
  return encodeURIComponent(path)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function readQuery(text: string): Query {
  // No prototype: `?__proto__=` and `?constructor=` are only names.
  const query: Query = Object.create(null);
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode((equals < 0 ? pair : pair.slice(0, equals)).replaceAll('+', ' '));
    const value = equals < 0 ? '' : decode(pair.slice(equals + 1).replaceAll('+', ' '));
    query[name] = [...(query[name] ?? []), value];
  }
  return query;
}

function readHeaders(message: IncomingMessage): Headers {
  const headers: Headers = Object.create(null);
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value;
  }
  return headers;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidURI', "Couldn't parse the specified URI.");
  }
}
