import { startService, type TestService } from '../support/service.ts';
import { anAdmin, type Headers, sendRaw, storedUser } from '../support/users.ts';

let service: TestService;
let admin: Headers;
beforeAll(async () => {
  service = await startService();
  admin = await anAdmin(service);
});
afterAll(() => service.close());

const GOOD = [
  'auth0|5f7c',
  'a:b',
  'x+y=z',
  'ann@example.com',
  '~',
  '...',
  '-',
  '0',
  'Me',
  'BULK',
  'bulk-put',
  '__proto__',
  'constructor',
  '!"$&\'()*+,-.:;<=>@[]^_`{|}~',
  'i'.repeat(255),
];
const BAD = ['', 'é', 'a b', ' a', 'a/b', 'a\\b', 'a%b', 'a?b', 'a#b', 'a\tb', 'a\u0000', 'a\u007f', '📷', '.', '..', 'i'.repeat(256)];
const RESERVED = ['me', 'bulk', 'bulk-get', 'bulk-delete'];

const post = (path: string, body: object) => service.api.post(path).set(admin).send(body);
const put = (segment: string) =>
  sendRaw(service, 'PUT', `/v1/users/${segment}`, { ...admin, 'content-type': 'application/json' }, '{"name":"n"}');

describe('userIds', () => {
  test.each(GOOD)('when it is %s, then it is one, in every body and encoded in a path', async (userId) => {
    const path = `/v1/users/${encodeURIComponent(userId)}`;
    const made = await post('/v1/users', { userId, name: 'One' });
    expect([made.status, made.headers.location, made.body.user.userId]).toEqual([201, path, userId]);
    expect(await storedUser(service, userId)).toEqual(made.body.user);

    expect((await service.api.get(made.headers.location as string).set(admin)).body).toEqual(made.body);
    expect((await service.api.put(path).set(admin).send({ userId, name: 'Two' })).status).toBe(200);
    expect(
      (
        await service.api
          .patch(path)
          .set(admin)
          .send({ attributes: { a: 1 } })
      ).status,
    ).toBe(200);
    expect(await storedUser(service, userId)).toMatchObject({ userId, name: 'Two', attributes: { a: 1 } });

    expect((await post('/v1/users/bulk', { users: [{ userId, name: 'Three' }] })).body).toEqual({ written: 1, replaced: [], rejected: [] });
    expect((await post('/v1/users/bulk-get', { userIds: [userId] })).body.users).toEqual([await storedUser(service, userId)]);
    expect((await post('/v1/users/bulk-delete', { userIds: [userId] })).body).toEqual({ deleted: [userId], refused: [] });
    expect(await storedUser(service, userId)).toBeUndefined();
  });

  test('when it goes with its own signs unescaped in a path, then it is the same', async () => {
    expect((await put("x+y=z!$&'()*,;:@")).status).toBe(201);
    expect(await storedUser(service, "x+y=z!$&'()*,;:@")).toMatchObject({ name: 'n' });
  });

  test.each([...BAD, ...RESERVED])('when it is %j, then every body with it is refused and nothing is stored', async (userId) => {
    const before = await service.stored.rows('users');
    const created = await post('/v1/users', { userId, name: 'n' });
    expect([created.status, created.body.code, created.body.errors[0].path]).toEqual([400, 'invalid-input', '/userId']);

    const bulk = await post('/v1/users/bulk', { users: [{ userId, name: 'n' }] });
    expect([bulk.status, bulk.body.written, bulk.body.rejected[0].errors[0].path]).toEqual([207, 0, '/userId']);
    for (const path of ['/v1/users/bulk-get', '/v1/users/bulk-delete']) {
      const { status, body } = await post(path, { userIds: ['fine', userId] });
      expect([status, body.errors[0].path]).toEqual([400, '/userIds/1']);
    }
    expect(await service.stored.rows('users')).toEqual(before);
  });

  test.each(BAD.filter(Boolean))('when a path has %j, escaped or not, then 400 and nothing is stored', async (userId) => {
    const before = await service.stored.rows('users');
    const segments = [
      userId.replace(/./gsu, (sign) => [...Buffer.from(sign)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')),
    ];
    if (/^\.+$/.test(userId)) segments.push(userId);
    for (const segment of segments) {
      const answer = await put(segment);
      expect([answer.status, JSON.parse(answer.text).code]).toEqual([400, 'invalid-input']);
    }
    expect(await service.stored.rows('users')).toEqual(before);
  });

  test.each(['a%b', '%', '%ff', '%c3%28', '%ed%a0%80', 'a%2'])('when a path has the broken escape %s, then 400', async (segment) => {
    const answer = await put(segment);
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([400, 'invalid-input']);
  });

  test.each(['bulk', 'bulk-get', 'bulk-delete'])('when a path has %s, then that is a route of its own, for POST only', async (userId) => {
    const answer = await put(userId);
    expect([answer.status, answer.headers.allow]).toEqual([405, 'POST']);
    expect((await put(userId.replace('b', '%62'))).status).toBe(400);
    expect(await storedUser(service, userId)).toBeUndefined();
  });
});
