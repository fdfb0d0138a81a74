import { startService, type TestService } from '../support/service.ts';
import { anAdmin, aUser, type Headers, storedUser, userOfSize } from '../support/users.ts';

let service: TestService;
let admin: Headers;
beforeAll(async () => {
  service = await startService();
  admin = await anAdmin(service);
});
afterAll(() => service.close());

const put = (userId: string, body: object, headers: Headers = {}) =>
  service.api.put(`/v1/users/${userId}`).set(admin).set(headers).send(body);

describe('putting a user', () => {
  test('when there is none, then 201 says where it is, and it is in the table', async () => {
    const answer = await put('new', { name: 'New', attributes: { a: 1 } });

    expect([answer.status, answer.headers.location, answer.headers.etag]).toEqual([201, '/v1/users/new', `"${answer.body.user.version}"`]);
    expect(answer.body.user).toMatchObject({ userId: 'new', name: 'New', attributes: { a: 1 } });
    expect(await storedUser(service, 'new')).toEqual(answer.body.user);
  });

  test('when there is one, then 200 and nothing of the old one is left', async () => {
    const old = await aUser(service, { userId: 'old', name: 'Old', email: 'old@example.com', attributes: { a: 1 } });
    const answer = await put('old', { name: 'New' });

    expect([answer.status, answer.headers.location]).toEqual([200, undefined]);
    expect(answer.body.user).toEqual({ userId: 'old', name: 'New', version: expect.any(String), updatedAt: expect.any(String) });
    expect(answer.body.user.version).not.toBe(old.version);
    expect(await storedUser(service, 'old')).toEqual(answer.body.user);
  });

  test('when the body repeats the userId, then it must be the one of the path', async () => {
    expect((await put('same', { userId: 'same', name: 'Same' })).status).toBe(201);
    const answer = await put('same', { userId: 'other', name: 'Other' });

    expect([answer.status, answer.body.errors]).toEqual([400, [{ path: '/userId', message: expect.any(String) }]]);
    expect(await storedUser(service, 'same')).toMatchObject({ name: 'Same' });
    expect(await storedUser(service, 'other')).toBeUndefined();
  });

  test('when the user is too large with the userId of the path, then 400 and nothing is stored', async () => {
    const userId = 'u'.repeat(255);
    const { userId: _, ...body } = userOfSize(userId, 64_001);
    expect((await put(userId, body)).status).toBe(400);
    expect(await storedUser(service, userId)).toBeUndefined();

    const { userId: __, ...fitting } = userOfSize(userId, 64_000);
    expect((await put(userId, fitting)).status).toBe(201);
    expect(await storedUser(service, userId)).toMatchObject(fitting);
  });

  test('when If-Match is the version, or *, then it is replaced', async () => {
    const { version } = await aUser(service, { userId: 'matched', name: 'One' });

    expect((await put('matched', { name: 'Two' }, { 'if-match': `"other", "${version}"` })).status).toBe(200);
    expect(await storedUser(service, 'matched')).toMatchObject({ name: 'Two' });
    expect((await put('matched', { name: 'Three' }, { 'if-match': '*' })).status).toBe(200);
    expect(await storedUser(service, 'matched')).toMatchObject({ name: 'Three' });
  });

  test('when If-Match is stale, or weak, then 412 and it stays', async () => {
    const user = await aUser(service, { userId: 'stale', name: 'One' });
    for (const ifMatch of ['"other"', `W/"${user.version}"`])
      expect((await put('stale', { name: 'Two' }, { 'if-match': ifMatch })).status).toBe(412);
    expect(await storedUser(service, 'stale')).toEqual(user);
  });

  test('when there is none to match, then 412 and none is made', async () => {
    for (const ifMatch of ['*', '"other"']) expect((await put('missing', { name: 'New' }, { 'if-match': ifMatch })).status).toBe(412);
    expect(await storedUser(service, 'missing')).toBeUndefined();
  });

  test('when If-None-Match is *, then only a new one is made', async () => {
    expect((await put('only-new', { name: 'One' }, { 'if-none-match': '*' })).status).toBe(201);
    expect((await put('only-new', { name: 'Two' }, { 'if-none-match': '*' })).status).toBe(412);
    expect(await storedUser(service, 'only-new')).toMatchObject({ name: 'One' });
  });

  test('when If-None-Match is the version, then 412; when it is another, then it is replaced', async () => {
    const { version } = await aUser(service, { userId: 'unless', name: 'One' });
    expect((await put('unless', { name: 'Two' }, { 'if-none-match': `"${version}"` })).status).toBe(412);
    expect(await storedUser(service, 'unless')).toMatchObject({ name: 'One' });
    expect((await put('unless', { name: 'Three' }, { 'if-none-match': '"other"' })).status).toBe(200);
    expect(await storedUser(service, 'unless')).toMatchObject({ name: 'Three' });
  });

  test('when many replace the same version at once, then one does', async () => {
    const { version } = await aUser(service, { userId: 'raced', name: 'One' });
    const tries = Array.from({ length: 8 }, (_, index) => put('raced', { name: `Try ${index}` }, { 'if-match': `"${version}"` }));
    const answers = await Promise.all(tries);

    const winners = answers.filter(({ status }) => status === 200);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412, 412, 412, 412, 412, 412, 412]);
    expect(await storedUser(service, 'raced')).toEqual(winners[0]?.body.user);
  });

  test('when many put over whatever version there is, then none is refused and the last write stays', async () => {
    await aUser(service, { userId: 'any-version', name: 'One' });
    const tries = Array.from({ length: 4 }, (_, index) => put('any-version', { name: `Try ${index}` }, { 'if-match': '*' }));
    const answers = await Promise.all(tries);

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(answers.map(({ body }) => body.user)).toContainEqual(await storedUser(service, 'any-version'));
  });
});
