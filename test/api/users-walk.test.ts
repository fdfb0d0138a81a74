import { startService, type TestService } from '../support/service.ts';
import { anAdmin, type Headers, numbered } from '../support/users.ts';

let service: TestService;
let admin: Headers;
beforeAll(async () => {
  service = await startService();
  admin = await anAdmin(service);
});
afterAll(() => service.close());

const put = async (prefix: string, count: number) => {
  const users = numbered(count, prefix);
  expect((await service.api.post('/v1/users/bulk').set(admin).send({ users })).status).toBe(200);
  return users.map(({ userId }) => userId);
};
const remove = async (userIds: string[]) =>
  expect((await service.api.post('/v1/users/bulk-delete').set(admin).send({ userIds })).body.deleted).toEqual(userIds);

interface Page {
  items: { userId: string }[];
  next: string | null;
}

/** Walks the whole list, with something happening between pages. */
async function walk(limit: number, between: (page: number, seen: string[]) => Promise<void>): Promise<string[]> {
  const seen: string[] = [];
  let cursor: string | null = '';
  for (let page = 0; cursor !== null; page++) {
    const answer: { body: Page } = await service.api
      .get('/v1/users')
      .query({ limit, ...(cursor && { cursor }) })
      .set(admin);
    seen.push(...answer.body.items.map(({ userId }) => userId));
    cursor = answer.body.next;
    await between(page, seen);
  }
  return seen;
}

const times = (ids: string[], all: string[]) => ids.map((id) => all.filter((other) => other === id).length);

describe('walking the list while others write', () => {
  test('when users are written, replaced and deleted between pages, then each untouched one is shown exactly once', async () => {
    const untouched = await put('untouched', 120);
    const doomed = await put('doomed', 60);
    const changed = await put('changed', 30);

    const all = await walk(17, async (page) => {
      if (page > 8) return; // or the walk would be chasing what this writes
      await put(`new-${page}`, 5);
      await put('changed', 30);
      await remove(doomed.slice(page * 6, page * 6 + 6));
    });

    expect(times(untouched, all)).toEqual(untouched.map(() => 1));
    expect(times(changed, all)).toEqual(changed.map(() => 1)); // they were there all the time
    expect(new Set(all).size).toBe(all.length);
    const rows = (await service.stored.rows('users')).map(({ userId }) => String(userId));
    for (const id of [...untouched, ...changed]) expect(rows).toContain(id);
    for (const id of doomed.slice(0, 54)) expect(rows).not.toContain(id);
  });

  test('when the very user that a page ended with is deleted, then the walk goes on behind it', async () => {
    const kept = await put('kept', 40);
    const last = new Set<string>();
    const all = await walk(9, async (_page, seen) => {
      const id = seen.at(-1) ?? '';
      last.add(id);
      await remove([id]);
    });

    expect(last.size).toBeGreaterThan(3);
    expect(times(kept, all)).toEqual(kept.map(() => 1));
    const rows = (await service.stored.rows('users')).map(({ userId }) => String(userId));
    expect(rows.filter((id) => last.has(id))).toEqual([]);
  });
});
