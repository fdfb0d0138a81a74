import { addPhotos, expectRefused } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';

let service: TestService;
let bytes: Buffer;
beforeAll(async () => {
  [service, bytes] = await Promise.all([startService(), image()]);
});
afterAll(() => service.close());

interface Where {
  path?: string;
  token?: { authorization: string };
}

async function list(user: string, query: object, { path = '/v1/users/me/photos', token }: Where = {}) {
  return service.api
    .get(path)
    .query(query)
    .set(token ?? (await service.as(user)));
}

describe('a cursor', () => {
  const refusal = { status: 400, code: 'invalid-input', paths: ['/cursor'] };

  test('when any one character of it is altered, then it is refused', async () => {
    await addPhotos(service, 'alterer', 2, bytes);
    const cursor = String((await list('alterer', { limit: 1 })).body.next);
    const token = await service.as('alterer');
    const altered = [...cursor].map((char, at) => `${cursor.slice(0, at)}${char === 'A' ? 'B' : 'A'}${cursor.slice(at + 1)}`);

    for (const other of [...altered, `${cursor}A`, `${cursor}=`, ` ${cursor}`, cursor.slice(0, -1)]) {
      const answer = await service.api.get('/v1/users/me/photos').query({ cursor: other }).set(token);
      expect([other, answer.status, answer.body.errors?.[0].path]).toEqual([other, 400, '/cursor']);
    }
    expect((await list('alterer', { limit: 1, cursor })).status).toBe(200);
  });

  test('when it is used by another actor, for another user or status, then it is refused', async () => {
    await addPhotos(service, 'owner', 2, bytes);
    const path = '/v1/users/owner/photos';
    const next = (await list('owner', { limit: 1 }, { path })).body.next;
    const admin = await service.as('boss', { groups: ['admins'] });

    await expectRefused(service, refusal, () => list('boss', { cursor: next }, { path, token: admin }));
    await expectRefused(service, refusal, () => list('owner', { cursor: next, status: 'pending' }, { path }));
    const admins = (await list('boss', { limit: 1 }, { path, token: admin })).body.next;
    await expectRefused(service, refusal, () => list('boss', { cursor: admins }, { path: '/v1/users/other/photos', token: admin }));
    await expectRefused(service, refusal, () => list('owner', { cursor: admins }, { path }));
  });
});
