import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose';
import { listen } from '../../src/local/listen.ts';

export type Claims = Record<string, unknown>;

export interface IdentityProvider {
  issuer: string;
  /** The public key as it is served, for attacks that sign with it. */
  publicKey: object;
  /** An `Authorization` header with exactly these claims, `iss` and an hour of life; a claim that is undefined is left out. */
  token(claims: Claims, header?: Partial<JWTHeaderParameters>): Promise<{ authorization: string }>;
  /** Serves its key under another name from now on: tokens signed so far name one that it has withdrawn. */
  withdrawKey(): void;
  close(): Promise<void>;
}

/** Some other identity provider: it signs with RS256, and whatever claims a test wants. */
export async function startIdentityProvider(): Promise<IdentityProvider> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), alg: 'RS256', use: 'sig', kid: 'one' };
  let issuer = '';
  let served: object = jwk;
  const server = await listen(
    createServer((request, response) => {
      const isDiscovery = request.url === '/.well-known/openid-configuration';
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify(
          isDiscovery ? { issuer, jwks_uri: `${issuer}keys`, id_token_signing_alg_values_supported: ['RS256'] } : { keys: [served] },
        ),
      );
    }),
    0,
  );
  issuer = `${server.endpoint}/`;
  return {
    issuer,
    publicKey: jwk,
    async token(claims, header = {}) {
      const now = Math.floor(Date.now() / 1000);
      const jwt = new SignJWT({ iss: issuer, iat: now, exp: now + 3_600, ...claims }).setProtectedHeader({
        alg: 'RS256',
        kid: 'one',
        ...header,
      });
      return { authorization: `Bearer ${await jwt.sign(privateKey)}` };
    },
    withdrawKey() {
      served = { ...jwk, kid: 'two' };
    },
    close: server.close,
  };
}
