import { addPhotos, expectRefused, originalKey } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';

let service: TestService;
let bytes: Buffer;
beforeAll(async () => {
  [service, bytes] = await Promise.all([startService(), image()]);
});
afterAll(() => service.close());

describe('deleting many', () => {
  const bulkDelete = async (user: string, photoIds: unknown, path = '/v1/users/me/photos/bulk-delete') =>
    service.api
      .post(path)
      .set(await service.as(user))
      .send({ photoIds });

  test('when some exist and some do not, repeats and other users’ among them, then each is told once', async () => {
    const [mine, other] = [await addPhotos(service, 'bulk-ann', 30, bytes), await addPhotos(service, 'bulk-bob', 1, bytes)];
    const nobodys = '01890000-0000-7000-8000-000000000000';
    const [kept, ...gone] = mine;
    const answer = await bulkDelete('bulk-ann', [...gone, ...other, nobodys, ...gone.map((id) => id.toUpperCase())]);

    expect([answer.status, answer.body]).toEqual([200, { deleted: gone, notFound: [...other, nobodys] }]);
    const { photos, keys } = await service.stored.everything();
    const left = photos.filter(({ userId }) => String(userId).startsWith('bulk-')).map(({ photoId }) => photoId);
    expect(left.sort()).toEqual([kept, ...other].sort());
    for (const photoId of gone) expect(keys).not.toContain(originalKey({ userId: 'bulk-ann', photoId }));
    expect(keys).toContain(originalKey({ userId: 'bulk-bob', photoId: String(other[0]) }));
    expect((await bulkDelete('bulk-ann', gone)).body).toEqual({ deleted: [], notFound: gone });
  });

  test('when the list is empty, then nothing is to be done', async () => {
    expect((await bulkDelete('bulk-none', [])).body).toEqual({ deleted: [], notFound: [] });
  });

  const ids = (count: number) => Array.from({ length: count }, (_, index) => `01890000-0000-7000-8000-${String(index).padStart(12, '0')}`);
  test('when there are 1,000 ids, then they are taken; one more is too many', async () => {
    expect((await bulkDelete('bulk-many', ids(1_000))).body.notFound).toHaveLength(1_000);
    await expectRefused(service, { status: 400, code: 'invalid-input', paths: ['/photoIds'] }, () => bulkDelete('bulk-many', ids(1_001)));
  });

  test('when an id is none, or another user is named, then nothing is deleted', async () => {
    const mine = await addPhotos(service, 'bulk-careful', 1, bytes);
    await expectRefused(service, { status: 400, code: 'invalid-input', paths: ['/photoIds/1'] }, () =>
      bulkDelete('bulk-careful', [...mine, 'x']),
    );
    const path = '/v1/users/bulk-careful/photos/bulk-delete';
    await expectRefused(service, { status: 403, code: 'forbidden' }, () => bulkDelete('bulk-thief', mine, path));
  });
});
