import { randomBytes } from 'node:crypto';

/** A record's next version: opaque, new with every write, never used before. */
export function newVersion(): string {
  return randomBytes(12).toString('base64url');
}
