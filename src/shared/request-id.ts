import { randomUUID } from 'node:crypto';

const REQUEST_ID = /^[A-Za-z0-9_-]{1,128}$/;

/** The id of a request: the caller's own (`x-request-id`) when it is harmless, else a new one. */
export function requestIdOf(given: string | undefined): string {
  return given !== undefined && REQUEST_ID.test(given) ? given : randomUUID();
}
