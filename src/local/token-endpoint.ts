import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { JWK } from 'jose';
import { mintToken, type TokenRequest } from './token.ts';

const LIFETIME_SECONDS = 60 * 60;

export function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
}

/** Whose token is asked for, and its scopes; undefined when that is not said as it should be. */
function wanted(body: string): Pick<TokenRequest, 'bearer' | 'scope'> | undefined {
  try {
    const { sub, groups, client, scope } = JSON.parse(body) as Record<string, unknown>;
    const scopes = typeof scope === 'string' ? scope : undefined;
    if (typeof client === 'string' && client) return { bearer: { client }, scope: scopes };
    if (typeof sub !== 'string' || !sub) return undefined;
    return { bearer: { sub, ...(Array.isArray(groups) && { groups: groups.map(String) }) }, scope: scopes };
  } catch {
    return undefined;
  }
}

/**
 * `POST /token` of the development issuer: a token for whoever asks, as `{"sub": "ann", "groups": ["admins"]}` or
 * `{"client": "reporting", "scope": "users:read:any"}`. Pages of other origins can't ask: JSON takes a preflight, which is not answered,
 * and a page that makes its own host's name lead here comes by a name that is not ours.
 */
export async function answerToken(
  request: IncomingMessage,
  response: ServerResponse,
  { key, ...issued }: { issuer: string; audience: string; key: JWK },
): Promise<void> {
  if (request.method !== 'POST' || request.headers['content-type'] !== 'application/json')
    return sendJson(response, 405, { error: 'POST application/json' });
  const { hostname } = new URL(`http://${request.headers.host}`);
  if (!['127.0.0.1', 'localhost', new URL(issued.issuer).hostname].includes(hostname))
    return sendJson(response, 403, { error: 'ask at 127.0.0.1' });
  const asked = wanted(await text(request));
  if (!asked)
    return sendJson(response, 400, { error: 'say {"sub": "ann", "groups": ["admins"]} or {"client": "reporting", "scope": "…"}' });
  const token = await mintToken(key, { ...issued, ...asked, expires: `${LIFETIME_SECONDS}s` });
  sendJson(response, 200, { access_token: token, token_type: 'Bearer', expires_in: LIFETIME_SECONDS });
}
