import { at } from '../support/clock.ts';
import { type IdentityProvider, startIdentityProvider } from '../support/identity-provider.ts';
import { startService, type TestService } from '../support/service.ts';

let provider: IdentityProvider;
let service: TestService;
beforeAll(async () => {
  provider = await startIdentityProvider();
  service = await startService({ AUTH_ISSUER: provider.issuer, AUTH_AUDIENCE: 'app', AUTH_ALGORITHM: '' });
});
afterAll(() => Promise.all([service.close(), provider.close()]));

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const ask = (headers: { authorization: string }, path = '/v1/me') => service.api.get(path).set(headers);

/** A token that the service has taken just now. */
async function knownToken(claims: object = {}) {
  const token = await provider.token({ sub: 'ann', aud: 'app', ...claims });
  expect((await ask(token)).status).toBe(200);
  return token;
}

test('when a token comes again, then it speaks for the same caller', async () => {
  const [ann, eve] = [await knownToken(), await knownToken({ sub: 'eve', groups: ['admins'] })];

  const answers = [(await ask(ann)).body, (await ask(eve)).body];

  expect(answers).toMatchObject([
    { sub: 'ann', rights: [] },
    { sub: 'eve', groups: ['admins'], rights: expect.arrayContaining(['users:write:any']) },
  ]);
});

test('when a token that was taken has expired, then it is refused, however short a time ago that was', async () => {
  const token = await knownToken({ exp: Math.floor(Date.now() / SECOND) + 10 });

  const answer = await at(Date.now() + 20 * SECOND, async () => await ask(token));

  expect([answer.status, answer.body.code]).toEqual([401, 'unauthenticated']);
});

test('when a token that was taken comes with another signature, then it is refused', async () => {
  const { authorization } = await knownToken();
  const other = await knownToken({ sub: 'eve' });
  const [head, body] = authorization.split('.');

  const answer = await ask({ authorization: [head, body, other.authorization.split('.')[2]].join('.') });

  expect(answer.status).toBe(401);
});

test('when a token that was taken comes along with another in the query, then it is refused as one not seen before is', async () => {
  const twice = '/v1/me?access_token=other';
  const first = await ask(await provider.token({ sub: 'ann', aud: 'app', jti: 'new' }), twice);

  const again = await ask(await knownToken(), twice);

  expect([first.status, again.status]).toEqual([401, 401]);
});

test('when the issuer has withdrawn the key of a token that was taken, then it is refused once the keys have been fetched anew', async () => {
  const token = await knownToken();
  provider.withdrawKey();

  const answer = await at(Date.now() + 11 * MINUTE, async () => await ask(token));

  expect([answer.status, answer.body.code]).toEqual([401, 'unauthenticated']);
});
