import { type Answer, type Fault, throttled } from '../contracts/faults.ts';
import { anAdmin, numbered, startTroubledService, type TroubledService } from '../support/users.ts';

type Group = { Keys: object[] } | object[];
interface Batch {
  RequestItems: Record<string, Group>;
}

const isBatch = (body: object): body is Batch => 'RequestItems' in body;

/** Trouble with one operation only. */
const on =
  (operation: string, fault: (body: Batch, forward: (body: object) => Promise<Answer>) => Promise<Answer>): Fault<object> =>
  (call, forward) =>
    call.operation === operation && isBatch(call.body) ? fault(call.body, forward) : forward(call.body);

/** Does the first `part` of a batch, and says of the rest that it was not done. */
const partly = (operation: string, part: number) =>
  on(operation, async ({ RequestItems }, forward) => {
    const [[table, group]] = Object.entries(RequestItems) as [[string, Group]];
    const entries = Array.isArray(group) ? group : group.Keys;
    const end = Math.ceil(entries.length * part);
    const as = (some: object[]) => ({ [table]: Array.isArray(group) ? some : { ...group, Keys: some } });
    const answer: Answer = end > 0 ? await forward({ RequestItems: as(entries.slice(0, end)) }) : { status: 200, body: { Responses: {} } };
    if (end === entries.length) return answer;
    const rest = as(entries.slice(end));
    return {
      ...answer,
      body: { ...answer.body, ...(operation === 'BatchGetItem' ? { UnprocessedKeys: rest } : { UnprocessedItems: rest }) },
    };
  });

/** One of so many calls goes through, the others are refused. */
const oneIn = (count: number, operation: string) => {
  let calls = 0;
  return on(operation, async (body, forward) => (++calls % count ? throttled : forward(body)));
};

let service: TroubledService;
let hasty: TroubledService;
beforeAll(async () => {
  [service, hasty] = await Promise.all([startTroubledService(), startTroubledService({ REQUEST_TIMEOUT_MS: '700' })]);
});
afterEach(() => {
  service.trouble(undefined);
  hasty.trouble(undefined);
});
afterAll(() => Promise.all([service.close(), hasty.close()]));

const post = async (to: TroubledService, path: string, body: object) =>
  to.api
    .post(`/v1/users/${path}`)
    .set(await anAdmin(to))
    .send(body);
const idsIn = async (of: TroubledService, prefix: string) =>
  (await of.stored.rows('users')).map(({ userId }) => String(userId)).filter((userId) => userId.startsWith(`${prefix}-`));

describe('many users on a table that is busy', () => {
  // throttled calls are few: each takes the SDK's own back-off
  test.each<[string, () => Fault<object>, number]>([
    ['left-half', () => partly('BatchWriteItem', 0.5), 110],
    ['throttled', () => oneIn(4, 'BatchWriteItem'), 30],
  ])('when writes are %s, then they are repeated until all is written', async (prefix, fault, count) => {
    const users = numbered(count, prefix);
    service.trouble(fault());
    const answer = await post(service, 'bulk', { users });

    expect([answer.status, answer.body]).toEqual([200, { written: count, replaced: [], rejected: [] }]);
    expect((await idsIn(service, prefix)).toSorted()).toEqual(users.map(({ userId }) => userId).toSorted());
  });

  test.each<[string, () => Fault<object>, number]>([
    ['left-half', () => partly('BatchGetItem', 0.5), 250],
    ['throttled', () => oneIn(2, 'BatchGetItem'), 110],
  ])('when reads are %s, then they are repeated until all is there, in the order asked', async (reads, fault, count) => {
    const users = numbered(count, `read-${reads}`);
    expect((await post(service, 'bulk', { users })).body.written).toBe(count);
    const userIds = users.map(({ userId }) => userId).toReversed();
    service.trouble(fault());
    const { status, body } = await post(service, 'bulk-get', { userIds: [...userIds, 'nobody'] });

    expect([status, body.notFound, body.remaining]).toEqual([200, ['nobody'], []]);
    expect((body.users as { userId: string }[]).map(({ userId }) => userId)).toEqual(userIds);
  });

  test('when deletions are left half done, then they are repeated until all are gone', async () => {
    const users = numbered(100, 'gone');
    expect((await post(service, 'bulk', { users })).body.written).toBe(100);
    const userIds = users.map(({ userId }) => userId);
    service.trouble(partly('BatchWriteItem', 0.5));
    const { body } = await post(service, 'bulk-delete', { userIds });

    expect(body).toEqual({ deleted: userIds, refused: [] });
    expect(await idsIn(service, 'gone')).toEqual([]);
  });

  const never = on('BatchWriteItem', () => new Promise<never>(() => {}));
  /** Does the first call, half of the second, and nothing more. */
  const tiring = (after: Fault<object>): Fault<object> => {
    let calls = 0;
    const half = partly('BatchWriteItem', 0.5);
    return (call, forward) => {
      if (call.operation !== 'BatchWriteItem' || ++calls === 1) return forward(call.body);
      return calls === 2 ? half(call, forward) : after(call, forward);
    };
  };
  test.each<[string, () => Fault<object>, number]>([
    ['refuses', () => on('BatchWriteItem', async () => throttled), 0],
    ['does-nothing', () => partly('BatchWriteItem', 0), 0],
    ['hangs', () => never, 0],
    ['tires', () => tiring(partly('BatchWriteItem', 0)), 38],
    ['tires-and-hangs', () => tiring(never), 38],
  ])('when the table %s until time is up, then the answer comes in time and says what was written', async (prefix, fault, written) => {
    const users = numbered(110, prefix);
    hasty.trouble(fault());
    const before = performance.now();
    const { status, body } = await post(hasty, 'bulk', { users });
    const ms = performance.now() - before;
    hasty.trouble(undefined);

    expect([status, body.written, body.replaced]).toEqual([207, written, []]);
    expect(ms).toBeLessThan(1_500);
    const late: string[] = body.rejected.map(({ userId }: { userId: string }) => userId);
    expect(body.rejected).toEqual(
      late.map((userId) => expect.objectContaining({ userId, code: 'unavailable', index: Number(userId.split('-').pop()) })),
    );
    const there = await idsIn(hasty, prefix);
    expect([...late, ...there].toSorted()).toEqual(users.map(({ userId }) => userId).toSorted());
  });

  test('when reads get nowhere until time is up, then 503 says to try again', async () => {
    hasty.trouble(partly('BatchGetItem', 0));
    const answer = await post(hasty, 'bulk-get', { userIds: ['ann'] });
    expect([answer.status, answer.body.code, answer.headers['retry-after']]).toEqual([503, 'unavailable', '1']);
  });
});
