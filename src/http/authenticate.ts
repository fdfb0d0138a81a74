import type { Request, Response } from 'express';
import { type AuthOptions, auth } from 'express-oauth2-jwt-bearer';
import type { Caller } from '../shared/actor.ts';
import { Problem, unavailable } from '../shared/errors.ts';
import { type ClaimSettings, type Claims, callerOf } from './claims.ts';
import { knownCallers } from './known-callers.ts';

export interface AuthSettings extends ClaimSettings {
  issuer: string;
  audience: string[];
  algorithm: string;
}

export type Authenticate = (request: Request, response: Response) => Promise<Caller>;

/** Cognito's access tokens name the app client in `client_id` and have no `aud`; its ID tokens have `aud`. Nothing else is taken. */
function cognitoValidators(audience: string[]): NonNullable<AuthOptions['validators']> {
  return {
    aud: (aud, { token_use, client_id }) =>
      (token_use === 'access' && audience.includes(String(client_id))) || (token_use === 'id' && audience.includes(String(aud))),
  };
}

/** Whether credentials are bad whatever keys the provider has: no JWT, or one that has expired. */
function isBadByItself(authorization: string): boolean {
  const payload = /^Bearer +[\w-]+\.([\w-]+)\.[\w-]+$/i.exec(authorization)?.[1];
  if (payload === undefined) return true;
  try {
    const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { exp?: unknown };
    return typeof exp === 'number' && exp * 1000 < Date.now();
  } catch {
    return true; // a payload that is not JSON
  }
}

/** Whether a request is written as usual: the library refuses others, a token in their query say, however good their token is. */
const isPlain = ({ originalUrl }: Request) => originalUrl.startsWith('/') && !originalUrl.includes('access_token');

/**
 * Finds out who is calling, from `Authorization: Bearer …` alone.
 * @param probe resolves while the identity provider answers; asked only when a token was refused, because the library calls an
 *   unreachable issuer a bad token, and a client must not throw its good one away for that.
 * @throws `unauthenticated`, or `unavailable` when the token could not be judged.
 */
export function authenticator(settings: AuthSettings, probe: () => Promise<void>): Authenticate {
  const verify = auth({
    issuerBaseURL: settings.issuer,
    audience: settings.audience,
    tokenSigningAlg: settings.algorithm,
    dpop: { enabled: false },
    ...(settings.profile === 'cognito' && { validators: cognitoValidators(settings.audience) }),
  });
  const known = knownCallers();
  return async (request, response) => {
    const authorization = request.get('authorization');
    if (!authorization)
      throw new Problem('unauthenticated', 'This takes a token: Authorization: Bearer …', { challenge: 'Bearer realm="api"' });
    const credentials = `${authorization} ${request.get('host')}`; // of which the library looks at both
    const caller = isPlain(request) ? known.find(credentials) : undefined;
    if (caller) return caller;
    const refused = await new Promise<unknown>((resolve) => verify(request, response, resolve));
    if (!refused) {
      const verified = callerOf((request.auth?.payload ?? {}) as Claims, settings);
      known.add(credentials, verified);
      return verified;
    }
    if (!isBadByItself(authorization)) {
      await probe().catch((error) => {
        throw unavailable('The identity provider does not answer, so your token cannot be judged; try again.', error);
      });
    }
    const { headers } = refused as { headers?: Record<string, string> };
    throw new Problem(
      'unauthenticated',
      'The token is missing, expired, or not from the issuer for the audience that this service expects.',
      {
        challenge: headers?.['WWW-Authenticate'] ?? 'Bearer realm="api", error="invalid_token"',
        cause: refused,
      },
    );
  };
}
