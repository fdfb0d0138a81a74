import { expectRefused, expectStored, filePart, multipartBody } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';

let service: TestService;
let bytes: Buffer;
beforeAll(async () => {
  [service, bytes] = await Promise.all([startService(), image()]);
});
afterAll(() => service.close());

const json = (owner: object, token: { authorization: string }) =>
  service.api
    .post('/v1/form')
    .set(token)
    .send({ ...owner, photo: bytes.toString('base64') });

function parts(owner: Record<string, string>, token: { authorization: string }) {
  const { type, body } = multipartBody([...Object.entries(owner).map(([name, value]) => ({ name, value })), filePart(bytes)]);
  return service.api.post('/v1/form').set(token).set('content-type', type).send(body);
}

const shapes = [
  ['JSON', json],
  ['multipart', parts],
] as const;

describe.each(shapes)('whose photo a %s form adds', (shape, post) => {
  test.each(['userId', 'userid'])('when %s names the caller, then it is theirs, and no metadata', async (field) => {
    const user = `self-${field}-${shape}`;
    const answer = await post({ [field]: user }, await service.as(user));

    expect(answer.status).toBe(201);
    expect(answer.body.photo).toMatchObject({ userId: user, metadata: {} });
    await expectStored(service, answer.body.photo, bytes);
  });

  test('when an admin names another user, then it is that user’s', async () => {
    const user = `auth0|${shape}+of=admin`;
    const answer = await post({ userId: user }, await service.as('boss', { groups: ['admins'] }));

    expect(answer.status).toBe(201);
    expect(answer.headers.location).toBe(`/v1/users/${encodeURIComponent(user)}/photos/${answer.body.photo.photoId}`);
    await expectStored(service, answer.body.photo, bytes);
  });

  test('when an admin names nobody, then it is their own', async () => {
    const answer = await post({}, await service.as(`boss-${shape}`, { groups: ['admins'] }));

    expect(answer.body.photo.userId).toBe(`boss-${shape}`);
    await expectStored(service, answer.body.photo, bytes);
  });

  test('when a machine with photos:write:any names a user, then it is that user’s', async () => {
    const answer = await post({ userId: `of-machine-${shape}` }, await service.asMachine('importer', 'photos:write:any'));

    expect(answer.status).toBe(201);
    await expectStored(service, answer.body.photo, bytes);
  });

  test('when a machine names nobody, then that is refused: it owns nothing', async () => {
    const token = await service.asMachine('importer', 'photos:write:any');
    await expectRefused(service, { status: 400, code: 'invalid-input', paths: ['/userId'] }, () => post({}, token));
  });

  test('when a person names another, then that is forbidden and the scope for it is named', async () => {
    const token = await service.as('nosy');
    await expectRefused(service, { status: 403, code: 'forbidden', detail: /photos:write:any/ }, () => post({ userId: 'other' }, token));
  });

  test('when a machine may only read, then that is forbidden', async () => {
    const token = await service.asMachine('reporting', 'photos:read:any users:write:any');
    await expectRefused(service, { status: 403, code: 'forbidden' }, () => post({ userId: 'other' }, token));
  });

  test('when both userId and userid are there, then that is one too many', async () => {
    const token = await service.as('twice');
    const refusal = { status: 400, code: 'invalid-input', paths: ['/userid'] };
    await expectRefused(service, refusal, () => post({ userId: 'twice', userid: 'twice' }, token));
  });

  test.each(['', 'has space', 'a/b', 'a%2Fb', '..', 'me', 'bulk', 'ünï', 'x'.repeat(256)])(
    'when userId is «%s», then it is no userId',
    async (userId) => {
      const token = await service.as('boss', { groups: ['admins'] });
      const answer = await expectRefused(service, { status: 400, code: 'invalid-input' }, () => post({ userId }, token));
      expect(new Set(answer.body.errors?.map(({ path }: { path: string }) => path))).toEqual(new Set(['/userId']));
    },
  );
});
