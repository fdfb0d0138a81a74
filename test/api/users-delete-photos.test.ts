import { systemActor } from '../../src/shared/actor.ts';
import { readyPhoto } from '../contracts/photos.ts';
import { addPhoto } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';
import { anAdmin, aUser, type Headers, insertPhotos, storedUser } from '../support/users.ts';

let service: TestService;
let admin: Headers;
let bytes: Buffer;
beforeAll(async () => {
  [service, bytes] = await Promise.all([startService(), image()]);
  admin = await anAdmin(service);
});
afterAll(() => service.close());

const remove = (path: string, headers: Headers = {}) => service.api.delete(`/v1/users/${path}`).set(admin).set(headers);
const rowsOf = async (userId: string) => (await service.stored.rows('photos')).filter((row) => row.userId === userId);
const keysOf = async (userId: string) =>
  (await service.stored.keys()).filter((key) => key.includes(`/${Buffer.from(userId).toString('base64url')}/`));
const aUserWithPhotos = async (userId: string, count: number) => {
  const user = await aUser(service, { userId, name: 'n' });
  for (let index = 0; index < count; index++) await addPhoto(service, userId, bytes);
  expect([(await rowsOf(userId)).length, (await keysOf(userId)).length]).toEqual([count, count]);
  return user;
};

describe('deleting a user who has photos', () => {
  test('when it is not asked for, then 409 and nothing changes', async () => {
    const user = await aUserWithPhotos('kept', 2);
    const answer = await remove('kept');

    expect([answer.status, answer.body.code]).toEqual([409, 'conflict']);
    expect(await storedUser(service, 'kept')).toEqual(user);
    expect([(await rowsOf('kept')).length, (await keysOf('kept')).length]).toEqual([2, 2]);
  });

  test.each(['pending', 'rejected'] as const)('when the only one is %s, then that counts too', async (status) => {
    const user = await aUser(service, { userId: `only-${status}`, name: 'n' });
    await insertPhotos(service, [readyPhoto({ userId: user.userId, status })]);

    expect((await remove(user.userId)).status).toBe(409);
    expect(await storedUser(service, user.userId)).toEqual(user);
    expect((await remove(`${user.userId}?photos=delete`)).status).toBe(204);
    expect([await storedUser(service, user.userId), await rowsOf(user.userId)]).toEqual([undefined, []]);
  });

  test('when it is asked for, then photos, objects and user are gone, and nobody else’s', async () => {
    await aUserWithPhotos('gone', 3);
    await aUserWithPhotos('gone2', 1);
    const answer = await remove('gone?photos=delete');

    expect([answer.status, answer.text]).toEqual([204, '']);
    expect([await storedUser(service, 'gone'), await rowsOf('gone'), await keysOf('gone')]).toEqual([undefined, [], []]);
    expect([(await rowsOf('gone2')).length, (await keysOf('gone2')).length]).toEqual([1, 1]);
    expect((await remove('gone?photos=delete')).status).toBe(404);
  });

  test('when people delete themselves, then they may, photos too', async () => {
    await aUserWithPhotos('self', 1);
    const answer = await service.api.delete('/v1/users/me?photos=delete').set(await service.as('self'));
    expect(answer.status).toBe(204);
    expect([await storedUser(service, 'self'), await rowsOf('self'), await keysOf('self')]).toEqual([undefined, [], []]);
  });

  test('when If-Match is stale, then 412 and no photo goes; when it is right, then all goes', async () => {
    const user = await aUserWithPhotos('guarded', 2);
    expect((await remove('guarded?photos=delete', { 'if-match': '"stale"' })).status).toBe(412);
    expect(await storedUser(service, 'guarded')).toEqual(user);
    expect([(await rowsOf('guarded')).length, (await keysOf('guarded')).length]).toEqual([2, 2]);

    expect((await remove('guarded?photos=delete', { 'if-match': `"${user.version}"` })).status).toBe(204);
    expect([await storedUser(service, 'guarded'), await rowsOf('guarded'), await keysOf('guarded')]).toEqual([undefined, [], []]);
  });

  test('when an earlier try died half way, then asking again finishes it', async () => {
    await aUserWithPhotos('half', 4);
    const [first, second] = (await rowsOf('half')) as { photoId: string }[];
    const photos = service.services.photos;
    await photos.deletePhotos(systemActor('test'), 'half', [String(first?.photoId), String(second?.photoId)]);
    expect([(await rowsOf('half')).length, await storedUser(service, 'half')]).toEqual([2, expect.anything()]);

    expect((await remove('half?photos=delete')).status).toBe(204);
    expect([await storedUser(service, 'half'), await rowsOf('half'), await keysOf('half')]).toEqual([undefined, [], []]);
  });

  test('when many are deleted at once, then who has photos is refused, and unknown ones count as gone', async () => {
    const user = await aUserWithPhotos('bulk-kept', 1);
    for (const userId of ['bulk-a', 'bulk-b']) await aUser(service, { userId, name: 'n' });
    const userIds = ['bulk-a', 'bulk-kept', 'nobody', 'bulk-b', 'bulk-a'];
    const answer = await service.api.post('/v1/users/bulk-delete').set(admin).send({ userIds });

    expect([answer.status, answer.body]).toEqual([
      200,
      { deleted: ['bulk-a', 'nobody', 'bulk-b'], refused: [{ userId: 'bulk-kept', code: 'conflict' }] },
    ]);
    expect(await storedUser(service, 'bulk-kept')).toEqual(user);
    expect([(await rowsOf('bulk-kept')).length, (await keysOf('bulk-kept')).length]).toEqual([1, 1]);
    for (const userId of ['bulk-a', 'bulk-b']) expect(await storedUser(service, userId)).toBeUndefined();
  });
});
