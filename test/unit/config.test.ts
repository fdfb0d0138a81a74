import { ConfigError, readConfig } from '../../src/config.ts';
import type { Env } from '../../src/env-names.ts';

const SECRET = 'a-secret-that-is-at-least-32-bytes-long';
const NEEDED = { AUTH_ISSUER: 'https://issuer.example/', AUTH_AUDIENCE: 'photoform', SECRET_KEYS: SECRET };

function faultsOf(env: Env): string {
  try {
    readConfig(env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  throw new Error('it was taken');
}

describe('settings', () => {
  test('when only what has no default is set, then the rest is as documented', () => {
    expect(readConfig(NEEDED)).toMatchObject({
      port: 3000,
      corsOrigins: [],
      aws: { region: 'us-east-1', dynamodbEndpoint: undefined, s3Endpoint: undefined },
      auth: { profile: 'oidc', algorithm: 'RS256', groupsClaim: 'groups', adminGroup: 'admins', scopePrefix: '', userScopes: false },
      requestTimeoutMs: 10_000,
      downloadUrlSeconds: 300,
      limits: {
        bodyBytes: 6_000_000,
        responseBytes: 6_000_000,
        formPhotoBytes: 2_097_152,
        pixels: 50_000_000,
        progressivePixels: 25_000_000,
      },
    });
  });

  test('when a value is empty, then it counts as absent', () => {
    expect(readConfig({ ...NEEDED, PORT: '', AUTH_ALGORITHM: '', CORS_ORIGINS: '', AUTH_USER_SCOPES: '' })).toEqual(readConfig(NEEDED));
    expect(faultsOf({ ...NEEDED, AUTH_ISSUER: '' })).toContain('AUTH_ISSUER: is not set');
  });

  test('when lists are set, then they are read with or without spaces', () => {
    const env = {
      ...NEEDED,
      AUTH_AUDIENCE: 'a, b ,c',
      CORS_ORIGINS: ' https://a.example ,http://localhost:5173,',
      SECRET_KEYS: `${SECRET}, ${SECRET}2`,
    };
    const config = readConfig(env);
    expect(config.auth.audience).toEqual(['a', 'b', 'c']);
    expect(config.corsOrigins).toEqual(['https://a.example', 'http://localhost:5173']);
    expect(config.secretKeys).toEqual([SECRET, `${SECRET}2`]);
  });

  test('when several are wrong or missing, then all are told at once', () => {
    const message = faultsOf({ AUTH_ISSUER: 'issuer', PORT: '70000', LOG_LEVEL: 'loud', AUTH_USER_SCOPES: 'yes', MAX_PIXELS: '0' });
    for (const name of ['AUTH_ISSUER', 'AUTH_AUDIENCE', 'SECRET_KEYS', 'PORT', 'LOG_LEVEL', 'AUTH_USER_SCOPES', 'MAX_PIXELS'])
      expect(message).toContain(`${name}: `);
    expect(message.split('\n')).toHaveLength(8);
  });

  test.each<[string, Env]>([
    ['a path in an origin', { CORS_ORIGINS: 'https://a.example/x' }],
    ['a slash after an origin', { CORS_ORIGINS: 'https://a.example/' }],
    ['a star for origins', { CORS_ORIGINS: '*' }],
    ['no algorithm', { AUTH_ALGORITHM: 'none' }],
    ['an algorithm with a shared secret', { AUTH_ALGORITHM: 'HS256' }],
    ['an issuer that is no web address', { AUTH_ISSUER: 'ftp://x' }],
    ['an audience of nothing', { AUTH_AUDIENCE: ' , ' }],
    ['a number that is none', { DECODES: 'many' }],
    ['half a byte', { MAX_BODY_BYTES: '10.5' }],
    ['a URL that outlives what S3 signs', { DOWNLOAD_URL_SECONDS: '604801' }],
    ['another profile', { AUTH_PROFILE: 'saml' }],
  ])('when there is %s, then it is refused by name', (_what, env) => {
    expect(faultsOf({ ...NEEDED, ...env })).toContain(`${Object.keys(env)[0]}`);
  });

  test('when a secret is too short, then the message says so without telling it', () => {
    const message = faultsOf({ ...NEEDED, SECRET_KEYS: `${SECRET},too-short-secret` });
    expect(message).toMatch(/SECRET_KEYS.*at least 32 bytes/);
    expect(message).not.toContain('too-short-secret');
    expect(message).not.toContain(SECRET);
  });
});
