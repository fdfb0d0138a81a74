import { randomUUID } from 'node:crypto';

/** A record's next version: opaque, new with every write, never used before. */
export function newVersion(): string {
  return randomUUID();
}
