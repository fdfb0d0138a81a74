import type { Env } from '../../src/env-names.ts';
import { expectRefused } from '../support/forms.ts';
import { type Claims, type IdentityProvider, startIdentityProvider } from '../support/identity-provider.ts';
import { startService, type TestService } from '../support/service.ts';

let provider: IdentityProvider;
beforeAll(async () => {
  provider = await startIdentityProvider();
});
afterAll(() => provider.close());

/** A service that takes tokens of this provider, in the default algorithm. */
const trusting = (env: Env = {}) => startService({ AUTH_ISSUER: provider.issuer, AUTH_AUDIENCE: 'app', AUTH_ALGORITHM: '', ...env });

interface Row {
  what: string;
  claims: Claims;
  status: number;
  rights?: string[];
  groups?: string[];
}

/** Each row's token is sent to one service. */
function describeTokens(name: string, env: Env, rows: Row[]) {
  describe(name, () => {
    let service: TestService;
    beforeAll(async () => {
      service = await trusting(env);
    });
    afterAll(() => service.close());

    test.each(rows)('when a token is $what, then $status', async ({ claims, status, rights, groups }) => {
      const answer = await service.api.get('/v1/me').set(await provider.token(claims));
      expect(answer.status).toBe(status);
      if (status === 401)
        expect([answer.body.code, answer.headers['www-authenticate']]).toEqual(['unauthenticated', expect.stringMatching(/^Bearer/)]);
      if (rights) expect(answer.body.rights.sort()).toEqual(rights.sort());
      if (groups) expect(answer.body.groups).toEqual(groups);
    });
  });
}

const EVERY_RIGHT = ['users:read:any', 'users:write:any', 'photos:read:any', 'photos:write:any', 'imports:write'];
const person = { sub: 'ann', aud: 'app' };
const machine = { sub: 'loader', client_id: 'loader', aud: 'app', scope: 'photos:read:any' };

describeTokens('plain OIDC, RS256 being the default', {}, [
  { what: 'a person’s', claims: person, status: 200, rights: [], groups: [] },
  { what: 'for several audiences', claims: { ...person, aud: ['other', 'app'] }, status: 200 },
  { what: 'for another audience', claims: { ...person, aud: 'other' }, status: 401 },
  { what: 'for none', claims: { ...person, aud: undefined }, status: 401 },
  { what: 'over', claims: { ...person, exp: 1 }, status: 401 },
  { what: 'without an end', claims: { ...person, exp: undefined }, status: 401 },
  { what: 'not yet valid', claims: { ...person, nbf: 4_000_000_000 }, status: 401 },
  { what: 'an admin’s, groups being a list', claims: { ...person, groups: ['users', 'admins'] }, status: 200, rights: EVERY_RIGHT },
  { what: 'an admin’s, groups being words', claims: { ...person, groups: 'users admins' }, status: 200, rights: EVERY_RIGHT },
  { what: 'an admin’s, groups in brackets', claims: { ...person, groups: '[users admins]' }, status: 200, groups: ['users', 'admins'] },
  { what: 'of almost admins', claims: { ...person, groups: ['admins2', 'Admins', { admins: true }] }, status: 200, rights: [] },
  { what: 'of no sensible groups', claims: { ...person, groups: 7 }, status: 200, rights: [], groups: [] },
  { what: 'a person’s with scopes', claims: { ...person, client_id: 'spa', scope: 'photos:read:any' }, status: 200, rights: [] },
  { what: 'a machine’s (RFC 9068)', claims: machine, status: 200, rights: ['photos:read:any'] },
  {
    what: 'a machine’s (Auth0)',
    claims: { ...machine, client_id: undefined, azp: 'x', sub: 'x@clients', gty: 'client-credentials' },
    status: 200,
    rights: ['photos:read:any'],
  },
  { what: 'a machine’s in the admin group', claims: { ...machine, groups: ['admins'] }, status: 200, rights: ['photos:read:any'] },
  { what: 'a machine’s with unknown scopes', claims: { ...machine, scope: 'photos:read photos:read:any:x' }, status: 200, rights: [] },
]);

describeTokens(
  'other claims, another group, a scope prefix',
  { AUTH_GROUPS_CLAIM: 'https://x.example/roles', AUTH_ADMIN_GROUP: 'chiefs', AUTH_SCOPE_PREFIX: 'photoform/' },
  [
    { what: 'a chief’s', claims: { ...person, 'https://x.example/roles': ['chiefs'] }, status: 200, rights: EVERY_RIGHT },
    { what: 'of the default group and claim', claims: { ...person, groups: ['admins', 'chiefs'] }, status: 200, rights: [] },
    {
      what: 'a machine’s with the prefix',
      claims: { ...machine, scope: 'photoform/photos:read:any' },
      status: 200,
      rights: ['photos:read:any'],
    },
    { what: 'a machine’s with another’s prefix', claims: { ...machine, scope: 'other/photos:read:any' }, status: 200, rights: [] },
  ],
);

describeTokens('scopes of people counting', { AUTH_USER_SCOPES: 'true' }, [
  { what: 'a person’s with scopes', claims: { ...person, scope: 'openid photos:read:any' }, status: 200, rights: ['photos:read:any'] },
]);

const access = { sub: 'ann', client_id: 'app', token_use: 'access' };
const id = { sub: 'ann', aud: 'app', token_use: 'id' };
const cognitoMachine = { ...access, sub: 'app', scope: 'photoform/imports:write' };
describeTokens('Amazon Cognito', { AUTH_PROFILE: 'cognito', AUTH_SCOPE_PREFIX: 'photoform/' }, [
  { what: 'an access token without aud', claims: access, status: 200, rights: [] },
  { what: 'an ID token', claims: id, status: 200, rights: [] },
  { what: 'an admin’s', claims: { ...access, 'cognito:groups': ['admins'] }, status: 200, rights: EVERY_RIGHT },
  { what: 'of a group in another claim', claims: { ...access, groups: ['admins'] }, status: 200, rights: [] },
  { what: 'a machine’s', claims: cognitoMachine, status: 200, rights: ['imports:write', 'users:write:any'] },
  { what: 'an access token of another client', claims: { ...access, client_id: 'other' }, status: 401 },
  { what: 'an access token without a client', claims: { ...access, client_id: undefined }, status: 401 },
  { what: 'an ID token of another client', claims: { ...id, aud: 'other' }, status: 401 },
  { what: 'an ID token without aud', claims: { ...id, aud: undefined, client_id: 'app' }, status: 401 },
  { what: 'without token_use', claims: { ...access, token_use: undefined }, status: 401 },
  { what: 'of another use', claims: { ...id, token_use: 'refresh', client_id: 'app' }, status: 401 },
]);

const unsigned = (claims: object) => ['{}', JSON.stringify(claims), 'x'].map((part) => Buffer.from(part).toString('base64url')).join('.');

test('when the issuer has not been reachable since the start, then 503 with Retry-After, and no token is called bad', async () => {
  const gone = await startIdentityProvider();
  const token = await gone.token(person);
  const service = await trusting({ AUTH_ISSUER: gone.issuer });
  await gone.close();
  try {
    const answer = await expectRefused(service, { status: 503, code: 'unavailable' }, () => service.api.get('/v1/me').set(token));
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(answer.headers).not.toHaveProperty('www-authenticate');
    // what is bad whatever the keys are needs no provider to say so
    for (const authorization of ['Bearer garbage.garbage.garbage', 'Bearer x', 'Basic eDp5', `Bearer ${unsigned({ exp: 1 })}`])
      expect((await service.api.get('/v1/me').set({ authorization })).status).toBe(401);
    expect((await service.api.get('/v1/me')).status).toBe(401);
  } finally {
    await service.close();
  }
});

test('when the issuer goes after its keys were loaded, then its tokens still work', async () => {
  const going = await startIdentityProvider();
  const service = await trusting({ AUTH_ISSUER: going.issuer });
  const send = async () => (await service.api.get('/v1/me').set(await going.token(person))).status;
  try {
    expect(await send()).toBe(200);
    expect((await service.api.get('/ready')).status).toBe(200);
    await going.close();
    expect(await send()).toBe(200);
    // keys have been loaded once: a provider that is gone for a while takes no copy of the service out of rotation
    await expect(service.services.checks.keys()).resolves.toBeUndefined();
  } finally {
    await service.close();
  }
});
