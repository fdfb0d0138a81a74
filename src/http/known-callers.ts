import { hash } from 'node:crypto';
import type { Caller } from '../shared/actor.ts';

/** A key that its issuer withdraws counts for this much longer than without; the JWT library itself keeps keys for ten minutes. */
const KNOWN_FOR_MS = 60_000;
const MOST = 1_000;

/**
 * Callers whose credentials were found good within the last minute and have not expired since: to verify a signature takes longer than
 * all the rest of a small request. It holds no credentials, only their SHA-256, and those of a thousand callers at most.
 */
export function knownCallers() {
  const known = new Map<string, { caller: Caller; until: number }>();
  return {
    find(credentials: string): Caller | undefined {
      const found = known.get(hash('sha256', credentials));
      return found && found.until > Date.now() ? found.caller : undefined;
    },
    /** @param caller whom these credentials were just verified to be of. */
    add(credentials: string, caller: Caller): void {
      const key = hash('sha256', credentials);
      known.delete(key); // to come last again
      const [oldest] = known.keys();
      if (known.size >= MOST && oldest !== undefined) known.delete(oldest);
      known.set(key, { caller, until: Math.min(Date.now() + KNOWN_FOR_MS, caller.expiresAt.getTime()) });
    },
  };
}
