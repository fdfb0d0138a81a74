import type { Response } from 'express';
import { matches, type Precondition } from '../shared/precondition.ts';

/** What a route answers. `version` becomes the `ETag`. */
export interface Answer {
  status: number;
  body?: unknown;
  version?: string;
  headers?: Record<string, string>;
}

export const ok = (body: unknown, version?: string): Answer => ({ status: 200, body, ...(version && { version }) });
export const noContent = (): Answer => ({ status: 204 });
/** Not done yet: ask again in so many seconds. */
export const accepted = (retryAfter: number, body?: unknown): Answer => ({
  status: 202,
  body,
  headers: { 'retry-after': String(retryAfter) },
});
export const redirect = (url: string): Answer => ({ status: 302, headers: { location: url } });

/** @param replayed whether this repeats the outcome of an earlier try under the same idempotency key. */
export function created(location: string, body: unknown, version: string, replayed = false): Answer {
  return { status: 201, body, version, headers: { location, ...(replayed && { 'idempotency-replayed': 'true' }) } };
}

/** Sends it; a read whose version the client has already becomes 304. */
export function send(response: Response, { status, body, version, headers = {} }: Answer, ifNoneMatch: Precondition | undefined): void {
  response.set(headers);
  if (version) response.set('etag', `"${version}"`);
  const isRead = response.req.method === 'GET' || response.req.method === 'HEAD';
  if (isRead && version && ifNoneMatch && matches(ifNoneMatch, version)) response.status(304).end();
  else if (body === undefined) response.status(status).end();
  else response.status(status).json(body);
}
