import { type JWK, SignJWT } from 'jose';
import { issuerOf, newIssuerKey, startIssuer } from '../../src/local/issuer.ts';
import { mintToken } from '../../src/local/token.ts';
import { expectRefused } from '../support/forms.ts';
import { startService, type TestService } from '../support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

const me = (headers: Record<string, string>) => service.api.get('/v1/me').set(headers);
const photosOf = (user: string, headers: Record<string, string>) => service.api.get(`/v1/users/${user}/photos`).set(headers);
const RIGHTS = ['users:read:any', 'users:write:any', 'photos:read:any', 'photos:write:any', 'imports:write'];

describe('who the service thinks you are', () => {
  test('when a person asks, then it tells their sub, no rights, expiry and the limits', async () => {
    const { status, body, headers } = await me(await service.as('ann', { groups: ['users'], scope: 'openid photos:read:any' }));

    expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
    expect(body).toMatchObject({ sub: 'ann', groups: ['users'], scopes: ['openid', 'photos:read:any'], rights: [] });
    const seconds = (Date.parse(body.expiresAt) - Date.now()) / 1000;
    expect(seconds).toBeGreaterThan(590);
    expect(seconds).toBeLessThanOrEqual(600);
    expect(Object.values(body.limits)).toEqual(
      expect.arrayContaining([service.config.limits.bodyBytes, 2 * 1024 * 1024, 50_000_000, 25_000_000]),
    );
  });

  test('when an admin asks, then they have every right', async () => {
    const { body } = await me(await service.as('boss', { groups: ['users', 'admins'] }));
    expect(body.rights).toEqual(RIGHTS);
    expect((await photosOf('ann', await service.as('boss', { groups: ['admins'] }))).status).toBe(200);
  });

  test('when a machine asks, then its scopes are its rights, and imports imply writing users', async () => {
    const { body } = await me(await service.asMachine('loader', 'imports:write photos:read:any other'));
    expect(body).toMatchObject({ sub: 'loader', scopes: ['imports:write', 'photos:read:any', 'other'] });
    expect(body.rights.sort()).toEqual(['imports:write', 'photos:read:any', 'users:write:any']);
  });

  test('when a person’s token has an :any scope, then it does not count', async () => {
    const nosy = await service.as('nosy', { scope: RIGHTS.join(' ') });
    await expectRefused(service, { status: 403, code: 'forbidden', detail: /photos:read:any/ }, () => photosOf('ann', nosy));
  });

  test('when a machine says «me», then that is nobody', async () => {
    const machine = await service.asMachine('reader', 'photos:read:any');
    await expectRefused(service, { status: 400, code: 'invalid-input', paths: ['/userId'] }, () => photosOf('me', machine));
    expect((await photosOf('ann', machine)).status).toBe(200);
  });

  test.each(['has space', 'a/b', '写真', 'x'.repeat(256), '..', 'bulk', ''])(
    'when a sub is «%s», then 403 says that it is no userId',
    async (sub) => {
      const token = await service.as(sub);
      const refusal = { status: 403, code: 'forbidden', detail: /sub/ };
      await expectRefused(service, refusal, () => photosOf('me', token));
      await expectRefused(service, refusal, () => service.api.post('/v1/form').set(token).send({ photo: 'AAAA' }));
    },
  );

  test('when a sub is as providers make them, then it works, percent-encoded in a path', async () => {
    const sub = 'auth0|5f7c+x@y.z';
    expect((await photosOf(encodeURIComponent(sub), await service.as(sub))).status).toBe(200);
  });
});

describe('a token that is no good', () => {
  const minted = async (change: { issuer?: string; audience?: string; expires?: string }, key?: JWK) => {
    const good = { issuer: service.issuer, audience: 'photoform-test', expires: '10m' };
    return mintToken(key ?? (await newIssuerKey()), { ...good, bearer: { sub: 'ann' }, ...change });
  };
  const bare = async () => (await service.as('ann')).authorization.slice('Bearer '.length);
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const claims = () => ({ iss: service.issuer, aud: 'photoform-test', sub: 'ann', iat: 1, exp: 4_000_000_000 });
  const served = async () => (await (await fetch(`${service.issuer}.well-known/jwks.json`)).json()) as { keys: JWK[] };

  async function signedWithPublicKey(): Promise<string> {
    const [key] = (await served()).keys;
    const jwt = new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: String(key?.kid), typ: 'at+jwt' });
    return jwt.sign(Buffer.from(JSON.stringify(key)));
  }
  async function withAnotherPayload(): Promise<string> {
    const [head, , signature] = (await bare()).split('.');
    return [head, encode({ ...claims(), groups: ['admins'] }), signature].join('.');
  }

  test.each<[string, () => Promise<string>]>([
    ['garbage', async () => 'garbage'],
    ['three dots of nothing', async () => 'a.b.c'],
    ['expired', async () => (await service.as('ann', { expires: '-1m' })).authorization.slice('Bearer '.length)],
    ['of another key', () => minted({})],
    ['of another issuer', () => minted({ issuer: 'http://127.0.0.1:9/' })],
    ['unsigned', async () => `${encode({ alg: 'none', typ: 'at+jwt' })}.${encode(claims())}.`],
    ['signed with the public key as a secret', signedWithPublicKey],
    ['given another payload', withAnotherPayload],
  ])('when it is %s, then 401 challenges', async (_what, token) => {
    const authorization = `Bearer ${await token()}`;
    const answer = await expectRefused(service, { status: 401, code: 'unauthenticated' }, () => me({ authorization }));
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer .*invalid_token/);
  });

  test('when it is for another audience, or of another issuer under the very key, then 401', async () => {
    const key = await newIssuerKey();
    const issuer = await startIssuer({ key, nodeEnv: 'test' });
    const own = await startService({ AUTH_ISSUER: issuerOf(issuer.endpoint) });
    const send = async (change: object) =>
      own.api.get('/v1/me').set({ authorization: `Bearer ${await minted({ issuer: own.config.auth.issuer, ...change }, key)}` });
    try {
      expect((await send({})).status).toBe(200);
      await expectRefused(own, { status: 401, code: 'unauthenticated' }, () => send({ audience: 'photoform' }));
      await expectRefused(own, { status: 401, code: 'unauthenticated' }, () => send({ issuer: 'https://elsewhere.example/' }));
      await expectRefused(own, { status: 401, code: 'unauthenticated' }, () => send({ expires: '-1m' }));
    } finally {
      await Promise.all([own.close(), issuer.close()]);
    }
  });

  test.each<[string, () => Promise<Record<string, string>>]>([
    ['there is none', async () => ({})],
    ['it is in the query alone', async () => ({})],
    ['another scheme comes with it in the query', async () => ({ authorization: 'Basic YTpi' })],
    ['the header is empty', async () => ({ authorization: '' })],
    ['the scheme stands alone', async () => ({ authorization: 'Bearer' })],
  ])('when %s, then 401 challenges', async (_what, headers) => {
    const given = await headers();
    const send = async () =>
      service.api
        .get('/v1/users/ann/photos')
        .query({ access_token: await bare() })
        .set(given);
    const answer = await expectRefused(service, { status: 401, code: 'unauthenticated' }, send);
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
  });
});

test('when the environment is production, then the development issuer does not start', async () => {
  await expect(startIssuer({ key: await newIssuerKey(), nodeEnv: 'production' })).rejects.toThrow(/production/);
});
