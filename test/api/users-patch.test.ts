import { startService, type TestService } from '../support/service.ts';
import { anAdmin, aUser, type Headers, storedUser, userOfSize } from '../support/users.ts';

let service: TestService;
let admin: Headers;
beforeAll(async () => {
  service = await startService();
  admin = await anAdmin(service);
});
afterAll(() => service.close());

const patch = (userId: string, body: object, headers: Headers = {}) =>
  service.api.patch(`/v1/users/${userId}`).set(admin).set(headers).send(body);

const BEFORE = { name: 'Ann', email: 'ann@example.com', attributes: { team: 'blue', age: 41, paid: true } };
const { name, email, attributes } = BEFORE;

describe('patching a user', () => {
  test.each<[string, object, object]>([
    ['name', { name: 'Anna' }, { name: 'Anna', email, attributes }],
    ['email', { email: 'anna@example.com' }, { name, email: 'anna@example.com', attributes }],
    ['email-null', { email: null }, { name, attributes }],
    ['one-attribute', { attributes: { age: 42 } }, { name, email, attributes: { team: 'blue', age: 42, paid: true } }],
    ['new-attribute', { attributes: { new: '' } }, { name, email, attributes: { ...attributes, new: '' } }],
    ['falsy', { attributes: { age: 0, paid: false } }, { name, email, attributes: { team: 'blue', age: 0, paid: false } }],
    ['null-one', { attributes: { age: null } }, { name, email, attributes: { team: 'blue', paid: true } }],
    ['null-unknown', { attributes: { nothing: null } }, BEFORE],
    ['null-each', { attributes: { team: null, age: null, paid: null } }, { name, email }],
    ['null-all', { attributes: null }, { name, email }],
    ['mixed', { email: null, attributes: { age: null, x: 1 } }, { name, attributes: { team: 'blue', paid: true, x: 1 } }],
    ['nothing', {}, BEFORE],
    [
      'inherited-names',
      { attributes: { toString: 'a', valueOf: 1 } },
      { name, email, attributes: { ...attributes, toString: 'a', valueOf: 1 } },
    ],
  ])('when the patch is %s, then the rest stays and the version is new', async (userId, body, after) => {
    const { version } = await aUser(service, { userId, ...BEFORE });
    const answer = await patch(userId, body);

    expect(answer.status).toBe(200);
    expect(answer.body.user).toEqual({ userId, ...after, version: expect.any(String), updatedAt: expect.any(String) });
    expect(answer.body.user.version).not.toBe(version);
    expect(answer.headers.etag).toBe(`"${answer.body.user.version}"`);
    expect(await storedUser(service, userId)).toEqual(answer.body.user);
  });

  test.each<[string, object, string]>([
    ['no-name', { name: null }, '/name'],
    ['empty-name', { name: '' }, '/name'],
    ['bad-email', { email: 'ann' }, '/email'],
    ['its-id', { userId: 'its-id' }, '/userId'],
    ['nested', { attributes: { a: { b: 1 } } }, '/attributes/a'],
    ['list', { attributes: { a: [1] } }, '/attributes/a'],
    ['unsafe', { attributes: { a: 2 ** 53 } }, '/attributes/a'],
    ['too-many', { attributes: Object.fromEntries(Array.from({ length: 48 }, (_, index) => [`key${index}`, 1])) }, '/attributes'],
    ['too-large', { attributes: userOfSize('too-large', 63_950).attributes }, ''],
    ['a-list', [], ''],
  ])('when the patch is %s, then 400 names the place and nothing changes', async (userId, body, path) => {
    const user = await aUser(service, { userId, ...BEFORE });
    const answer = await patch(userId, body);

    expect([answer.status, answer.body.code, answer.body.errors?.[0].path]).toEqual([400, 'invalid-input', path]);
    expect(await storedUser(service, userId)).toEqual(user);
  });

  test('when it takes as many attributes away as it adds to fifty, then fifty remain', async () => {
    const keys = Array.from({ length: 50 }, (_, index) => `key${index}`);
    await aUser(service, { userId: 'swap', name, attributes: Object.fromEntries(keys.map((key) => [key, key])) });
    const swapped = Object.fromEntries(
      keys.flatMap((key) => [
        [key, null],
        [`new-${key}`, key],
      ]),
    );

    expect((await patch('swap', { attributes: swapped })).status).toBe(200);
    expect(Object.keys((await storedUser(service, 'swap'))?.attributes ?? {}).toSorted()).toEqual(
      keys.map((key) => `new-${key}`).toSorted(),
    );
  });

  test('when it is sent as a merge patch, then it is one; as anything else, then 415', async () => {
    await aUser(service, { userId: 'typed', ...BEFORE });
    const send = (type: string) =>
      service.api
        .patch('/v1/users/typed')
        .set(admin)
        .set('content-type', type)
        .send(JSON.stringify({ name: type }));

    expect((await send('application/merge-patch+json')).status).toBe(200);
    expect((await send('application/json-patch+json')).status).toBe(415);
    expect(await storedUser(service, 'typed')).toMatchObject({ name: 'application/merge-patch+json' });
  });

  test('when If-Match is stale, then 412 and nothing changes; when it is right, then it is patched', async () => {
    const user = await aUser(service, { userId: 'guarded', ...BEFORE });

    const stale = await patch('guarded', { name: 'Anna' }, { 'if-match': '"stale"' });
    expect([stale.status, stale.body.code]).toEqual([412, 'precondition-failed']);
    expect(await storedUser(service, 'guarded')).toEqual(user);
    expect((await patch('guarded', { name: 'Anna' }, { 'if-match': `"${user.version}"` })).status).toBe(200);
    expect(await storedUser(service, 'guarded')).toMatchObject({ name: 'Anna' });
  });

  test('when there is none, then 404 and none is made', async () => {
    expect((await patch('nobody', { name: 'Ann' })).status).toBe(404);
    expect((await patch('nobody', { name: 'Ann' }, { 'if-match': '*' })).status).toBe(404);
    expect(await storedUser(service, 'nobody')).toBeUndefined();
  });

  test('when five patch at once, then all are answered 200 and nobody’s change is lost', async () => {
    await aUser(service, { userId: 'busy', name });
    const keys = Array.from({ length: 5 }, (_, index) => `key${index}`);
    const answers = await Promise.all(keys.map((key) => patch('busy', { attributes: { [key]: key } })));

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect((await storedUser(service, 'busy'))?.attributes).toEqual(Object.fromEntries(keys.map((key) => [key, key])));
  });

  test('when several patch the same version at once, then one does', async () => {
    const { version } = await aUser(service, { userId: 'raced', name });
    const tries = Array.from({ length: 5 }, (_, index) =>
      patch('raced', { attributes: { [`key${index}`]: 1 } }, { 'if-match': `"${version}"` }),
    );
    const answers = await Promise.all(tries);

    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412, 412, 412, 412]);
    expect(await storedUser(service, 'raced')).toEqual(answers.find(({ status }) => status === 200)?.body.user);
  });
});
