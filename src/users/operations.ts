import { type Actor, permit } from '../shared/actor.ts';
import { newVersion } from '../shared/version.ts';
import { writeAnyUser } from './policy.ts';
import type { UserStore } from './store.ts';
import type { User, UserInput } from './user.ts';

export function userOperations(users: UserStore) {
  return {
    /** Writes a user, over one that exists. */
    async putUser(actor: Actor, input: UserInput): Promise<User> {
      permit(actor, writeAnyUser);
      const user = { ...input, version: newVersion(), updatedAt: new Date().toISOString() };
      await users.put(user);
      return user;
    },
  };
}

export type UserOperations = ReturnType<typeof userOperations>;
