import { startService, type TestService } from '../support/service.ts';
import { anAdmin, aUser, type Headers, storedUser } from '../support/users.ts';

describe('a user’s own record', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.close());

  test('when it is called me, then every method is about who calls', async () => {
    const ann = await service.as('auth0|ann');
    const made = await service.api.put('/v1/users/me').set(ann).send({ name: 'Ann' });
    expect([made.status, made.headers.location, made.body.user.userId]).toEqual([201, '/v1/users/auth0%7Cann', 'auth0|ann']);
    expect(await storedUser(service, 'auth0|ann')).toEqual(made.body.user);
    expect(await storedUser(service, 'me')).toBeUndefined();

    expect((await service.api.get('/v1/users/me').set(ann)).body).toEqual(made.body);
    expect((await service.api.get('/v1/users/auth0%7Cann').set(ann)).body).toEqual(made.body);
    expect((await service.api.head('/v1/users/me').set(ann)).headers.etag).toBe(made.headers.etag);
    const known = await service.api.get('/v1/users/me').set(ann).set('if-none-match', String(made.headers.etag));
    expect(known.status).toBe(304);

    const patched = await service.api
      .patch('/v1/users/me')
      .set(ann)
      .send({ attributes: { a: 1 } });
    expect(patched.status).toBe(200);
    expect(await storedUser(service, 'auth0|ann')).toMatchObject({ name: 'Ann', attributes: { a: 1 } });

    expect((await service.api.delete('/v1/users/me').set(ann)).status).toBe(204);
    expect(await storedUser(service, 'auth0|ann')).toBeUndefined();
  });

  test('when a put to me repeats the userId, then it must be the caller’s', async () => {
    const ben = await service.as('ben');
    expect((await service.api.put('/v1/users/me').set(ben).send({ userId: 'ben', name: 'Ben' })).status).toBe(201);
    for (const userId of ['ann', 'me']) {
      const answer = await service.api.put('/v1/users/me').set(ben).send({ userId, name: 'Other' });
      expect([answer.status, answer.body.errors[0].path]).toEqual([400, '/userId']);
    }
    expect(await storedUser(service, 'ben')).toMatchObject({ name: 'Ben' });
  });

  test('when it is another’s, then 403 whether it exists or not, and nothing changes', async () => {
    const user = await aUser(service, { userId: 'other', name: 'Other' });
    const cy = await service.as('cy');
    for (const userId of ['other', 'nobody']) {
      const path = `/v1/users/${userId}`;
      const answers = [
        await service.api.get(path).set(cy),
        await service.api.put(path).set(cy).send({ name: 'Mine' }),
        await service.api.patch(path).set(cy).send({ name: 'Mine' }),
        await service.api.delete(path).set(cy),
      ];
      for (const { status, body } of answers) expect([status, body.code]).toEqual([403, 'forbidden']);
    }
    expect(await storedUser(service, 'other')).toEqual(user);
    expect(await storedUser(service, 'nobody')).toBeUndefined();
  });

  test('when a machine says me, then 400; when a sub is no userId, then 403', async () => {
    const machine = await service.asMachine('robot', 'users:read:any users:write:any');
    const answer = await service.api.put('/v1/users/me').set(machine).send({ name: 'Robot' });
    expect([answer.status, answer.body.errors[0].path]).toEqual([400, '/userId']);

    for (const sub of ['a b', 'é', 'a/b', 'bulk']) {
      const odd = await service.api
        .put('/v1/users/me')
        .set(await service.as(sub))
        .send({ name: 'Odd' });
      expect([odd.status, odd.body.code]).toEqual([403, 'forbidden']);
    }
    const ids = (await service.stored.rows('users')).map(({ userId }) => userId);
    for (const id of ['robot', 'a b', 'é', 'a/b', 'bulk']) expect(ids).not.toContain(id);
  });
});

describe('what people may change of their own record', () => {
  let service: TestService;
  let admin: Headers;
  beforeAll(async () => {
    service = await startService({ SELF_MAY_EDIT: 'name' });
    admin = await anAdmin(service);
  });
  afterAll(() => service.close());

  test('when it is their name only, then a patch of it passes and any other is refused as a whole', async () => {
    const user = await aUser(service, { userId: 'ann', name: 'Ann', email: 'ann@example.com', attributes: { paid: false } });
    const ann = await service.as('ann');
    for (const body of [{ email: 'x@example.com' }, { email: null }, { attributes: { paid: true } }, { name: 'Anna', attributes: null }]) {
      const answer = await service.api.patch('/v1/users/me').set(ann).send(body);
      expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
      expect(await storedUser(service, 'ann')).toEqual(user);
    }
    expect((await service.api.patch('/v1/users/me').set(ann).send({ name: 'Anna' })).status).toBe(200);
    expect(await storedUser(service, 'ann')).toMatchObject({ name: 'Anna', email: 'ann@example.com', attributes: { paid: false } });
  });

  test('when they put it, which replaces all of it, then 403 and it stays', async () => {
    const user = await aUser(service, { userId: 'ben', name: 'Ben', attributes: { paid: false } });
    expect(
      (
        await service.api
          .put('/v1/users/me')
          .set(await service.as('ben'))
          .send({ name: 'Benny' })
      ).status,
    ).toBe(403);
    expect(await storedUser(service, 'ben')).toEqual(user);

    expect(
      (
        await service.api
          .put('/v1/users/me')
          .set(await service.as('new'))
          .send({ name: 'New' })
      ).status,
    ).toBe(403);
    expect(await storedUser(service, 'new')).toBeUndefined();
  });

  test('when an admin or a machine with the right changes it, then everything may be', async () => {
    await aUser(service, { userId: 'cy', name: 'Cy' });
    const machine = await service.asMachine('robot', 'users:write:any');
    expect((await service.api.patch('/v1/users/cy').set(admin).send({ email: 'cy@example.com' })).status).toBe(200);
    expect(
      (
        await service.api
          .patch('/v1/users/cy')
          .set(machine)
          .send({ attributes: { paid: true } })
      ).status,
    ).toBe(200);
    expect(await storedUser(service, 'cy')).toMatchObject({ name: 'Cy', email: 'cy@example.com', attributes: { paid: true } });
    expect((await service.api.put('/v1/users/cy').set(machine).send({ name: 'Cyan' })).status).toBe(200);
    expect(await storedUser(service, 'cy')).not.toHaveProperty('email');
  });

  test('when an admin changes their own, then everything may be', async () => {
    expect(
      (
        await service.api
          .put('/v1/users/me')
          .set(admin)
          .send({ name: 'Root', attributes: { paid: true } })
      ).status,
    ).toBe(201);
    expect(await storedUser(service, 'root')).toMatchObject({ attributes: { paid: true } });
  });
});
