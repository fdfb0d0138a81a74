/** The names of all settings, in the order of `.env.example`. It imports nothing, so that the infrastructure's code can share it. */
export const ENV = [
  'NODE_ENV',
  'PORT',
  'LOG_LEVEL',
  'CORS_ORIGINS',
  'AWS_REGION',
  'DYNAMODB_ENDPOINT',
  'S3_ENDPOINT',
  'USERS_TABLE',
  'PHOTOS_TABLE',
  'REQUESTS_TABLE',
  'PHOTOS_BUCKET',
  'AUTH_ISSUER',
  'AUTH_AUDIENCE',
  'AUTH_PROFILE',
  'AUTH_ALGORITHM',
  'AUTH_GROUPS_CLAIM',
  'AUTH_ADMIN_GROUP',
  'AUTH_SCOPE_PREFIX',
  'AUTH_USER_SCOPES',
  'SECRET_KEYS',
  'REQUEST_TIMEOUT_MS',
  'DOWNLOAD_URL_SECONDS',
  'MAX_BODY_BYTES',
  'MAX_RESPONSE_BYTES',
  'MAX_FORM_PHOTO_BYTES',
  'MAX_PIXELS',
  'MAX_PROGRESSIVE_PIXELS',
  'DECODES',
] as const;

export type EnvName = (typeof ENV)[number];
export type Env = Partial<Record<EnvName, string>>;
