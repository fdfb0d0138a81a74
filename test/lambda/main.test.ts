import '../support/one-realm.ts';
import { createServer, type Server } from 'node:http';
import type { Context } from 'aws-lambda';
import type { HttpEvent } from '../../src/lambda/handler.ts';
import { type Engines, startEngines } from '../../src/local/engines.ts';
import { issuerOf, newIssuerKey, startIssuer } from '../../src/local/issuer.ts';
import { type LocalServer, listen } from '../../src/local/listen.ts';
import { ISSUER_ALGORITHM, mintToken } from '../../src/local/token.ts';
import { FRONT_DOORS, type Sent, seen } from './events.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:photoform-keys';
const SECRET = 'a-secret-that-is-kept-elsewhere-and-long-enough';
const IN_TIME = { getRemainingTimeInMillis: () => 10_000 };
const alb = FRONT_DOORS['an ALB with multi-value headers'] as (sent: Sent) => HttpEvent;

/** Secrets Manager's GetSecretValue, as its API reference has it. */
function secretsManager(asked: string[]): Server {
  return createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { SecretId } = JSON.parse(Buffer.concat(chunks).toString());
    asked.push(`${request.headers['x-amz-target']} ${SecretId}`);
    const isThere = SecretId === ARN;
    response.writeHead(isThere ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(
      JSON.stringify(isThere ? { ARN, SecretString: SECRET } : { __type: 'ResourceNotFoundException', message: 'no such secret' }),
    );
  });
}

const asked: string[] = [];
let secrets: LocalServer;
let engines: Engines;
beforeAll(async () => {
  secrets = await listen(secretsManager(asked), 0);
  engines = await startEngines();
});
afterAll(() => Promise.all([secrets.close(), engines.close()]));

test('when the function starts, then it fetches its secrets and the issuer’s keys before it is asked anything', async () => {
  const key = await newIssuerKey();
  const issuer = await startIssuer({ key, nodeEnv: 'test' });
  Object.assign(process.env, {
    LOG_LEVEL: 'silent',
    AUTH_ISSUER: issuerOf(issuer.endpoint),
    AUTH_AUDIENCE: 'photoform-test',
    AUTH_ALGORITHM: ISSUER_ALGORITHM,
    SECRET_KEYS_ARN: ARN,
    DYNAMODB_ENDPOINT: engines.dynamodb,
    S3_ENDPOINT: engines.objects,
    AWS_ACCESS_KEY_ID: engines.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: engines.credentials.secretAccessKey,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
  });
  const { handler } = (await import('../../src/main/api.lambda.ts')) as {
    handler: (event: HttpEvent, context: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<object>;
  };
  expect(asked).toEqual([`secretsmanager.GetSecretValue ${ARN}`]);
  await issuer.close(); // whatever is asked of it now comes too late

  const token = await mintToken(key, {
    issuer: issuerOf(issuer.endpoint),
    audience: 'photoform-test',
    expires: '10m',
    bearer: { sub: 'ann' },
  });
  const me = seen(await handler(alb({ path: '/v1/me', headers: [['authorization', `Bearer ${token}`]] }), IN_TIME));
  expect([me.status, me.json().sub]).toEqual([200, 'ann']);
  expect(seen(await handler(alb({ path: '/v1/me' }), IN_TIME)).status).toBe(401);
});
