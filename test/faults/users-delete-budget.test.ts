import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../contracts/faults.ts';
import { readyPhoto } from '../contracts/photos.ts';
import { addPhoto } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { anAdmin, aUser, type Headers, insertPhotos, startTroubledService, storedUser, type TroubledService } from '../support/users.ts';

const BUDGET_MS = 1_000;
const PHOTOS = 1_200;
/** A table whose batches take a tenth of a second each. */
const slow: Fault<object> = async ({ operation, body }, forward) => {
  if (operation === 'BatchWriteItem') await delay(100);
  return forward(body);
};

let service: TroubledService;
let admin: Headers;
beforeAll(async () => {
  service = await startTroubledService({ REQUEST_TIMEOUT_MS: String(BUDGET_MS) });
  admin = await anAdmin(service);
});
afterEach(() => service.trouble(undefined));
afterAll(() => service.close());

const remove = (userId: string) => service.api.delete(`/v1/users/${userId}?photos=delete`).set(admin);
const rowsOf = async (userId: string) => (await service.stored.rows('photos')).filter((row) => row.userId === userId).length;

describe('deleting more than one request has time for', () => {
  test('when the budget ends, then 202 says when to ask again, and the user stays until nothing else is left', async () => {
    const user = await aUser(service, { userId: 'many', name: 'n' });
    await addPhoto(service, 'many', await image());
    await insertPhotos(
      service,
      Array.from({ length: PHOTOS }, () => readyPhoto({ userId: 'many' })),
    );

    service.trouble(slow);
    const left: number[] = [PHOTOS + 1];
    for (let status = 202; status === 202; ) {
      expect(await storedUser(service, 'many')).toEqual(user);
      const began = performance.now();
      const answer = await remove('many');
      expect(performance.now() - began).toBeLessThan(BUDGET_MS + 500);
      status = answer.status;
      left.push(await rowsOf('many'));
      if (status === 202) {
        expect([answer.headers['retry-after'], answer.text]).toEqual(['1', '']);
        expect(left.at(-1)).toBeLessThan(Number(left.at(-2))); // every try gets on
      } else expect(status).toBe(204);
    }

    expect(left.length).toBeGreaterThan(2);
    expect(left.at(-1)).toBe(0);
    expect(await storedUser(service, 'many')).toBeUndefined();
    expect(await service.stored.keys()).toEqual([]);
  }, 60_000);

  test('when the table stops half way, then the user is still there, and asking again when it is back finishes', async () => {
    const user = await aUser(service, { userId: 'stopped', name: 'n' });
    await insertPhotos(
      service,
      Array.from({ length: 150 }, () => readyPhoto({ userId: 'stopped' })),
    );
    let calls = 0;
    service.trouble(({ operation, body }, forward) =>
      operation === 'BatchWriteItem' && ++calls > 2 ? new Promise<never>(() => {}) : forward(body),
    );
    const answer = await remove('stopped');
    service.trouble(undefined);

    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
    expect(await storedUser(service, 'stopped')).toEqual(user);
    expect(await rowsOf('stopped')).toBe(100);
    expect((await remove('stopped')).status).toBe(204);
    expect([await storedUser(service, 'stopped'), await rowsOf('stopped')]).toEqual([undefined, 0]);
  });

  test('when questions about photos get no answer in time, then bulk-delete refuses those users, and they stay', async () => {
    const userIds = Array.from({ length: 40 }, (_, index) => `asked-${index}`);
    await Promise.all(userIds.map((userId) => aUser(service, { userId, name: 'n' })));
    let calls = 0;
    service.trouble(({ operation, body }, forward) =>
      operation === 'Query' && ++calls > 20 ? new Promise<never>(() => {}) : forward(body),
    );
    const answer = await service.api.post('/v1/users/bulk-delete').set(admin).send({ userIds });
    service.trouble(undefined);

    const deleted: string[] = answer.body.deleted;
    const refused: { userId: string; code: string }[] = answer.body.refused;
    expect([answer.status, deleted.length]).toEqual([200, 20]);
    expect(refused).toEqual(refused.map(({ userId }) => ({ userId, code: 'unavailable' })));
    expect([...deleted, ...refused.map(({ userId }) => userId)].toSorted()).toEqual(userIds.toSorted());
    const there = (await service.stored.rows('users')).map(({ userId }) => String(userId));
    expect(there.filter((userId) => userIds.includes(userId)).toSorted()).toEqual(refused.map(({ userId }) => userId).toSorted());
  });
});
