import { randomUUID } from 'node:crypto';
import { newVersion } from '../../src/shared/version.ts';
import { type UserStore, userStore } from '../../src/users/store.ts';
import { stamped, type User } from '../../src/users/user.ts';
import { clientsOf, useEngines } from './engines.ts';
import { type Fault, troubled } from './faults.ts';

const aUser = (said: Partial<User> = {}): User => ({ ...stamped({ userId: `user-${randomUUID()}`, name: 'Ann' }, newVersion()), ...said });
const changed = (user: User, name = 'Anna'): User => ({ ...user, name, version: newVersion() });

describe('the store of users', () => {
  const engines = useEngines();
  let users: UserStore;
  beforeAll(() => {
    users = userStore(engines.current.clients.tables, engines.current.tables.users);
  });

  async function written(said: Partial<User> = {}): Promise<User> {
    const user = aUser(said);
    expect(await users.put(user, 'nothing')).toEqual({ replaced: false });
    return user;
  }

  test('when a user is put, then it is got just as it was', async () => {
    const attributes = {
      text: '写真 📷',
      empty: '',
      number: 0.1 + 0.2,
      large: Number.MAX_SAFE_INTEGER,
      small: 1e-99,
      yes: true,
      no: false,
    };
    const user = await written({ email: 'ann@example.com', attributes });
    expect(await users.get(user.userId)).toEqual(user);
    expect(await users.get(aUser().userId)).toBeUndefined();
  });

  test('when a user is put over anything, then it replaces what is there, whole, and says whether it did', async () => {
    const user = aUser({ attributes: { a: 1 } });
    expect(await users.put(user, 'anything')).toEqual({ replaced: false });
    const { attributes: _, ...next } = changed(user);
    expect(await users.put(next, 'anything')).toEqual({ replaced: true });
    expect(await users.get(user.userId)).toEqual(next);
  });

  test('when a user is put over nothing and there is one, then nothing is written', async () => {
    const user = await written();
    expect(await users.put(changed(user), 'nothing')).toBeUndefined();
    expect(await users.get(user.userId)).toEqual(user);
  });

  test('when a user is put over a version, then only over that one', async () => {
    const user = await written();
    const next = changed(user);
    expect(await users.put(next, { version: user.version })).toEqual({ replaced: true });
    expect(await users.put(changed(user, 'Late'), { version: user.version })).toBeUndefined();
    expect(await users.get(user.userId)).toEqual(next);

    const gone = aUser();
    expect(await users.put(changed(gone), { version: gone.version })).toBeUndefined();
    expect(await users.get(gone.userId)).toBeUndefined();
  });

  test.each(['nothing', 'version'] as const)('when many put over %s at once, then one does', async (over) => {
    const user = aUser();
    if (over === 'version') await users.put(user, 'nothing');
    const tries = Array.from({ length: 8 }, (_, index) => changed(user, `Try ${index}`));
    const answers = await Promise.all(tries.map((each) => users.put(each, over === 'version' ? { version: user.version } : 'nothing')));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await users.get(user.userId)).toEqual(tries[answers.findIndex(Boolean)]);
  });

  test.each(['nothing', 'version'] as const)(
    'when a put over %s is done but its answer is lost, then it still counts as done',
    async (over) => {
      let lost = false;
      const losing: Fault<object> = async ({ operation, body }, forward) => {
        const answer = await forward(body);
        if (operation !== 'PutItem' || lost) return answer;
        lost = true;
        return { status: 500, body: { __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError' } };
      };
      const proxy = await troubled(engines.current.dynamodb, losing);
      const clients = clientsOf({ dynamodb: proxy.endpoint });
      const user = aUser();
      if (over === 'version') await users.put(user, 'nothing');
      const next = changed(user);
      const put = userStore(clients.tables, engines.current.tables.users).put(
        next,
        over === 'version' ? { version: user.version } : 'nothing',
      );

      expect(await put).toEqual({ replaced: over === 'version' });
      expect(lost).toBe(true);
      expect(await users.get(user.userId)).toEqual(next);
      for (const client of Object.values(clients)) client.destroy();
      await proxy.close();
    },
  );

  test('when a user is removed, then only the version named', async () => {
    const user = await written();
    expect(await users.remove(user.userId, newVersion())).toBe(false);
    expect(await users.get(user.userId)).toEqual(user);
    expect(await users.remove(user.userId, user.version)).toBe(true);
    expect(await users.get(user.userId)).toBeUndefined();
    expect(await users.remove(user.userId, user.version)).toBe(false);
  });

  test('when many are put, got and removed, then each is, over whatever was there', async () => {
    const there = await written();
    const many = [changed(there), ...Array.from({ length: 130 }, () => aUser())];
    const ids = many.map(({ userId }) => userId);
    expect(await users.putMany(many)).toEqual([]);
    expect(await users.getMany([...ids, aUser().userId])).toEqual(new Map(many.map((user) => [user.userId, user])));
    expect(await users.removeMany([...ids, aUser().userId])).toEqual([]);
    expect(await users.getMany(ids)).toEqual(new Map());
    expect([await users.putMany([]), await users.getMany([]), await users.removeMany([])]).toEqual([[], new Map(), []]);
  });

  test('when users are of the largest size, then many still come whole', async () => {
    const many = Array.from({ length: 110 }, () => aUser({ attributes: { text: 'x'.repeat(63_000) } }));
    expect(await users.putMany(many)).toEqual([]);
    expect(await users.getMany(many.map(({ userId }) => userId))).toEqual(new Map(many.map((user) => [user.userId, user])));
  });

  test.each([1, 7, 100])('when they are listed %i at a time, then each comes once, and the end is told', async (limit) => {
    const ids = (await Promise.all(Array.from({ length: 12 }, () => written()))).map(({ userId }) => userId);
    const seen: string[] = [];
    for (let after: string | undefined | null; after !== null; ) {
      const page = await users.list(limit, after ?? undefined);
      expect(page.users.length).toBeLessThanOrEqual(limit);
      seen.push(...page.users.map(({ userId }) => userId));
      after = page.next ?? null;
    }
    expect(seen.filter((id) => ids.includes(id)).toSorted()).toEqual(ids.toSorted());
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('when the table answers, then ping resolves; when there is no such table, then it rejects', async () => {
    await expect(users.ping()).resolves.toBeUndefined();
    await expect(userStore(engines.current.clients.tables, 'no-such-table').ping()).rejects.toThrow();
  });
});
