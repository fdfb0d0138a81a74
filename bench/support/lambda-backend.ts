import { startIdentityProvider } from '../../test/support/identity-provider.ts';
import { startBackend } from './backend.ts';

export interface LambdaBackend {
  /** The environment of a function on it. */
  env: Record<string, string>;
  /** `GET /v1/me` by somebody, as an ALB in multi-value mode hands it on. */
  eventOf(userId: string): Promise<object>;
  close(): Promise<void>;
}

/** `GET /v1/me` as a browser's page asks it ("Lambda functions as targets", Elastic Load Balancing user guide). */
function albEvent(authorization: string) {
  return {
    requestContext: {
      elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/photoform/6d0ecf831eec9f09' },
    },
    httpMethod: 'GET',
    path: '/v1/me',
    multiValueQueryStringParameters: {},
    multiValueHeaders: {
      accept: ['application/json, text/plain, */*'],
      'accept-encoding': ['gzip, deflate, br, zstd'],
      'accept-language': ['en-GB,en;q=0.9'],
      authorization: [authorization],
      host: ['api.example.com'],
      origin: ['https://app.example.com'],
      referer: ['https://app.example.com/'],
      'user-agent': ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'],
      'x-amzn-trace-id': ['Root=1-5c536348-3d683b8b04734faae651f476'],
      'x-forwarded-for': ['203.0.113.7'],
      'x-forwarded-port': ['443'],
      'x-forwarded-proto': ['https'],
    },
    body: '',
    isBase64Encoded: false,
  };
}

/** What a function needs around it: engines, and an issuer that signs with RS256, as Auth0's and Cognito's do. */
export async function startLambdaBackend(): Promise<LambdaBackend> {
  const [backend, provider] = await Promise.all([startBackend(), startIdentityProvider()]);
  const env = {
    ...backend.env,
    NODE_ENV: 'production',
    AUTH_ISSUER: provider.issuer,
    AUTH_ALGORITHM: 'RS256',
    CORS_ORIGINS: 'https://app.example.com',
  };
  return {
    env,
    async eventOf(userId) {
      const { authorization } = await provider.token({ sub: userId, aud: backend.env.AUTH_AUDIENCE });
      return albEvent(authorization);
    },
    async close() {
      await Promise.all([backend.close(), provider.close()]);
    },
  };
}
