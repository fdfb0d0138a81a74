import { createServer } from 'node:http';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { type LocalServer, listen } from './listen.ts';

export const ISSUER_ALGORITHM = 'ES256';

/** A new private key to sign tokens with. */
export async function newIssuerKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(ISSUER_ALGORITHM, { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, alg: ISSUER_ALGORITHM, use: 'sig', kid: await calculateJwkThumbprint(jwk) };
}

export interface TokenRequest {
  issuer: string;
  audience: string;
  /** As jose has it: `1h`, `15 minutes`; `-1h` for one that is over. */
  expires: string;
  /** Whose it is: a person's `sub`, or a machine's client id. */
  bearer: { sub: string; groups?: string[] } | { client: string };
  /** Separated by spaces. */
  scope?: string | undefined;
}

/** A signed token, shaped as identity providers shape theirs: client credentials have the client as `sub` (RFC 9068 §2.2). */
export async function mintToken(key: JWK, { issuer, audience, expires, bearer, scope }: TokenRequest): Promise<string> {
  const isClient = 'client' in bearer;
  const claims = isClient ? { client_id: bearer.client } : { ...(bearer.groups && { groups: bearer.groups }) };
  return new SignJWT({ ...claims, ...(scope && { scope }) })
    .setProtectedHeader({ alg: ISSUER_ALGORITHM, kid: String(key.kid), typ: 'at+jwt' })
    .setSubject(isClient ? bearer.client : bearer.sub)
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(expires)
    .sign(await importJWK(key, ISSUER_ALGORITHM));
}

/**
 * An identity provider for a laptop: discovery and a key set over HTTP (OpenID Connect Discovery §4, RFC 7517), so that the service
 * checks its tokens exactly as it checks any other provider's.
 * @throws when `nodeEnv` is `production`: whoever has its key can be anybody.
 */
export async function startIssuer({
  key,
  port = 0,
  nodeEnv,
}: {
  key: JWK;
  port?: number;
  nodeEnv: string | undefined;
}): Promise<LocalServer> {
  if (nodeEnv === 'production')
    throw new Error('The development issuer does not start in production: set AUTH_ISSUER to your identity provider.');
  const { d: _private, ...publicKey } = key;
  const server = createServer((request, response) => {
    const issuer = issuerOf(`http://${request.headers.host}`);
    const documents: Record<string, object> = {
      '/.well-known/openid-configuration': {
        issuer,
        jwks_uri: `${issuer}.well-known/jwks.json`,
        id_token_signing_alg_values_supported: [ISSUER_ALGORITHM],
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
      },
      '/.well-known/jwks.json': { keys: [publicKey] },
    };
    const document = documents[request.url ?? ''];
    response
      .writeHead(document ? 200 : 404, { 'content-type': 'application/json' })
      .end(JSON.stringify(document ?? { error: 'not found' }));
  });
  return listen(server, port);
}

/** The issuer's name as tokens carry it, for where it listens. */
export function issuerOf(endpoint: string): string {
  return `${endpoint}/`;
}
