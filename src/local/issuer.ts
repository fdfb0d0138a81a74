import { createServer } from 'node:http';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { type LocalServer, listen } from './listen.ts';
import { ISSUER_ALGORITHM } from './token.ts';
import { answerToken, sendJson } from './token-endpoint.ts';

/** A new private key to sign tokens with. */
export async function newIssuerKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(ISSUER_ALGORITHM, { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, alg: ISSUER_ALGORITHM, use: 'sig', kid: await calculateJwkThumbprint(jwk) };
}

export interface IssuerOptions {
  key: JWK;
  port?: number;
  /** Where it listens; 127.0.0.1 when not said, 0.0.0.0 in a container. */
  host?: string;
  /** What it calls itself, when that is not where it listens: the name by which a service in another container knows it. */
  name?: string | undefined;
  /** Whom the tokens are for that `POST /token` gives away; absent, it gives none. */
  audience?: string;
  nodeEnv: string | undefined;
}

/**
 * An identity provider for a laptop: discovery and a key set over HTTP (OpenID Connect Discovery §4, RFC 7517), so that the service
 * checks its tokens exactly as it checks any other provider's.
 * @throws when `nodeEnv` is `production`: whoever has its key can be anybody.
 */
export async function startIssuer({ key, port = 0, host, name, audience, nodeEnv }: IssuerOptions): Promise<LocalServer> {
  if (nodeEnv === 'production')
    throw new Error('The development issuer does not start in production: set AUTH_ISSUER to your identity provider.');
  const { d: _private, ...publicKey } = key;
  const server = createServer((request, response) => {
    const issuer = name ?? issuerOf(`http://${request.headers.host}`);
    if (audience && request.url === '/token') return void answerToken(request, response, { issuer, audience, key });
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
    sendJson(response, document ? 200 : 404, document ?? { error: 'not found' });
  });
  return listen(server, port, host);
}

/** The issuer's name as tokens carry it, for where it listens. */
export function issuerOf(endpoint: string): string {
  return `${endpoint}/`;
}
