import type { Caller } from '../shared/actor.ts';

/** Who the service thinks a caller is. */
export function callerView({ id, kind, groups, scopes, rights, expiresAt }: Caller) {
  return { sub: id, kind, groups, scopes, rights: [...rights], expiresAt: expiresAt.toISOString() };
}
