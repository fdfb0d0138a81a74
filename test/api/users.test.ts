import { startService, type TestService } from '../support/service.ts';
import { anAdmin, aUser, type Headers, storedUser } from '../support/users.ts';

let service: TestService;
let admin: Headers;
beforeAll(async () => {
  service = await startService();
  admin = await anAdmin(service);
});
afterAll(() => service.close());

const create = (body: object, headers: Headers = admin) => service.api.post('/v1/users').set(headers).send(body);

describe('creating a user', () => {
  const ann = { name: 'Ann', email: 'ann@example.com', attributes: { team: 'blue', age: 41, paid: true } };

  test('when there is none, then 201 says where it is and which version, and it is in the table', async () => {
    const answer = await create({ userId: 'auth0|ann', ...ann });

    const { user } = answer.body;
    expect([answer.status, answer.headers.location]).toEqual([201, '/v1/users/auth0%7Cann']);
    expect(answer.headers.etag).toBe(`"${user.version}"`);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(user).toEqual({ userId: 'auth0|ann', ...ann, version: expect.any(String), updatedAt: expect.any(String) });
    expect(new Date(user.updatedAt).toISOString()).toBe(user.updatedAt);
    expect(await storedUser(service, 'auth0|ann')).toEqual(user);
  });

  test('when there is one, then 409 and it stays as it was', async () => {
    const user = await aUser(service, { userId: 'first', name: 'First' });
    const answer = await create({ userId: 'first', name: 'Second' });

    expect([answer.status, answer.body.code]).toEqual([409, 'conflict']);
    expect(await storedUser(service, 'first')).toEqual(user);
  });

  test('when many create it at once, then one does, and it is theirs', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => create({ userId: 'wanted', name: `Try ${index}` })));

    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
    expect(await storedUser(service, 'wanted')).toEqual(answers.find(({ status }) => status === 201)?.body.user);
  });

  test('when the same request comes again under its key, then it is answered the same and written once', async () => {
    const headers = { ...admin, 'idempotency-key': 'create-once' };
    const first = await create({ userId: 'once', ...ann }, headers);
    const again = await create({ attributes: ann.attributes, name: 'Ann', userId: 'once', email: ann.email }, headers);

    expect([again.status, again.headers['idempotency-replayed']]).toEqual([201, 'true']);
    expect(again.body).toEqual(first.body);
    expect([again.headers.etag, again.headers.location]).toEqual([first.headers.etag, first.headers.location]);
    expect(await storedUser(service, 'once')).toEqual(first.body.user);
  });

  test('when who may only write repeats a request under its key, then they are answered as at first', async () => {
    const headers = { ...(await service.asMachine('writer', 'users:write:any')), 'idempotency-key': 'write-only' };
    const first = await create({ userId: 'write-only', name: 'Ann' }, headers);
    const again = await create({ userId: 'write-only', name: 'Ann' }, headers);

    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
  });

  test('when another request comes under the same key, then 422 and nothing is written', async () => {
    const headers = { ...admin, 'idempotency-key': 'create-other' };
    await create({ userId: 'one', name: 'One' }, headers);
    const answer = await create({ userId: 'two', name: 'Two' }, headers);

    expect([answer.status, answer.body.code]).toEqual([422, 'idempotency-key-reused']);
    expect(await storedUser(service, 'two')).toBeUndefined();
  });

  test('when a request was refused under a key, then the key is free for the mended one', async () => {
    const headers = { ...admin, 'idempotency-key': 'create-mended' };
    await aUser(service, { userId: 'taken', name: 'First' });

    expect((await create({ userId: 'taken', name: 'Second' }, headers)).status).toBe(409);
    expect((await create({ userId: 'not-taken', name: 'Second' }, headers)).status).toBe(201);
    expect(await storedUser(service, 'not-taken')).toMatchObject({ name: 'Second' });
  });
});

describe('reading a user', () => {
  test('when it exists, then GET shows it and HEAD the same without a body', async () => {
    const user = await aUser(service, { userId: 'read', name: 'Read' });
    const [got, head] = [await service.api.get('/v1/users/read').set(admin), await service.api.head('/v1/users/read').set(admin)];

    expect([got.status, got.body]).toEqual([200, { user }]);
    expect(got.headers.etag).toBe(`"${user.version}"`);
    expect([head.status, head.headers.etag, head.text ?? '']).toEqual([200, got.headers.etag, '']);
    expect(head.headers['content-length']).toBe(got.headers['content-length']);
  });

  test('when the version is the one known, then 304, also to HEAD; when it is another, then 200', async () => {
    const { version } = await aUser(service, { userId: 'known', name: 'Known' });
    const ask = (ifNoneMatch: string) => service.api.get('/v1/users/known').set(admin).set('if-none-match', ifNoneMatch);

    for (const known of [`"${version}"`, `W/"${version}"`, `"other", "${version}"`, '*']) {
      const answer = await ask(known);
      expect([answer.status, answer.headers.etag, answer.text]).toEqual([304, `"${version}"`, '']);
    }
    expect((await service.api.head('/v1/users/known').set(admin).set('if-none-match', `"${version}"`)).status).toBe(304);
    expect((await ask('"other"')).status).toBe(200);
    expect((await ask(version)).status).toBe(400);
  });

  test('when there is none, then 404, whatever is known', async () => {
    expect((await service.api.get('/v1/users/nobody').set(admin)).body).toMatchObject({ status: 404, code: 'not-found' });
    expect((await service.api.get('/v1/users/nobody').set(admin).set('if-none-match', '*')).status).toBe(404);
    expect((await service.api.head('/v1/users/nobody').set(admin)).status).toBe(404);
  });
});

describe('deleting a user', () => {
  const remove = (userId: string, headers: Headers = {}) => service.api.delete(`/v1/users/${userId}`).set(admin).set(headers);

  test('when it exists, then 204 and it is gone; when asked again, then 404', async () => {
    await aUser(service, { userId: 'gone', name: 'Gone' });
    const answer = await remove('gone');

    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(await storedUser(service, 'gone')).toBeUndefined();
    expect((await remove('gone')).status).toBe(404);
  });

  test('when If-Match is stale, then 412 and it stays; when it is right, then it goes', async () => {
    const user = await aUser(service, { userId: 'guarded', name: 'Guarded' });
    for (const stale of ['"stale"', `W/"${user.version}"`]) {
      const answer = await remove('guarded', { 'if-match': stale });
      expect([answer.status, answer.body.code]).toEqual([412, 'precondition-failed']);
      expect(await storedUser(service, 'guarded')).toEqual(user);
    }
    expect((await remove('guarded', { 'if-match': `"${user.version}"` })).status).toBe(204);
    expect(await storedUser(service, 'guarded')).toBeUndefined();
  });

  test('when the query asks for anything unknown, then 400 and it stays', async () => {
    const user = await aUser(service, { userId: 'kept', name: 'Kept' });
    for (const query of ['?photos=keep', '?photos=', '?photo=delete']) expect((await remove(`kept${query}`)).status).toBe(400);
    expect(await storedUser(service, 'kept')).toEqual(user);
  });
});
