import { type Actor, permit, systemActor } from '../shared/actor.ts';
import { invalidInput, notFound, Problem } from '../shared/errors.ts';
import { changeCurrent, preconditionFailed } from '../shared/optimistic.ts';
import { matches, type Precondition } from '../shared/precondition.ts';
import { newVersion } from '../shared/version.ts';
import { ALL_FIELDS, permitFields, readAnyUser, readUser, writeAnyUser, writeUser } from './policy.ts';
import type { UserPage, UserStore } from './store.ts';
import { ATTRIBUTES, type EditableField, patched, stamped, type User, type UserInput, type UserPatch } from './user.ts';

/** What the users need to know and to do about photos; the photos have it. */
export interface PhotosOfUser {
  has(actor: Actor, userId: string): Promise<boolean>;
  /** Removes a user's photos; false when time ran out before the last. */
  removeAll(actor: Actor, userId: string): Promise<boolean>;
}

/** `If-Match` and `If-None-Match` of a write. */
export interface Preconditions {
  ifMatch?: Precondition | undefined;
  ifNoneMatch?: Precondition | undefined;
}

export interface UserSettings {
  /** What people may change of their own record. */
  selfMayEdit: readonly EditableField[];
  /** Whether a user is small enough as a whole: a patch adds to it, and a put the userId of its path. */
  fits: (user: object) => boolean;
}

const tooLarge = () => invalidInput({ path: '', message: 'the user would be too large as a whole' });

const alreadyThere = () => new Problem('precondition-failed', 'There is a user with this userId already.');

export function userOperations(users: UserStore, photos: PhotosOfUser, { selfMayEdit, fits }: UserSettings) {
  async function find(userId: string): Promise<User> {
    const user = await users.get(userId);
    if (!user) throw notFound('user');
    return user;
  }

  function checkedPatch(user: User, patch: UserPatch): UserInput {
    const input = patched(user, patch);
    const count = Object.keys(input.attributes ?? {}).length;
    if (count > ATTRIBUTES) throw invalidInput({ path: '/attributes', message: `would have ${count} entries, at most ${ATTRIBUTES}` });
    if (!fits(input)) throw tooLarge();
    return input;
  }

  return {
    /**
     * @param attempt tells tries at the same request apart from others: a retry recognises the user that its first try made.
     * @throws `conflict` when the user exists.
     */
    async createUser(actor: Actor, input: UserInput, attempt: string): Promise<User> {
      permit(actor, writeAnyUser);
      const user = stamped(input, attempt);
      if (await users.put(user, 'nothing')) return user;
      const existing = await users.get(input.userId);
      if (existing?.version === attempt) return existing;
      throw new Problem('conflict', 'There is a user with this userId. PUT replaces it.');
    },

    /** A user that this actor has created, to answer a repetition: who may write one may see what they wrote. */
    async createdUser(actor: Actor, userId: string): Promise<User> {
      permit(actor, writeAnyUser);
      return find(userId);
    },

    async getUser(actor: Actor, userId: string): Promise<User> {
      permit(actor, readUser, userId);
      return find(userId);
    },

    /** Writes a user whole; `created` when there was none. @throws `precondition-failed` */
    async putUser(actor: Actor, input: UserInput, { ifMatch, ifNoneMatch }: Preconditions = {}): Promise<{ user: User; created: boolean }> {
      permit(actor, writeUser, input.userId);
      permitFields(actor, ALL_FIELDS, selfMayEdit);
      if (!fits(input)) throw tooLarge();
      const user = stamped(input, newVersion());
      if (ifMatch === undefined && ifNoneMatch === undefined) return { user, created: !(await users.put(user, 'anything'))?.replaced };
      const read = async () => {
        const { version } = (await users.get(input.userId)) ?? {};
        if (version !== undefined && ifNoneMatch !== undefined && matches(ifNoneMatch, version)) throw alreadyThere();
        const isAsked = version === undefined ? ifMatch === undefined : matches(ifMatch, version);
        if (!isAsked) throw preconditionFailed();
        return { version: version ?? '', created: version === undefined };
      };
      return changeCurrent(
        undefined,
        read,
        async ({ version, created }) => (await users.put(user, created ? 'nothing' : { version })) && { user, created },
      );
    },

    /** @throws `precondition-failed`, `invalid-input` when the outcome would pass a limit. */
    async patchUser(actor: Actor, userId: string, patch: UserPatch, ifMatch?: Precondition): Promise<User> {
      permit(actor, writeUser, userId);
      permitFields(actor, Object.keys(patch) as EditableField[], selfMayEdit);
      return changeCurrent(
        ifMatch,
        () => find(userId),
        async (current) => {
          const user = stamped(checkedPatch(current, patch), newVersion());
          return (await users.put(user, { version: current.version })) && user;
        },
      );
    },

    /**
     * Removes a user, and with `withPhotos` their photos before, so that what a crash leaves can be asked for again.
     * @returns false when time ran out with photos left: call again.
     * @throws `conflict` while photos exist, `precondition-failed`
     */
    async deleteUser(actor: Actor, userId: string, withPhotos: boolean, ifMatch?: Precondition): Promise<boolean> {
      permit(actor, writeUser, userId);
      const user = await find(userId);
      if (!matches(ifMatch, user.version)) throw preconditionFailed();
      const job = systemActor('delete-user');
      if (withPhotos && !(await photos.removeAll(job, userId))) return false;
      if (!withPhotos && (await photos.has(job, userId)))
        throw new Problem('conflict', 'The user has photos. ?photos=delete deletes them too.');
      await changeCurrent(
        ifMatch,
        () => find(userId),
        async ({ version }) => ((await users.remove(userId, version)) ? true : undefined),
      );
      return true;
    },

    async listUsers(actor: Actor, limit: number, after?: string): Promise<UserPage> {
      permit(actor, readAnyUser);
      return users.list(limit, after);
    },
  };
}

export type UserOperations = ReturnType<typeof userOperations>;
