import { type Actor, permit, systemActor } from '../shared/actor.ts';
import { chunk, eachInFlight, GETS, IN_FLIGHT } from '../shared/batches.ts';
import { withinPart } from '../shared/deadline.ts';
import { isProblem } from '../shared/errors.ts';
import { newVersion } from '../shared/version.ts';
import type { PhotosOfUser } from './operations.ts';
import { readAnyUser, writeAnyUser } from './policy.ts';
import type { UserStore } from './store.ts';
import { stamped, type User, type UserInput } from './user.ts';

/** Questions about photos at work at once. */
const QUESTIONS_IN_FLIGHT = 16;
/** Of the time left for asking them: the rest is for the deletes, and for saying what was refused. */
const ASKING_PART = 0.6;

export interface BulkGet {
  users: User[];
  notFound: string[];
  /** Those there was no more room for. */
  remaining: string[];
}

export interface BulkDelete {
  deleted: string[];
  refused: { userId: string; code: 'conflict' | 'unavailable' }[];
}

export function bulkUserOperations(users: UserStore, photos: PhotosOfUser) {
  return {
    /**
     * Writes users, over those that exist.
     * @param inputs no two with one userId.
     * @returns the userIds that could not be written before the request's time was up.
     */
    async putUsers(actor: Actor, inputs: UserInput[]): Promise<Set<string>> {
      permit(actor, writeAnyUser);
      return new Set(await users.putMany(inputs.map((input) => stamped(input, newVersion()))));
    },

    /**
     * Reads users in the order asked, repeats folded, as many as there is room for.
     * @param roomFor takes a user into the answer, or says that it doesn't fit any more; the first one always goes in.
     */
    async getUsers(actor: Actor, userIds: string[], roomFor: (user: User) => boolean): Promise<BulkGet> {
      permit(actor, readAnyUser);
      const asked = [...new Set(userIds)];
      const groups = chunk(asked, GETS);
      const read: Map<string, User>[] = [];
      const answer: BulkGet = { users: [], notFound: [], remaining: asked };
      let [taken, isFull] = [0, false];
      /** Takes into the answer, in order, what is read by now. */
      const takeRead = () => {
        for (const userId of asked.slice(taken)) {
          const found = read[Math.floor(taken / GETS)];
          if (!found) return;
          const user = found.get(userId);
          isFull = user !== undefined && !roomFor(user) && answer.users.length > 0;
          if (isFull) return;
          if (user) answer.users.push(user);
          else answer.notFound.push(userId);
          taken++;
        }
      };
      await eachInFlight(IN_FLIGHT, [...groups.entries()], async ([index, group]) => {
        if (isFull) return; // so that an answer that is soon full has not read a thousand for nothing
        read[index] = await users.getMany(group);
        if (!isFull) takeRead();
      });
      return { ...answer, remaining: asked.slice(taken) };
    },

    /** Removes users; `deleted` are those that are gone now, also those that never were. Who has photos is refused. */
    async deleteUsers(actor: Actor, userIds: string[]): Promise<BulkDelete> {
      permit(actor, writeAnyUser);
      const asked = [...new Set(userIds)];
      const refused = new Map<string, 'conflict' | 'unavailable'>(asked.map((userId) => [userId, 'unavailable']));
      const ask = async (userId: string) => {
        if (await photos.has(systemActor('delete-users'), userId)) refused.set(userId, 'conflict');
        else refused.delete(userId);
      };
      await withinPart(ASKING_PART, () => eachInFlight(QUESTIONS_IN_FLIGHT, asked, ask)).catch(leaveTheRest);
      const kept = new Map(refused); // questions that time ran out for may still be answered, too late
      for (const userId of await users.removeMany(asked.filter((userId) => !kept.has(userId)))) kept.set(userId, 'unavailable');
      return {
        deleted: asked.filter((userId) => !kept.has(userId)),
        refused: asked.flatMap((userId) => {
          const code = kept.get(userId);
          return code ? [{ userId, code }] : [];
        }),
      };
    },
  };
}

/** Time is up: whoever was not asked about stays refused as `unavailable`. */
function leaveTheRest(error: unknown): void {
  if (!isProblem(error, 'unavailable')) throw error;
}

export type BulkUserOperations = ReturnType<typeof bulkUserOperations>;
