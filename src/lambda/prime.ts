import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';

/** Lambda gives the first ten seconds of an instance a full core; more than this is better spent on the first request itself. */
const PRIMING_MS = 3_000;

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token that nobody signed: to refuse it, its issuer's keys must be there. It has expired, so nothing doubts the refusal. */
const tokenOfNobody = (alg: string) => `${base64url({ alg, kid: 'priming' })}.${base64url({ exp: 0 })}.AA`;

function event(path: string, headers: Record<string, string>): APIGatewayProxyEventV2 {
  const about = { http: { method: 'GET' } } as APIGatewayProxyEventV2['requestContext'];
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { host: 'localhost', 'x-request-id': 'priming', ...headers },
    requestContext: about,
    isBase64Encoded: false,
  };
}

/**
 * Has the app answer two requests before the first real one, so that connections, the issuer's keys and compiled code are there.
 * It never fails: what does not answer now is asked again when somebody needs it, and the log tells.
 * @param algorithm that tokens are signed with.
 */
export async function prime(
  handler: (event: APIGatewayProxyEventV2, context: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<object>,
  algorithm: string,
): Promise<void> {
  const end = Date.now() + PRIMING_MS;
  const context = { getRemainingTimeInMillis: () => end - Date.now() };
  const authorization = `Bearer ${tokenOfNobody(algorithm)}`;
  await Promise.all([handler(event('/ready', {}), context), handler(event('/v1/me', { authorization }), context)]);
}
