import { startService, type TestService } from '../support/service.ts';
import { anAdmin, type Headers, sendRaw, storedUser, userOfSize } from '../support/users.ts';

let service: TestService;
let admin: Headers;
beforeAll(async () => {
  service = await startService();
  admin = await anAdmin(service);
});
afterAll(() => service.close());

const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, index]));
let count = 0;

/** What is sent comes back just so from the write, from a read and from bulk-get, and is in the table. */
async function expectKept(raw: string, expected: object): Promise<void> {
  const userId = `kept-${count++}`;
  const path = `/v1/users/${userId}`;
  const answer = await sendRaw(service, 'PUT', path, { ...admin, 'content-type': 'application/json' }, raw);
  const read = await service.api.get(path).set(admin);
  const bulk = await service.api
    .post('/v1/users/bulk-get')
    .set(admin)
    .send({ userIds: [userId] });

  const user = { userId, ...expected, version: expect.any(String), updatedAt: expect.any(String) };
  expect(answer.status).toBe(201);
  expect([JSON.parse(answer.text).user, read.body.user, ...bulk.body.users]).toEqual([user, user, user]);
  expect(await storedUser(service, userId)).toEqual(user);
}

describe('what of a user is kept exactly', () => {
  test.each<[string, number]>([
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['-9007199254740991', Number.MIN_SAFE_INTEGER],
    ['0.30000000000000004', 0.1 + 0.2],
    ['3.141592653589793', Math.PI],
    ['123456789.12345679', 123456789.12345679],
    ['1e-99', 1e-99],
    ['-1.5e-100', -1.5e-100],
    ['1.0', 1],
    ['1E2', 100],
    ['0', 0],
    ['-0', 0],
    ['0.0000001', 1e-7],
  ])('when a number is %s, then it comes back as it was', async (raw, value) => {
    await expectKept(`{"name":"n","attributes":{"a":${raw}}}`, { name: 'n', attributes: { a: value } });
  });

  test('when numbers are many and random, then each comes back as it was', async () => {
    const random = () => (Math.random() + 0.1) * Math.sign(Math.random() - 0.5) * 10 ** (Math.floor(Math.random() * 112) - 98);
    const attributes = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`a${index}`, random()]));
    await expectKept(JSON.stringify({ name: 'n', attributes }), { name: 'n', attributes });
  });

  test.each([
    ['NaN'],
    ['Infinity'],
    ['null'],
    ['9007199254740993'],
    ['1e400'],
    [''],
    [' '],
    ['\n\t\u0000\u001f\u007f'],
    ['\u2028\u2029\ufeff\ufffd\uffff'],
    ['Grüße, φωτογραφία, фотография'],
    ['صورة שלום तस्वीर ภาพถ่าย'],
    ['照片 写真 사진'],
    ['👩‍👩‍👧 📷 🏳️‍🌈 \u{10ffff}'],
    ['e\u0301 is not é'],
    ['<script>"\'&\\/'],
    ['__proto__'],
  ])('when a text is %j, then it comes back as it was', async (text) => {
    await expectKept(JSON.stringify({ name: `n${text}`, attributes: { a: text } }), { name: `n${text}`, attributes: { a: text } });
  });

  test('when keys of attributes are odd, then they come back as they were', async () => {
    const attributes = {
      toString: 1,
      'a/b~c': true,
      ' ': 'space',
      '📷': '',
      $set: 1,
      'a.b': 1,
      '#0': 1,
      ':v': 1,
      S: 'x',
      M: false,
      '7': 7,
    };
    await expectKept(JSON.stringify({ name: 'n', attributes }), { name: 'n', attributes });
  });

  test.each<[string, object]>([
    ['a name of 256 characters outside the basic plane', { name: '📷'.repeat(256) }],
    ['an email of 320 characters', { name: 'n', email: `${'x'.repeat(318)}@x` }],
    ['an email outside ASCII', { name: 'n', email: 'φ📷@παράδειγμα.ελ' }],
    ['a key of 64 characters outside the basic plane', { name: 'n', attributes: { ['📷'.repeat(64)]: 1 } }],
    ['50 attributes', { name: 'n', attributes: many(50) }],
    ['no attributes', { name: 'n', attributes: {} }],
  ])('when it is %s, then it is kept', async (_what, body) => {
    await expectKept(JSON.stringify(body), body);
  });

  test.each(['x', '写', '📷', '"', '\u0000'])('when it is 64,000 bytes of %j, then it is kept', async (filling) => {
    const { userId: _, ...body } = userOfSize('kept-99', 64_000, filling);
    await expectKept(JSON.stringify(body), body);
  });
});
