import assert from 'node:assert/strict';
import { deleteUsers, type Journey, MOST_TRIES, type Step } from './journey.ts';

/** Users that are put in one request: as many as it takes. */
const MANY = 1_000;

const userPath = (userId: string) => `/v1/users/${userId}`;

function numbered(journey: Journey, group: string, count: number) {
  const users = Array.from({ length: count }, (_, index) => ({ userId: `${journey.prefix}-${group}-${index}`, name: `Number ${index}` }));
  for (const { userId } of users) journey.made.users.add(userId);
  return users;
}

/** Puts users, and sends again what a busy service had no time for, as it asks its clients to. @throws AssertionError after some tries. */
async function putAll({ admin }: Journey, users: object[]): Promise<void> {
  let rest = users;
  for (let tries = 0; rest.length > 0; tries++) {
    const { status, body } = await admin.call('POST', '/v1/users/bulk', { json: { users: rest } });
    const rejected: { index: number; code: string }[] = body.rejected ?? [];
    const isBusy = status === 207 && rejected.every(({ code }) => code === 'unavailable');
    assert.ok(tries < MOST_TRIES && (status === 200 || isBusy), `bulk answered ${status}: ${JSON.stringify(body).slice(0, 500)}`);
    rest = rejected.map(({ index }) => rest[index] as object);
  }
}

export const USERS: Step[] = [
  {
    title: 'a user is created once, read, changed and deleted',
    async walk(journey) {
      const { admin } = journey;
      const [user] = numbered(journey, 'single', 1);
      if (!user) throw new Error('no user');
      const { headers, body } = await admin.must(201, 'POST', '/v1/users', { json: { ...user, attributes: { age: 41, vip: true } } });
      assert.equal(headers.get('location'), userPath(user.userId));
      await admin.mustRefuse(409, 'conflict', 'POST', '/v1/users', { json: user });
      const patched = await admin.must(200, 'PATCH', userPath(user.userId), {
        json: { email: 'j@example.com', attributes: { age: null } },
      });
      assert.deepEqual([patched.body.user.email, patched.body.user.attributes], ['j@example.com', { vip: true }]);
      const stale = { 'if-match': `"${body.user.version}"` };
      await admin.mustRefuse(412, 'precondition-failed', 'DELETE', userPath(user.userId), { headers: stale });
      await admin.must(204, 'DELETE', userPath(user.userId));
      await admin.mustRefuse(404, 'not-found', 'GET', userPath(user.userId));
    },
  },
  {
    title: `${MANY} users are put in one request as JSON, read back in one, and removed in one`,
    async walk(journey) {
      const { admin } = journey;
      const users = numbered(journey, 'json', MANY);
      const userIds = users.map(({ userId }) => userId);
      await putAll(journey, users);
      const found: { userId: string; name: string }[] = [];
      for (let rest = userIds; rest.length > 0; ) {
        const { body } = await admin.must(200, 'POST', '/v1/users/bulk-get', { json: { userIds: rest } });
        assert.deepEqual(body.notFound, []);
        found.push(...body.users);
        rest = body.remaining;
      }
      assert.deepEqual(
        found.map(({ userId, name }) => ({ userId, name })),
        users,
      );
      assert.deepEqual(await deleteUsers(admin, userIds), []);
      const { body: gone } = await admin.must(200, 'POST', '/v1/users/bulk-get', { json: { userIds } });
      assert.deepEqual([gone.users, gone.notFound.length, gone.remaining], [[], MANY, []]);
    },
  },
  {
    title: 'users are put as NDJSON; a bad row is told of and stops no other, and of two alike the last wins',
    async walk(journey) {
      const { admin } = journey;
      const [first, second] = numbered(journey, 'ndjson', 2);
      const rows = [first, { userId: 'no spaces please', name: 'x' }, { ...second, name: 'before' }, { ...second, name: 'after' }];
      const body = rows.map((row) => JSON.stringify(row)).join('\n');
      const answer = await admin.must(207, 'POST', '/v1/users/bulk', { body, headers: { 'content-type': 'application/x-ndjson' } });
      assert.equal(answer.body.written, 2);
      assert.deepEqual(answer.body.replaced, [{ index: 2, by: 3 }]);
      assert.deepEqual(
        answer.body.rejected.map(({ index }: { index: number }) => index),
        [1],
      );
      assert.equal((await admin.must(200, 'GET', userPath(String(second?.userId)))).body.user.name, 'after');
    },
  },
];
