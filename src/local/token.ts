import { importJWK, type JWK, SignJWT } from 'jose';

export const ISSUER_ALGORITHM = 'ES256';

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
