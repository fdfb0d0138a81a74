/** The environment of a function that trusts `issuer`; its tables and buckets answer nobody, as nothing measured here asks them. */
export function lambdaEnv(issuer: string) {
  return {
    NODE_ENV: 'production',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench-secret',
    AUTH_ISSUER: issuer,
    AUTH_AUDIENCE: 'bench',
    SECRET_KEYS: 'a-secret-of-the-benchmarks-that-is-long-enough',
    CORS_ORIGINS: 'https://app.example.com',
  };
}
