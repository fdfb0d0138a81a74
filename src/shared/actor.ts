import { invalidInput, Problem } from './errors.ts';
import { userId } from './user-id.ts';

/** What may be done to anybody's things; one's own need none. */
export const RIGHTS = ['users:read:any', 'users:write:any', 'photos:read:any', 'photos:write:any', 'imports:write'] as const;
export type Right = (typeof RIGHTS)[number];

/** What a token said about its bearer. */
export interface Credentials {
  groups: string[];
  scopes: string[];
  expiresAt: Date;
}

interface Signed extends Credentials {
  /** The token's `sub`. */
  id: string;
  rights: ReadonlySet<Right>;
}

/** Who is calling. It is the first argument of every operation, so that whoever elevates is seen to. */
export type Actor = ({ kind: 'person' } & Signed) | ({ kind: 'machine' } & Signed) | { kind: 'system'; id: string };
export type Caller = Exclude<Actor, { kind: 'system' }>;

/** A job of ours, which may do anything: `systemActor('import-users')`. */
export function systemActor(job: string): Actor {
  return { kind: 'system', id: job };
}

/** What tells actors apart in cursors and idempotency keys. */
export function actorKey(actor: Actor): string {
  return `${actor.kind}:${actor.id}`;
}

/** A rule of a slice's policy: the right it takes, and whether one's own things are exempt from it. */
export interface Rule {
  right: Right;
  self: boolean;
}

/**
 * Lets an actor pass or throws `forbidden`. It looks nothing up, so the answer tells nothing about what exists.
 * @param owner whose things they are; absent when the rule is not about one user's.
 */
export function permit(actor: Actor, rule: Rule, owner?: string): void {
  if (actor.kind === 'system' || actor.rights.has(rule.right)) return;
  if (rule.self && actor.kind === 'person' && actor.id === owner) return;
  throw new Problem('forbidden', `This takes the scope ${rule.right}${rule.self ? ', or to be about yourself' : ''}.`);
}

/**
 * The userId of a caller who means themselves (`me`, or no userId).
 * @throws `invalid-input` for machines, which own nothing; `forbidden` when the token's `sub` cannot be a userId.
 */
export function ownUserId(actor: Actor): string {
  if (actor.kind !== 'person') throw invalidInput({ path: '/userId', message: 'a machine owns nothing: name the user' });
  if (!userId.safeParse(actor.id).success) {
    throw new Problem(
      'forbidden',
      "Your token's sub is not a possible userId: it must be 1–255 printable ASCII characters without / \\ % ? #.",
    );
  }
  return actor.id;
}
