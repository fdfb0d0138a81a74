import fc from 'fast-check';
import { batchWrite } from '../../src/shared/batches.ts';
import { stamped, type User, type UserInput } from '../../src/users/user.ts';
import { MAX_RESPONSE_BYTES, startService, type TestService } from '../support/service.ts';
import { anAdmin, type Headers, numbered, sendRaw, userOfSize } from '../support/users.ts';

let service: TestService;
let admin: Headers;
beforeAll(async () => {
  service = await startService();
  admin = await anAdmin(service);
});
afterAll(() => service.close());

const post = (path: string, body: object) => service.api.post(`/v1/users/${path}`).set(admin).send(body);

describe('getting many users', () => {
  test('when they are asked for, then they come in that order, repeats folded, and who is not there is named', async () => {
    const users = numbered(250, 'asked');
    expect((await post('bulk', { users })).body.written).toBe(250);
    const userIds = users
      .map(({ userId }) => userId)
      .toSorted((a, b) => (a.split('').reverse().join('') < b.split('').reverse().join('') ? -1 : 1));
    const { status, body } = await post('bulk-get', { userIds: ['nobody-1', ...userIds, 'nobody-2', ...userIds, 'nobody-1'] });

    expect([status, body.notFound, body.remaining]).toEqual([200, ['nobody-1', 'nobody-2'], []]);
    expect((body.users as User[]).map(({ userId }) => userId)).toEqual(userIds);
    const rows = await service.stored.rows('users');
    for (const user of body.users) expect(rows).toContainEqual(user);
  });

  test('when none are asked for, then none come; when 1,001, or no ids, then 400', async () => {
    expect((await post('bulk-get', { userIds: [] })).body).toEqual({ users: [], notFound: [], remaining: [] });
    const ids = numbered(1_001, 'many').map(({ userId }) => userId);
    const refused = [{ userIds: ids }, { userIds: ids[0] }, { userIds: [1] }, {}, { userIds: [], users: [] }];
    for (const body of refused) expect((await post('bulk-get', body)).body).toMatchObject({ status: 400, code: 'invalid-input' });
    expect((await post('bulk-get', { userIds: ids.slice(0, 1_000) })).body.notFound).toHaveLength(1_000);
  });
});

/** Asks, and again for what remained, until nothing does. No answer may be over the limit, and each must bring something. */
async function getAll(of: TestService, headers: Headers, userIds: string[], limit: number) {
  const all = { users: [] as User[], notFound: [] as string[], sizes: [] as number[] };
  for (let rest = userIds; rest.length > 0; ) {
    const answer = await sendRaw(of, 'POST', '/v1/users/bulk-get', headers, JSON.stringify({ userIds: rest }));
    expect(answer.status).toBe(200);
    expect(answer.bytes).toBeLessThanOrEqual(limit);
    const { users, notFound, remaining } = JSON.parse(answer.text) as { users: User[]; notFound: string[]; remaining: string[] };
    expect(users.length + notFound.length).toBeGreaterThan(0);
    all.sizes.push(answer.bytes);
    all.users.push(...users);
    all.notFound.push(...notFound);
    rest = remaining;
  }
  return all;
}

describe('getting many users that are large', () => {
  const LIMITS = [100_000, 300_000, 700_000, 6_000_000].filter((limit) => limit <= MAX_RESPONSE_BYTES);
  const services: { limit: number; of: TestService; headers: Headers; users: Map<string, UserInput> }[] = [];
  beforeAll(async () => {
    // sizes up to the largest, in text that takes one to six bytes a character as JSON
    const users = Array.from({ length: 90 }, (_, index) =>
      userOfSize(
        `${'u'.repeat(index * 2)}-${index}`,
        index % 3 ? 800 + index * 20 : 64_000 - index * 100,
        ['x', 'é', '写', '📷', '"', '\u0000'][index % 6],
      ),
    );
    const writes = users.map((user) => ({ key: { userId: user.userId }, item: { ...stamped(user, 'one') } }));
    expect(await batchWrite(service.services.clients.dynamodb, service.config.tables.users, writes)).toEqual([]);
    for (const limit of LIMITS) {
      // all on the tables of one
      const of = await startService({ MAX_RESPONSE_BYTES: String(limit), DYNAMODB_ENDPOINT: service.engines.dynamodb });
      const headers = { ...(await anAdmin(of)), 'content-type': 'application/json' };
      services.push({ limit, of, headers, users: new Map(users.map((user) => [user.userId, user])) });
    }
  });
  afterAll(() => Promise.all(services.map(({ of }) => of.close())));

  test('when any of them are asked for, then asking for what remains brings each exactly once, in order, within the limit', async () => {
    const asked = fc.array(fc.nat(99), { minLength: 1, maxLength: 230, size: 'max' }); // 90 to 99 are nobody's
    await fc.assert(
      fc.asyncProperty(asked, fc.constantFrom(...LIMITS), async (numbers, limit) => {
        const { of, headers, users } = services.find((each) => each.limit === limit) as (typeof services)[number];
        const ids = [...users.keys()];
        const userIds = numbers.map((number) => ids[number] ?? `nobody-${number}`);
        const once = [...new Set(userIds)];
        const answer = await getAll(of, headers, userIds, limit);

        expect(answer.notFound).toEqual(once.filter((userId) => !users.has(userId)));
        expect(answer.users.map(({ userId }) => userId)).toEqual(once.filter((userId) => users.has(userId)));
        for (const user of answer.users) expect(user).toMatchObject(users.get(user.userId) as UserInput);
      }),
      { numRuns: 12 },
    );
  });

  test('when more is asked for than fits, then every answer but the last is as full as the next user lets it be', async () => {
    const { limit, of, headers, users } = services[1] as (typeof services)[number];
    const answer = await getAll(of, headers, [...users.keys()], limit);
    expect(answer.users.map(({ userId }) => userId)).toEqual([...users.keys()]);
    expect(answer.sizes.length).toBeGreaterThan(5);
    for (const bytes of answer.sizes.slice(0, -1)) expect(bytes).toBeGreaterThan(limit - 64_000 - 40_000); // ids and frame besides
  });
});
