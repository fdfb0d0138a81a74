import * as z from 'zod';
import { accepted, created, noContent, ok } from '../http/answer.ts';
import { byContentType, json } from '../http/body.ts';
import type { Cursors } from '../http/cursor.ts';
import type { Idempotency } from '../http/idempotency.ts';
import { pageQuery, readPage } from '../http/page.ts';
import { type Route, route } from '../http/route.ts';
import { invalidInput } from '../shared/errors.ts';
import { deleteQuery, userInput, userParams, userPatch, userPut } from './input.ts';
import type { UserOperations } from './operations.ts';
import { readAnyUser, readUser, writeAnyUser, writeUser } from './policy.ts';
import { userPath, userView } from './view.ts';

export interface UserRouteSettings {
  bodyBytes: number;
  responseBytes: number;
}

const USERS = '/v1/users';
const USER = '/v1/users/:userId';

/** The routes about one user at a time, and their list. */
export function userRoutes(users: UserOperations, idempotency: Idempotency, cursors: Cursors, limits: UserRouteSettings): Route[] {
  const readNew = byContentType({ 'application/json': json(userInput, limits.bodyBytes) });
  const readPut = byContentType({ 'application/json': json(userPut, limits.bodyBytes) });
  const mergePatch = json(userPatch, limits.bodyBytes);
  const readPatch = byContentType({ 'application/json': mergePatch, 'application/merge-patch+json': mergePatch });
  return [
    route({
      method: 'POST',
      path: USERS,
      allow: writeAnyUser,
      body: readNew,
      async answer({ actor, body, idempotencyKey: key }) {
        const { value, replayed } = await idempotency.once(
          { actor, route: `POST ${USERS}`, key, request: body },
          201,
          (attempt) => users.createUser(actor, body, attempt),
          () => users.createdUser(actor, body.userId),
        );
        return created(userPath(value.userId), { user: userView(value) }, value.version, replayed);
      },
    }),
    route({
      method: 'GET',
      path: USERS,
      allow: readAnyUser,
      query: z.strictObject(pageQuery),
      async answer({ actor, query: { limit, cursor } }) {
        const read = async (after?: string) => {
          const { users: found, next } = await users.listUsers(actor, limit, after);
          return { items: found.map((user) => ({ view: userView(user), position: user.userId })), next };
        };
        return ok(await readPage(cursors, limits.responseBytes, { actor, route: USERS, query: {}, cursor, read }));
      },
    }),
    route({
      method: 'GET',
      path: USER,
      allow: readUser,
      params: userParams,
      async answer({ actor, params }) {
        const user = await users.getUser(actor, params.userId);
        return ok({ user: userView(user) }, user.version);
      },
    }),
    route({
      method: 'PUT',
      path: USER,
      allow: writeUser,
      params: userParams,
      body: readPut,
      async answer({ actor, params: { userId }, body, ifMatch, ifNoneMatch }) {
        if (body.userId !== undefined && body.userId !== userId)
          throw invalidInput({ path: '/userId', message: 'is not the userId of the path' });
        const { user, created: isNew } = await users.putUser(actor, { ...body, userId }, { ifMatch, ifNoneMatch });
        return isNew ? created(userPath(userId), { user: userView(user) }, user.version) : ok({ user: userView(user) }, user.version);
      },
    }),
    route({
      method: 'PATCH',
      path: USER,
      allow: writeUser,
      params: userParams,
      body: readPatch,
      async answer({ actor, params, body, ifMatch }) {
        const user = await users.patchUser(actor, params.userId, body, ifMatch);
        return ok({ user: userView(user) }, user.version);
      },
    }),
    route({
      method: 'DELETE',
      path: USER,
      allow: writeUser,
      params: userParams,
      query: deleteQuery,
      async answer({ actor, params, query, ifMatch }) {
        const isGone = await users.deleteUser(actor, params.userId, query.photos === 'delete', ifMatch);
        return isGone ? noContent() : accepted(1);
      },
    }),
  ];
}
