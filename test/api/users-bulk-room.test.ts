import { startService, type TestService } from '../support/service.ts';
import { anAdmin, type Headers, sendRaw } from '../support/users.ts';

// the limits that a load balancer in front of a Lambda leaves
const [BODY, RESPONSE] = [1_000_000, 700_000];

let service: TestService;
let headers: Headers;
beforeAll(async () => {
  service = await startService({ MAX_BODY_BYTES: String(BODY), MAX_RESPONSE_BYTES: String(RESPONSE) });
  headers = { ...(await anAdmin(service)), 'content-type': 'application/json' };
});
afterAll(() => service.close());

const send = (path: string, body: object) => sendRaw(service, 'POST', `/v1/users/${path}`, headers, JSON.stringify(body));

describe('answers about many users', () => {
  test.each([
    ['unknown fields', 'k', 300],
    ['unknown fields outside ASCII', '写', 100],
  ])(
    'when a thousand rows are wrong at length by %s, then each is told and the answer is no larger than it may be',
    async (_, sign, length) => {
      const row = (index: number) => ({
        userId: `bad-${index}`,
        [`1${sign.repeat(length)}`]: 1,
        [`2${sign.repeat(length)}`]: 1,
        [`3${sign.repeat(length)}`]: 1,
      });
      const users = [{ userId: 'good', name: 'Good' }, ...Array.from({ length: 999 }, (_each, index) => row(index))];
      expect(Buffer.byteLength(JSON.stringify({ users }))).toBeLessThan(BODY);
      const answer = await send('bulk', { users });

      expect(answer.status).toBe(207);
      expect(answer.bytes).toBeLessThanOrEqual(RESPONSE);
      const { written, rejected } = JSON.parse(answer.text);
      expect([written, rejected.length]).toEqual([1, 999]);
      expect(rejected[0]).toMatchObject({ index: 1, userId: 'bad-0', code: 'invalid-input' });
      for (const [index, { errors }] of rejected.entries()) {
        expect(rejected[index].index).toBe(index + 1);
        expect(errors.length).toBeGreaterThan(0);
      }
      expect((await service.stored.rows('users')).map(({ userId }) => userId)).toEqual(['good']);
    },
  );

  test('when a thousand of the longest ids are asked for or deleted, then the answer is no larger than it may be', async () => {
    const userIds = Array.from({ length: 1_000 }, (_, index) => `${'"'.repeat(240)}${index}`);
    for (const path of ['bulk-get', 'bulk-delete']) {
      const answer = await send(path, { userIds });
      expect(answer.status).toBe(200);
      expect(answer.bytes).toBeLessThanOrEqual(RESPONSE);
      const { notFound, deleted } = JSON.parse(answer.text);
      expect(notFound ?? deleted).toEqual(userIds);
    }
  });
});
