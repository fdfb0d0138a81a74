import { availableParallelism } from 'node:os';
import { z } from 'zod';
import type { Env, EnvName } from './env-names.ts';

const whole = (fallback: number, min = 1, max = Number.MAX_SAFE_INTEGER) =>
  z.coerce.number('must be a whole number').int('must be a whole number').min(min).max(max).default(fallback);
const list = z.string().transform((value) =>
  value
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean),
);
const httpUrl = z.url({ protocol: /^https?$/, message: 'must be an http(s) URL' });
const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((value) => value === 'true');

const MiB = 1024 * 1024;
/** Node's timers take no more: a longer one would be over at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** What one S3 PUT of a checked photo takes is 5 GB. */
const MOST_MULTIPART = 5_000 * MiB;
const SECRET_BYTES = 32;
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

const settings = z.object({
  NODE_ENV: z.string().default('development'),
  PORT: whole(3000, 0, 65_535),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
  CORS_ORIGINS: list
    .pipe(
      z.array(httpUrl.refine((url) => URL.canParse(url) && new URL(url).origin === url, 'must be an origin: scheme, host and port alone')),
    )
    .default([]),
  AWS_REGION: z.string().default('us-east-1'),
  DYNAMODB_ENDPOINT: httpUrl.optional(),
  S3_ENDPOINT: httpUrl.optional(),
  USERS_TABLE: z.string().default('photoform-users'),
  PHOTOS_TABLE: z.string().default('photoform-photos'),
  REQUESTS_TABLE: z.string().default('photoform-requests'),
  PHOTOS_BUCKET: z.string().default('photoform-photos'),
  AUTH_ISSUER: httpUrl,
  AUTH_AUDIENCE: list.pipe(z.array(z.string()).min(1, 'must name at least one audience')),
  AUTH_PROFILE: z.enum(['oidc', 'cognito']).default('oidc'),
  AUTH_ALGORITHM: z.enum(ALGORITHMS).default('RS256'),
  AUTH_GROUPS_CLAIM: z.string().default('groups'),
  AUTH_ADMIN_GROUP: z.string().default('admins'),
  AUTH_SCOPE_PREFIX: z.string().default(''),
  AUTH_USER_SCOPES: flag,
  SELF_MAY_EDIT: list.pipe(z.array(z.enum(['name', 'email', 'attributes']))).default(['name', 'email', 'attributes']),
  SECRET_KEYS: list.pipe(
    z
      .array(z.string().refine((key) => Buffer.byteLength(key) >= SECRET_BYTES, `must be at least ${SECRET_BYTES} bytes long`))
      .min(1, 'must hold at least one key'),
  ),
  REQUEST_TIMEOUT_MS: whole(10_000, 1, LONGEST_TIMER_MS),
  DOWNLOAD_URL_SECONDS: whole(300, 1, 604_800),
  UPLOAD_URL_SECONDS: whole(300, 1, 604_800),
  MAX_BODY_BYTES: whole(6_000_000),
  MAX_RESPONSE_BYTES: whole(6_000_000),
  MAX_FORM_PHOTO_BYTES: whole(2 * MiB),
  MAX_UPLOAD_BYTES: whole(25 * MiB),
  MAX_MULTIPART_BYTES: whole(100 * MiB, 1, MOST_MULTIPART),
  MAX_OPEN_UPLOADS: whole(20),
  MAX_PIXELS: whole(50_000_000),
  MAX_PROGRESSIVE_PIXELS: whole(25_000_000),
  DECODES: whole(availableParallelism()),
} satisfies Record<EnvName, z.ZodType>);

/** The settings are wrong: the message names every fault, so that one restart mends them all. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export type Config = ReturnType<typeof readConfig>;

/**
 * Settings from an environment; an empty value counts as absent. Pure: it reads nothing but its argument.
 * @throws ConfigError naming all that is wrong.
 */
export function readConfig(env: Env) {
  const trimmed = Object.entries(env).map(([name, value]) => [name, value?.trim()]);
  const given: Record<string, string | undefined> = Object.fromEntries(trimmed.filter(([, value]) => value !== ''));
  const parsed = settings.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(
      ({ path, message }) => `  ${path.join('.')}: ${given[String(path[0])] === undefined ? 'is not set' : message}`,
    );
    throw new ConfigError(`These settings are wrong (.env.example explains each):\n${faults.join('\n')}`);
  }
  const s = parsed.data;
  return {
    port: s.PORT,
    logLevel: s.LOG_LEVEL,
    corsOrigins: s.CORS_ORIGINS,
    aws: { region: s.AWS_REGION, dynamodbEndpoint: s.DYNAMODB_ENDPOINT, s3Endpoint: s.S3_ENDPOINT },
    tables: { users: s.USERS_TABLE, photos: s.PHOTOS_TABLE, requests: s.REQUESTS_TABLE },
    buckets: { photos: s.PHOTOS_BUCKET },
    auth: {
      issuer: s.AUTH_ISSUER,
      audience: s.AUTH_AUDIENCE,
      profile: s.AUTH_PROFILE,
      algorithm: s.AUTH_ALGORITHM,
      groupsClaim: s.AUTH_GROUPS_CLAIM,
      adminGroup: s.AUTH_ADMIN_GROUP,
      scopePrefix: s.AUTH_SCOPE_PREFIX,
      userScopes: s.AUTH_USER_SCOPES,
    },
    selfMayEdit: s.SELF_MAY_EDIT,
    secretKeys: s.SECRET_KEYS,
    requestTimeoutMs: s.REQUEST_TIMEOUT_MS,
    downloadUrlSeconds: s.DOWNLOAD_URL_SECONDS,
    uploadUrlSeconds: s.UPLOAD_URL_SECONDS,
    limits: {
      bodyBytes: s.MAX_BODY_BYTES,
      responseBytes: s.MAX_RESPONSE_BYTES,
      formPhotoBytes: s.MAX_FORM_PHOTO_BYTES,
      uploadBytes: s.MAX_UPLOAD_BYTES,
      multipartBytes: s.MAX_MULTIPART_BYTES,
      openUploads: s.MAX_OPEN_UPLOADS,
      pixels: s.MAX_PIXELS,
      progressivePixels: s.MAX_PROGRESSIVE_PIXELS,
    },
    decodes: s.DECODES,
  };
}
