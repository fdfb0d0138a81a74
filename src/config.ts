import { availableParallelism } from 'node:os';
import * as z from 'zod';
import type { Env, EnvName, JobEnvName } from './env-names.ts';

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

/** What both the API and the handlers of events read. */
const shared = {
  NODE_ENV: z.string().default('development'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
  AWS_REGION: z.string().default('us-east-1'),
  DYNAMODB_ENDPOINT: httpUrl.optional(),
  S3_ENDPOINT: httpUrl.optional(),
  S3_PUBLIC_ENDPOINT: httpUrl.optional(),
  SQS_ENDPOINT: httpUrl.optional(),
  USERS_TABLE: z.string().default('photoform-users'),
  PHOTOS_TABLE: z.string().default('photoform-photos'),
  IMPORTS_TABLE: z.string().default('photoform-imports'),
  REQUESTS_TABLE: z.string().default('photoform-requests'),
  PHOTOS_BUCKET: z.string().default('photoform-photos'),
  IMPORTS_BUCKET: z.string().default('photoform-imports'),
  PHOTOS_QUEUE_URL: httpUrl.optional(),
  IMPORTS_QUEUE_URL: httpUrl.optional(),
  DOWNLOAD_URL_SECONDS: whole(300, 1, 604_800),
  MAX_PIXELS: whole(50_000_000),
  MAX_PROGRESSIVE_PIXELS: whole(25_000_000),
  MAX_IMPORT_BYTES: whole(5_000_000_000),
  MAX_IMPORT_ROWS: whole(10_000_000),
  MAX_IMPORT_ROW_BYTES: whole(64_000),
  MAX_IMPORT_RATIO: whole(100),
  DECODES: whole(availableParallelism()),
} satisfies Record<JobEnvName, z.ZodType>;

const jobSettings = z.object(shared);
const settings = z.object({
  ...shared,
  PORT: whole(3000, 0, 65_535),
  CORS_ORIGINS: list
    .pipe(
      z.array(httpUrl.refine((url) => URL.canParse(url) && new URL(url).origin === url, 'must be an origin: scheme, host and port alone')),
    )
    .default([]),
  BASE_PATH: z
    .string()
    .regex(/^(\/[^/?#]+)*$/, 'must begin with a slash and not end with one, as /prod does')
    .default(''),
  TRUSTED_PROXIES: whole(0, 0),
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
  /** Read in `main/`, before this: what is there becomes SECRET_KEYS. */
  SECRET_KEYS_ARN: z.string().optional(),
  REQUEST_TIMEOUT_MS: whole(10_000, 1, LONGEST_TIMER_MS),
  UPLOAD_URL_SECONDS: whole(300, 1, 604_800),
  MAX_BODY_BYTES: whole(6_000_000),
  MAX_RESPONSE_BYTES: whole(6_000_000),
  MAX_FORM_PHOTO_BYTES: whole(2 * MiB),
  MAX_UPLOAD_BYTES: whole(25 * MiB),
  MAX_MULTIPART_BYTES: whole(100 * MiB, 1, MOST_MULTIPART),
  MAX_OPEN_UPLOADS: whole(20),
} satisfies Record<EnvName, z.ZodType>);

/** The settings are wrong: the message names every fault, so that one restart mends them all. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** @throws ConfigError naming all that is wrong. */
function read<T extends z.ZodType>(schema: T, env: Env): z.output<T> {
  const trimmed = Object.entries(env).map(([name, value]) => [name, value?.trim()]);
  const given: Record<string, string | undefined> = Object.fromEntries(trimmed.filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given, { jitless: true }); // parsed once: compiling a parser for it would take longer
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(
    ({ path, message }) => `  ${path.join('.')}: ${given[String(path[0])] === undefined ? 'is not set' : message}`,
  );
  throw new ConfigError(`These settings are wrong (.env.example explains each):\n${faults.join('\n')}`);
}

function jobConfig(s: z.output<typeof jobSettings>) {
  return {
    logLevel: s.LOG_LEVEL,
    aws: {
      region: s.AWS_REGION,
      dynamodbEndpoint: s.DYNAMODB_ENDPOINT,
      s3Endpoint: s.S3_ENDPOINT,
      s3PublicEndpoint: s.S3_PUBLIC_ENDPOINT,
      sqsEndpoint: s.SQS_ENDPOINT,
    },
    tables: { users: s.USERS_TABLE, photos: s.PHOTOS_TABLE, imports: s.IMPORTS_TABLE, requests: s.REQUESTS_TABLE },
    buckets: { photos: s.PHOTOS_BUCKET, imports: s.IMPORTS_BUCKET },
    queues: { photos: s.PHOTOS_QUEUE_URL, imports: s.IMPORTS_QUEUE_URL },
    downloadUrlSeconds: s.DOWNLOAD_URL_SECONDS,
    imageLimits: { pixels: s.MAX_PIXELS, progressivePixels: s.MAX_PROGRESSIVE_PIXELS, decodes: s.DECODES },
    importLimits: {
      importBytes: s.MAX_IMPORT_BYTES,
      importRows: s.MAX_IMPORT_ROWS,
      importRowBytes: s.MAX_IMPORT_ROW_BYTES,
      importRatio: s.MAX_IMPORT_RATIO,
    },
  };
}

export type JobConfig = ReturnType<typeof readJobConfig>;

/**
 * What the handlers of events need: no issuer, no secret. Pure: it reads nothing but its argument; an empty value counts as absent.
 * @throws ConfigError naming all that is wrong.
 */
export function readJobConfig(env: Env) {
  return jobConfig(read(jobSettings, env));
}

export type Config = ReturnType<typeof readConfig>;

/**
 * What the API needs, and all that the handlers of events do. Pure: it reads nothing but its argument; an empty value counts as absent.
 * @throws ConfigError naming all that is wrong.
 */
export function readConfig(env: Env) {
  const s = read(settings, env);
  return {
    ...jobConfig(s),
    port: s.PORT,
    corsOrigins: s.CORS_ORIGINS,
    basePath: s.BASE_PATH,
    trustedProxies: s.TRUSTED_PROXIES,
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
  };
}
