import { jwk } from 'hono/jwk';
import { honoHandler } from './hono-full.ts';
import { ALGORITHM, AUDIENCE, ISSUER, publicKeys } from './support.ts';

/** Chooses among the issuer's keys by `kid`, as the service does, and imports it anew each time; given a URL, it would fetch each time. */
export const handler = honoHandler(jwk({ keys: await publicKeys(), alg: [ALGORITHM], verification: { iss: ISSUER, aud: AUDIENCE } }));
