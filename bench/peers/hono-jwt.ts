import { jwt } from 'hono/jwt';
import { honoHandler } from './hono-full.ts';
import { ALGORITHM, AUDIENCE, ISSUER, type PublicKey, publicKeys } from './support.ts';

const [first] = await publicKeys();
const secret = await crypto.subtle.importKey('jwk', first as PublicKey, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, ['verify']);

/** One key, imported once: the fastest that Hono has, though it can't follow an issuer that rotates its keys. */
export const handler = honoHandler(jwt({ secret, alg: ALGORITHM, verification: { iss: ISSUER, aud: AUDIENCE } }));
