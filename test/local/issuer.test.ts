import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { issuerOf, newIssuerKey, startIssuer } from '../../src/local/issuer.ts';
import type { LocalServer } from '../../src/local/listen.ts';

const NAME = 'http://issuer:3001/';
let issuer: LocalServer;
beforeAll(async () => {
  issuer = await startIssuer({ key: await newIssuerKey(), name: NAME, audience: 'photoform', nodeEnv: 'test' });
});
afterAll(() => issuer.close());

const JSON_TYPE = { 'content-type': 'application/json' };

/** Asks under any host's name, which fetch does not allow. */
function ask(
  body: string,
  headers: Record<string, string> = JSON_TYPE,
  method = 'POST',
): Promise<{ status: number; body: { access_token: string } }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${issuer.endpoint}/token`, { method, headers }, async (answer) => {
      resolve({ status: answer.statusCode ?? 0, body: JSON.parse(await text(answer)) });
    });
    sent.once('error', reject).end(body);
  });
}

const claimsOf = async (token: string) =>
  (await jwtVerify(token, createRemoteJWKSet(new URL(`${issuer.endpoint}/.well-known/jwks.json`)), { issuer: NAME, audience: 'photoform' }))
    .payload;

describe('the development issuer’s token endpoint', () => {
  test('when a person’s token is asked for, then it is signed with the published key, and says who and which groups', async () => {
    const { status, body } = await ask('{"sub": "ann", "groups": ["admins"]}');
    expect(status).toBe(200);
    expect(await claimsOf(body.access_token)).toMatchObject({ sub: 'ann', groups: ['admins'] });
  });

  test('when a machine’s is asked for, then it has its scopes', async () => {
    const { body } = await ask('{"client": "reporting", "scope": "users:read:any"}');
    expect(await claimsOf(body.access_token)).toMatchObject({ sub: 'reporting', client_id: 'reporting', scope: 'users:read:any' });
  });

  test.each([
    ['it is what a form of any page can send', '{"sub": "ann"}', { 'content-type': 'text/plain' }, 405],
    ['a page’s own host leads here', '{"sub": "ann"}', { ...JSON_TYPE, host: 'evil.example:3001' }, 403],
    ['nobody is named', '{}', JSON_TYPE, 400],
    ['it is not JSON', 'sub=ann', JSON_TYPE, 400],
    ['it is null', 'null', JSON_TYPE, 400],
  ])('when %s, then there is no token', async (_what, body, headers, expected) => {
    const answer = await ask(body, headers);
    expect(answer.status).toBe(expected);
    expect(answer.body).not.toHaveProperty('access_token');
  });

  test('when it is asked by the name it has or on this machine, then it answers', async () => {
    for (const host of ['issuer:3001', 'localhost:3001', '127.0.0.1:1'])
      expect((await ask('{"sub": "ann"}', { ...JSON_TYPE, host })).status).toBe(200);
  });

  test('when it has no audience, then it gives no tokens', async () => {
    const other = await startIssuer({ key: await newIssuerKey(), nodeEnv: 'test' });
    const answer = await fetch(`${other.endpoint}/token`, { method: 'POST', headers: JSON_TYPE, body: '{"sub": "ann"}' });
    const discovery = await (await fetch(`${other.endpoint}/.well-known/openid-configuration`)).json();
    await other.close();
    expect(answer.status).toBe(404);
    expect(discovery).toMatchObject({ issuer: issuerOf(other.endpoint) });
  });
});
