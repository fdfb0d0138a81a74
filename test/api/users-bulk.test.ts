import { startService, type TestService } from '../support/service.ts';
import { anAdmin, aUser, type Headers, numbered, sendRaw, storedUser, userOfSize } from '../support/users.ts';

let service: TestService;
let admin: Headers;
beforeAll(async () => {
  service = await startService();
  admin = await anAdmin(service);
});
afterAll(() => service.close());

const bulk = (users: unknown[], headers = admin) => service.api.post('/v1/users/bulk').set(headers).send({ users });
const ndjson = (text: string) => service.api.post('/v1/users/bulk').set(admin).set('content-type', 'application/x-ndjson').send(text);
const lines = (rows: unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

async function storedNames(prefix: string): Promise<Record<string, unknown>> {
  const rows = (await service.stored.rows('users')).filter(({ userId }) => String(userId).startsWith(`${prefix}-`));
  return Object.fromEntries(rows.map(({ userId, name }) => [userId, name]));
}

describe('putting many users', () => {
  test.each([
    ['json', (users: object[]) => bulk(users)],
    ['ndjson', (users: object[]) => ndjson(lines(users))],
  ])('when a thousand come as %s, then all are written', async (prefix, send) => {
    const users = numbered(1_000, prefix);
    const answer = await send(users);

    expect([answer.status, answer.body]).toEqual([200, { written: 1_000, replaced: [], rejected: [] }]);
    expect(await storedNames(prefix)).toEqual(Object.fromEntries(users.map(({ userId, name }) => [userId, name])));
    expect(new Set((await service.stored.rows('users')).map(({ version }) => version)).size).toBeGreaterThanOrEqual(1_000);
  });

  test('when one exists, then it is replaced whole and has a new version', async () => {
    const old = await aUser(service, { userId: 'existing', name: 'Old', email: 'old@example.com' });
    expect((await bulk([{ userId: 'existing', name: 'New', attributes: { a: 1 } }])).status).toBe(200);

    const row = await storedUser(service, 'existing');
    expect(row).toEqual({
      userId: 'existing',
      name: 'New',
      attributes: { a: 1 },
      version: expect.any(String),
      updatedAt: expect.any(String),
    });
    expect(row?.version).not.toBe(old.version);
  });

  test('when some rows are bad, then they are told with their place and the good ones are written', async () => {
    const good = numbered(3, 'mixed');
    const bad = [{ userId: 'mixed-bad', name: '', extra: 1 }, null, { userId: 'a b', name: 'n' }, userOfSize('mixed-large', 64_001)];
    const answer = await bulk([good[0], bad[0], good[1], bad[1], bad[2], good[2], bad[3]]);

    expect([answer.status, answer.body.written, answer.body.replaced]).toEqual([207, 3, []]);
    const told = { code: 'invalid-input', errors: expect.any(Array) };
    expect(answer.body.rejected).toEqual([
      { index: 1, userId: 'mixed-bad', ...told },
      { index: 3, ...told },
      { index: 4, userId: 'a b', ...told },
      { index: 6, userId: 'mixed-large', ...told },
    ]);
    const paths = (answer.body.rejected as { errors: { path: string }[] }[]).map(({ errors }) => errors.map(({ path }) => path));
    expect(paths).toEqual([['/name', '/extra'], [''], ['/userId'], ['']]);
    expect(await storedNames('mixed')).toEqual({ 'mixed-0': 'Number 0', 'mixed-1': 'Number 1', 'mixed-2': 'Number 2' });
  });

  test('when all rows are bad, then nothing is written', async () => {
    const before = await service.stored.rows('users');
    const answer = await bulk([{}, { name: 'n' }]);
    expect([answer.status, answer.body.written, answer.body.rejected.length]).toEqual([207, 0, 2]);
    expect(await service.stored.rows('users')).toEqual(before);
  });

  test('when rows have one key, then the last wins and the earlier ones are told', async () => {
    const row = (userId: string, name: string) => ({ userId, name });
    const answer = await bulk([row('twice-a', '1'), row('twice-b', '2'), row('twice-a', '3'), row('twice-c', '4'), row('twice-a', '5')]);

    expect([answer.status, answer.body]).toEqual([
      207,
      {
        written: 3,
        replaced: [
          { index: 0, by: 4 },
          { index: 2, by: 4 },
        ],
        rejected: [],
      },
    ]);
    expect(await storedNames('twice')).toEqual({ 'twice-a': '5', 'twice-b': '2', 'twice-c': '4' });
  });

  test('when the last row of a key is bad itself, then the earlier one stands', async () => {
    const answer = await bulk([
      { userId: 'again-a', name: '1' },
      { userId: 'again-a', name: '2' },
      { userId: 'again-a', name: '' },
    ]);

    expect([answer.status, answer.body.written, answer.body.replaced]).toEqual([207, 1, [{ index: 0, by: 1 }]]);
    expect(answer.body.rejected).toMatchObject([{ index: 2, userId: 'again-a', errors: [{ path: '/name' }] }]);
    expect(await storedNames('again')).toEqual({ 'again-a': '2' });
  });

  test('when lines are blank, end in CRLF or are no JSON, then only the broken ones are rejected', async () => {
    const text = `\n{"userId":"line-0","name":"0"}\r\n   \n{"userId":"line-1",\n{"userId":"line-2","name":"2"}\n\n[]\n{"userId":"line-3","name":"3"}`;
    const answer = await ndjson(text);

    expect([answer.status, answer.body.written]).toEqual([207, 3]);
    expect(answer.body.rejected).toEqual([
      { index: 1, code: 'invalid-input', errors: [{ path: '', message: 'is not JSON' }] },
      { index: 3, code: 'invalid-input', errors: expect.any(Array) },
    ]);
    expect(await storedNames('line')).toEqual({ 'line-0': '0', 'line-2': '2', 'line-3': '3' });
  });

  test('when there are 1,001, then 400 and nothing is written', async () => {
    for (const answer of [await bulk(numbered(1_001, 'over')), await ndjson(lines(numbered(1_001, 'over')))])
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid-input']);
    expect(await storedNames('over')).toEqual({});
  });

  test('when there are none, then nothing is written; when there is no body, no list or another type, then it is refused', async () => {
    const none = await bulk([]);
    expect([none.status, none.body]).toEqual([200, { written: 0, replaced: [], rejected: [] }]);
    expect((await ndjson('\n \n')).status).toBe(400);
    const send = (type: string, body: string) => sendRaw(service, 'POST', '/v1/users/bulk', { ...admin, 'content-type': type }, body);
    expect((await send('application/json', '')).status).toBe(400);
    expect((await send('application/x-ndjson', '')).status).toBe(400);
    for (const body of ['[]', '{}', '{"users":{}}', '{"users":[],"more":1}', '{"users":['])
      expect((await send('application/json', body)).status).toBe(400);
    expect((await send('text/csv', 'userId,name')).status).toBe(415);
  });

  test('when people may not, then 403', async () => {
    const ann = await service.as('ann');
    expect((await bulk([{ userId: 'ann', name: 'Ann' }], ann)).status).toBe(403); // not even themselves
    expect(await storedUser(service, 'ann')).toBeUndefined();
  });
});
