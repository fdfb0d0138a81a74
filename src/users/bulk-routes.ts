import { type Answer, ok } from '../http/answer.ts';
import { byContentType, json, text } from '../http/body.ts';
import { roomOf } from '../http/room.ts';
import { type Route, route } from '../http/route.ts';
import type { Caller } from '../shared/actor.ts';
import type { BulkUserOperations } from './bulk.ts';
import { checkRows, inBrief, type Row, rowsOfLines } from './bulk-rows.ts';
import { bulkUsers, manyUserIds } from './input.ts';
import { readAnyUser, writeAnyUser } from './policy.ts';
import type { UserRouteSettings } from './routes.ts';
import type { User } from './user.ts';
import { userView } from './view.ts';

const NOT_IN_TIME = [{ path: '', message: 'unavailable: it could not be written in time; send it again' }];

/** The routes about up to 1,000 users at once. */
export function bulkUserRoutes(users: BulkUserOperations, limits: UserRouteSettings): Route[] {
  const readIds = byContentType({ 'application/json': json(manyUserIds, limits.bodyBytes) });
  const readJson = json(bulkUsers, limits.bodyBytes);
  const readText = text(limits.bodyBytes);
  const readRows = byContentType<Row[]>({
    'application/json': async (request, response) => (await readJson(request, response)).users.map((value) => ({ value })),
    'application/x-ndjson': async (request, response) => rowsOfLines(await readText(request, response)),
  });

  async function putRows(actor: Caller, rows: Row[]): Promise<Answer> {
    const { good, replaced, rejected } = checkRows(rows);
    const late = await users.putUsers(
      actor,
      good.map(({ user }) => user),
    );
    const written = good.filter(({ user }) => !late.has(user.userId));
    for (const { index, user } of good) {
      if (late.has(user.userId)) rejected.push({ index, userId: user.userId, code: 'unavailable', errors: NOT_IN_TIME });
    }
    rejected.sort((a, b) => a.index - b.index);
    const hasRoom = roomOf(limits.responseBytes, [replaced, rejected.map(inBrief)]);
    const told = rejected.map((row) => (hasRoom(row) ? row : inBrief(row)));
    const isWhole = replaced.length === 0 && rejected.length === 0;
    return { ...ok({ written: written.length, replaced, rejected: told }), status: isWhole ? 200 : 207 };
  }

  return [
    route({
      method: 'POST',
      path: '/v1/users/bulk',
      allow: writeAnyUser,
      body: readRows,
      answer: ({ actor, body }) => putRows(actor, body),
    }),
    route({
      method: 'POST',
      path: '/v1/users/bulk-get',
      allow: readAnyUser,
      body: readIds,
      async answer({ actor, body: { userIds } }) {
        // every id is in the answer in some way: what a user takes is what it has more than that
        const hasRoom = roomOf(limits.responseBytes, userIds);
        const { users: found, ...rest } = await users.getUsers(actor, userIds, (user: User) => hasRoom(userView(user)));
        return ok({ users: found.map(userView), ...rest });
      },
    }),
    route({
      method: 'POST',
      path: '/v1/users/bulk-delete',
      allow: writeAnyUser,
      body: readIds,
      answer: async ({ actor, body }) => ok(await users.deleteUsers(actor, body.userIds)),
    }),
  ];
}
