import { type Actor, permit } from '../shared/actor.ts';
import { unavailable } from '../shared/errors.ts';
import { newVersion } from '../shared/version.ts';
import { checkRow, type Row } from './bulk-rows.ts';
import { writeAnyUser } from './policy.ts';
import type { UserStore } from './store.ts';
import { stamped, type UserInput } from './user.ts';

/** Where imports load users: a row is what `POST /v1/users` takes, and is written over whatever is there. */
export function importTarget(users: Pick<UserStore, 'putMany'>, actor: Actor) {
  return {
    check(row: Row) {
      const checked = checkRow(row);
      return 'errors' in checked ? checked : { key: checked.user.userId, item: checked.user };
    },
    /** @throws `unavailable` unless all of them are written */
    async put(inputs: UserInput[]): Promise<void> {
      permit(actor, writeAnyUser);
      const late = await users.putMany(inputs.map((input) => stamped(input, newVersion())));
      if (late.length > 0) throw unavailable(`${late.length} users could not be written in time.`);
    },
  };
}
