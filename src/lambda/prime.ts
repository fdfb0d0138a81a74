import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';

/** Lambda gives the first ten seconds of an instance a full core; more than this is better spent on the first request itself. */
const PRIMING_MS = 3_000;

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token that nobody signed: to refuse it, its issuer's keys must be there. It has expired, so nothing doubts the refusal. */
const tokenOfNobody = (alg: string) => `${base64url({ alg, kid: 'priming' })}.${base64url({ exp: 0 })}.AA`;

const event = (authorization: string): APIGatewayProxyEventV2 => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: '/v1/me',
  rawQueryString: '',
  headers: { host: 'localhost', 'x-request-id': 'priming', authorization },
  requestContext: { http: { method: 'GET' } } as APIGatewayProxyEventV2['requestContext'],
  isBase64Encoded: false,
});

/**
 * Has the app answer a request before the first real one, so that the issuer's keys and compiled code are there. Tables and buckets are
 * not asked: that would cost every start 50 ms of CPU, and the request that made Lambda start may need neither.
 * It never fails: what does not answer now is asked again when somebody needs it, and the log tells.
 * @param algorithm that tokens are signed with.
 */
export async function prime(
  handler: (event: APIGatewayProxyEventV2, context: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<object>,
  algorithm: string,
): Promise<void> {
  const end = Date.now() + PRIMING_MS;
  await handler(event(`Bearer ${tokenOfNobody(algorithm)}`), { getRemainingTimeInMillis: () => end - Date.now() });
}
