import { startService, type TestService } from '../support/service.ts';
import { anAdmin, type Headers, type RawAnswer, sendRaw, storedUser, userOfSize } from '../support/users.ts';

let service: TestService;
let admin: Headers;
let json: Headers;
beforeAll(async () => {
  service = await startService();
  admin = await anAdmin(service);
  json = { ...admin, 'content-type': 'application/json' };
});
afterAll(() => service.close());

const create = (body: object) => service.api.post('/v1/users').set(admin).send(body);
const createRaw = (body: string | Buffer) => sendRaw(service, 'POST', '/v1/users', json, body);
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, index]));

/** What was refused named the place, and left nothing. */
async function expectRefused(answer: RawAnswer, path: string): Promise<void> {
  const body = JSON.parse(answer.text);
  expect([answer.status, body.code, body.errors?.[0].path]).toEqual([400, 'invalid-input', path]);
  expect(await storedUser(service, 'refused')).toBeUndefined();
}

describe('what of a user is refused', () => {
  test.each<[string, string, string]>([
    ['no name', '{}', '/name'],
    ['an empty name', '{"name":""}', '/name'],
    ['a name that is no text', '{"name":1}', '/name'],
    ['a name of 257 characters', JSON.stringify({ name: 'x'.repeat(257) }), '/name'],
    ['a name of 257 characters outside the basic plane', JSON.stringify({ name: '📷'.repeat(257) }), '/name'],
    ['a lone surrogate in the name', '{"name":"a\\ud800b"}', '/name'],
    ['a lone low surrogate in the name', '{"name":"\\udc00"}', '/name'],
    ['a lone surrogate in an attribute', '{"name":"n","attributes":{"a":"\\ud800"}}', '/attributes/a'],
    ['a lone surrogate in an attribute’s key', '{"name":"n","attributes":{"a\\ud800":1}}', '/attributes/a\ufffd'],
    ['an email without @', '{"name":"n","email":"ann"}', '/email'],
    ['an empty email', '{"name":"n","email":""}', '/email'],
    ['an email with a space', '{"name":"n","email":"a b@example.com"}', '/email'],
    ['an email of 321 characters', JSON.stringify({ name: 'n', email: `${'x'.repeat(319)}@x` }), '/email'],
    ['an email of null', '{"name":"n","email":null}', '/email'],
    ['attributes of null', '{"name":"n","attributes":null}', '/attributes'],
    ['a list of attributes', '{"name":"n","attributes":[]}', '/attributes'],
    ['an attribute of null', '{"name":"n","attributes":{"a":null}}', '/attributes/a'],
    ['a nested attribute', '{"name":"n","attributes":{"a":{"b":1}}}', '/attributes/a'],
    ['a list in an attribute', '{"name":"n","attributes":{"a":[1]}}', '/attributes/a'],
    ['an empty key', '{"name":"n","attributes":{"":1}}', '/attributes/'],
    ['a key of 65 characters', JSON.stringify({ name: 'n', attributes: { ['k'.repeat(65)]: 1 } }), `/attributes/${'k'.repeat(65)}`],
    ['51 attributes', JSON.stringify({ name: 'n', attributes: many(51) }), '/attributes'],
    ['2^53', '{"name":"n","attributes":{"a":9007199254740992}}', '/attributes/a'],
    ['−2^53', '{"name":"n","attributes":{"a":-9007199254740992}}', '/attributes/a'],
    ['1e300', '{"name":"n","attributes":{"a":1e300}}', '/attributes/a'],
    ['1e-200', '{"name":"n","attributes":{"a":1e-200}}', '/attributes/a'],
    ['−1e-101', '{"name":"n","attributes":{"a":-1e-101}}', '/attributes/a'],
    ['1e400, which JavaScript reads as infinite', '{"name":"n","attributes":{"a":1e400}}', '/attributes/a'],
    ['__proto__', '{"name":"n","__proto__":{"email":"a@b"}}', '/__proto__'],
    ['constructor', '{"name":"n","constructor":1}', '/constructor'],
    ['__proto__ as a key', '{"name":"n","attributes":{"__proto__":"x"}}', '/attributes/__proto__'],
    ['constructor as a key', '{"name":"n","attributes":{"constructor":"x"}}', '/attributes/constructor'],
    ['an unknown field', '{"name":"n","a/b~c":1}', '/a~1b~0c'],
    ['a version of its own', '{"name":"n","version":"1"}', '/version'],
  ])('when it is %s, then 400 names the place and nothing is stored', async (_what, body, path) => {
    await expectRefused(await sendRaw(service, 'PUT', '/v1/users/refused', json, body), path);
    const whole = body.replace('{', '{"userId":"refused"').replace(/"refused"(?=")/, '"refused",');
    await expectRefused(await createRaw(whole), path);
  });

  test('when several things are wrong, then all are named', async () => {
    const answer = await create({ userId: 'a b', name: '', email: 'x', extra: 1 });
    const paths = (answer.body.errors as { path: string }[]).map(({ path }) => path);
    expect([answer.status, [...new Set(paths)].toSorted()]).toEqual([400, ['/email', '/extra', '/name', '/userId']]);
  });

  test.each([['null'], ['"text"'], ['1'], ['[]']])('when the body is %s, then 400', async (body) => {
    await expectRefused(await createRaw(body), '');
  });

  test.each([['{"userId":"refused","name":NaN}'], ['{"userId":"refused","name":"n"']])('when the body is %s, then 400', async (body) => {
    const answer = await createRaw(body);
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([400, 'malformed-json']);
    expect(await storedUser(service, 'refused')).toBeUndefined();
  });

  test('when the body has bytes that are not UTF-8, then 400 and nothing is stored bent', async () => {
    const surrogate = Buffer.from('{"userId":"bent","name":"\xed\xa0\x80"}', 'latin1'); // as CESU-8 would have it
    const answers = [
      await createRaw(surrogate),
      await sendRaw(service, 'POST', '/v1/users/bulk', { ...admin, 'content-type': 'application/x-ndjson' }, surrogate),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 400]);
    expect(await storedUser(service, 'bent')).toBeUndefined();
  });

  test('when it is one byte over 64,000, then 400 and nothing is stored', async () => {
    for (const filling of ['x', '写', '"'])
      await expectRefused(await createRaw(JSON.stringify(userOfSize('refused', 64_001, filling))), '');
  });
});
