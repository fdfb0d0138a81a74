import { randomUUID, type webcrypto } from 'node:crypto';
import { pino } from 'pino';

/** The issuer whose tokens count, as the measured service has it. */
export const ISSUER = String(process.env.AUTH_ISSUER);
export const AUDIENCE = String(process.env.AUTH_AUDIENCE);
export const ALGORITHM = 'RS256';
export const ORIGINS = String(process.env.CORS_ORIGINS).split(',');
export const EXPOSED = ['ETag', 'Location', 'Retry-After', 'x-request-id', 'Idempotency-Replayed'];

/** Logs as the service does: JSON lines on standard output. */
export const log = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime });

const REQUEST_ID = /^[A-Za-z0-9_-]{1,128}$/;

export const requestIdOf = (given = ''): string => (REQUEST_ID.test(given) ? given : randomUUID());

/** About as much as `GET /v1/me` tells. */
export const answerFor = (sub: unknown, exp: unknown) => ({
  sub,
  kind: 'person',
  groups: [],
  scopes: [],
  rights: [],
  expiresAt: new Date(Number(exp) * 1000).toISOString(),
  limits: {
    bodyBytes: 6_000_000,
    responseBytes: 6_000_000,
    formPhotoBytes: 2_097_152,
    uploadBytes: 26_214_400,
    multipartBytes: 104_857_600,
    openUploads: 20,
    pixels: 50_000_000,
    progressivePixels: 25_000_000,
    metadataEntries: 20,
    metadataKeyLength: 64,
    metadataValueLength: 1_024,
    nameLength: 256,
    emailLength: 320,
    attributes: 50,
    userBytes: 64_000,
    bulkUsers: 1_000,
  },
});

export type PublicKey = webcrypto.JsonWebKey & { kid: string };

/** The public keys of the issuer, for peers that cannot keep what they fetched. */
export async function publicKeys(): Promise<PublicKey[]> {
  const discovery = (await (await fetch(`${ISSUER}.well-known/openid-configuration`)).json()) as { jwks_uri: string };
  const { keys } = (await (await fetch(discovery.jwks_uri)).json()) as { keys: PublicKey[] };
  return keys;
}
