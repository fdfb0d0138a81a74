import { REPEATS_ARRIVE, startService, type TestService } from '../support/service.ts';
import { anAdmin, type Headers, numbered, sendRaw, storedUser, userOfSize } from '../support/users.ts';

let service: TestService;
let admin: Headers;
const IDS = numbered(60, 'listed').map(({ userId }) => userId);
beforeAll(async () => {
  service = await startService();
  admin = await anAdmin(service);
  const answer = await service.api
    .post('/v1/users/bulk')
    .set(admin)
    .send({ users: numbered(60, 'listed') });
  expect(answer.body).toEqual({ written: 60, replaced: [], rejected: [] });
});
afterAll(() => service.close());

const list = (query: object, headers = admin) => service.api.get('/v1/users').query(query).set(headers);

describe('listing users', () => {
  test.each([1, 7, 25, 60, 100])('when pages are of %i, then a walk shows each user once, as it is', async (limit) => {
    const seen: { userId: string }[] = [];
    for (let cursor: string | undefined; cursor !== ''; ) {
      const { status, body } = await list({ limit, ...(cursor && { cursor }) });
      expect(status).toBe(200);
      expect(body.items.length).toBeLessThanOrEqual(limit);
      seen.push(...body.items);
      cursor = body.next ?? '';
    }
    expect(seen.map(({ userId }) => userId).toSorted()).toEqual(IDS.toSorted());
    expect(seen.find(({ userId }) => userId === 'listed-7')).toEqual(await storedUser(service, 'listed-7'));
  });

  test('when no limit is given, then a page has 25', async () => {
    const { body } = await list({});
    expect([body.items.length, typeof body.next]).toEqual([25, 'string']);
  });

  test('when the limit changes half way, then the walk goes on', async () => {
    const first = (await list({ limit: 10 })).body;
    const rest = (await list({ limit: 100, cursor: first.next })).body;
    const ids = [...first.items, ...rest.items].map(({ userId }) => userId);
    expect([ids.toSorted(), rest.next]).toEqual([IDS.toSorted(), null]);
  });

  test.each([['0'], ['101'], ['-1'], ['1.5'], ['ten'], ['']])('when the limit is "%s", then 400 names it', async (limit) => {
    const { status, body } = await list({ limit });
    expect([status, body.errors[0].path]).toEqual([400, '/limit']);
  });

  test('when the cursor is not of this list, or was altered, then 400', async () => {
    const { next } = (await list({ limit: 1 })).body;
    const photos = await service.api.get('/v1/users/root/photos').query({ cursor: next }).set(admin);
    const broken = [
      `${next}A`,
      next.slice(1),
      `A${next.slice(1)}`,
      `${next.slice(0, -1)}${next.endsWith('A') ? 'B' : 'A'}`,
      'listed-7',
      '',
    ];
    const answers = [photos, ...(await Promise.all(broken.map((cursor) => list({ cursor }))))];
    for (const { status, body } of answers) expect([status, body.code, body.errors[0].path]).toEqual([400, 'invalid-input', '/cursor']);
  });

  test('when another actor sends the cursor, then 400', async () => {
    const { next } = (await list({ limit: 1 })).body;
    const otherAdmin = await service.as('other', { groups: ['admins'] });
    const machine = await service.asMachine('root', 'users:read:any');
    for (const headers of [otherAdmin, machine]) expect((await list({ cursor: next }, headers)).status).toBe(400);
    expect((await list({ cursor: next })).status).toBe(200);
  });

  test('when the query has anything unknown or twice, then 400', async () => {
    for (const query of ['?status=ready', '?Limit=1', ...(REPEATS_ARRIVE ? ['?limit=1&limit=2'] : [])])
      expect((await service.api.get(`/v1/users${query}`).set(admin)).status).toBe(400);
  });
});

describe('listing users that are large', () => {
  test('when a page would be larger than a response may be, then it stops early and the walk still shows each once', async () => {
    const small = await startService({ MAX_RESPONSE_BYTES: '150000' });
    try {
      const headers = await anAdmin(small);
      const users = Array.from({ length: 12 }, (_, index) =>
        userOfSize(`large-${index}`, index % 3 ? 64_000 : 20_000, index % 2 ? '写' : 'x'),
      );
      expect((await small.api.post('/v1/users/bulk').set(headers).send({ users })).body.written).toBe(12);

      const seen: string[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const answer = await sendRaw(small, 'GET', `/v1/users?limit=100${cursor && `&cursor=${cursor}`}`, headers);
        expect(answer.bytes).toBeLessThanOrEqual(150_000);
        const page = JSON.parse(answer.text);
        expect(page.items.length).toBeGreaterThan(0);
        seen.push(...page.items.map(({ userId }: { userId: string }) => userId));
        cursor = page.next;
      }
      expect(seen.toSorted()).toEqual(users.map(({ userId }) => userId).toSorted());
    } finally {
      await small.close();
    }
  });

  test('when one user alone is larger than a response may be, then it is shown alone', async () => {
    const tiny = await startService({ MAX_RESPONSE_BYTES: '2000' });
    try {
      const headers = await anAdmin(tiny);
      const users = [userOfSize('large-1', 10_000), userOfSize('large-2', 10_000)];
      expect((await tiny.api.post('/v1/users/bulk').set(headers).send({ users })).body.written).toBe(2);
      const first = (await tiny.api.get('/v1/users').set(headers)).body;
      const second = (await tiny.api.get('/v1/users').query({ cursor: first.next }).set(headers)).body;
      expect([first.items.length, second.items.length, second.next]).toEqual([1, 1, null]);
    } finally {
      await tiny.close();
    }
  });
});
