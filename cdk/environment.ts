import { ENV, type EnvName, type JOB_ENV } from '../src/env-names.ts';

/** What Lambda sets itself, or what only other engines than AWS need, or other processes: the stack leaves these alone. */
export const LEFT_ALONE = [
  'PORT',
  'AWS_REGION',
  'DYNAMODB_ENDPOINT',
  'S3_ENDPOINT',
  'S3_PUBLIC_ENDPOINT',
  'SQS_ENDPOINT',
  'TRUSTED_PROXIES',
] as const satisfies EnvName[];

/** What comes with a grant: whoever may use a thing is told its name, and nobody else is. */
export const GRANTED = [
  'USERS_TABLE',
  'PHOTOS_TABLE',
  'IMPORTS_TABLE',
  'REQUESTS_TABLE',
  'PHOTOS_BUCKET',
  'IMPORTS_BUCKET',
  'PHOTOS_QUEUE_URL',
  'IMPORTS_QUEUE_URL',
  'SECRET_KEYS_ARN',
] as const satisfies EnvName[];

/** What follows from a stage's other settings. */
export const DERIVED = [
  'NODE_ENV',
  'CORS_ORIGINS',
  'BASE_PATH',
  'AUTH_ISSUER',
  'AUTH_AUDIENCE',
  'AUTH_PROFILE',
  'AUTH_SCOPE_PREFIX',
  'REQUEST_TIMEOUT_MS',
  'DOWNLOAD_URL_SECONDS',
  'UPLOAD_URL_SECONDS',
  'MAX_BODY_BYTES',
  'MAX_RESPONSE_BYTES',
] as const satisfies EnvName[];

export type GrantedName = (typeof GRANTED)[number];
export type DerivedName = (typeof DERIVED)[number];
/** What a stage may set as `app`, by its own name; what it doesn't set has the app's default. */
export type AppName = Exclude<EnvName, (typeof LEFT_ALONE)[number] | GrantedName | DerivedName | 'SECRET_KEYS'>;

// SECRET_KEYS itself is never in a template: SECRET_KEYS_ARN says where it is
const DECIDED: readonly EnvName[] = [...LEFT_ALONE, ...GRANTED, ...DERIVED, 'SECRET_KEYS'];
export const APP_NAMES = ENV.filter((name): name is AppName => !DECIDED.includes(name));

export type Environment = Partial<Record<EnvName, string>>;

/** Of all values, those that a function reads. */
export function only(names: typeof ENV | typeof JOB_ENV, values: Environment): Environment {
  const read: readonly string[] = names;
  return Object.fromEntries(Object.entries(values).filter(([name]) => read.includes(name)));
}
