import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const TARGET_GROUP = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/photoform/0123456789abcdef';

/** These are between the client and the load balancer alone (RFC 9110, section 7.6.1). */
export const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade']);
/** Bodies of these types go into the event as text, all others as base64. */
const TEXT = /^(?:text\/|application\/(?:json|javascript|xml)(?:;|$))/i;

export type MultiValues = Record<string, string[]>;

/** Parameters as they stand in the URL, not decoded. */
function parametersOf(query: string): MultiValues {
  const pairs = query
    .split('&')
    .filter(Boolean)
    .map((pair): [string, string] => {
      const [name = '', ...value] = pair.split('=');
      return [name, value.join('=')];
    });
  return grouped(pairs);
}

/** All values of each name, in their order. */
export function grouped(pairs: Iterable<[name: string, value: string]>): MultiValues {
  const groups = Map.groupBy(pairs, ([name]) => name);
  return Object.fromEntries([...groups].map(([name, group]) => [name, group.map(([, value]) => value)]));
}

/** Headers as they came, with those that the load balancer adds. */
function headersOf({ rawHeaders, socket }: IncomingMessage): MultiValues {
  const pairs = rawHeaders.flatMap((text, index): [string, string][] =>
    index % 2 === 0 ? [[text.toLowerCase(), rawHeaders[index + 1] ?? '']] : [],
  );
  const headers = grouped(pairs.filter(([name]) => !HOP_BY_HOP.has(name)));
  const forwarded = [...(headers['x-forwarded-for'] ?? []), socket.remoteAddress ?? ''].join(', ');
  return {
    ...headers,
    'x-amzn-trace-id': [`Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`],
    'x-forwarded-for': [forwarded],
    'x-forwarded-port': [String(socket.localPort)],
    'x-forwarded-proto': ['http'],
  };
}

const lastOf = (values: MultiValues) => Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1)]));

/**
 * The event of a request ("Use Lambda functions as targets", receive events from the load balancer).
 * @param isMulti whether it has all values of headers and parameters, or the last of each.
 */
export function toEvent(request: IncomingMessage, body: Buffer, isMulti: boolean): object {
  const [path = '/', ...query] = (request.url ?? '/').split('?');
  const parameters = parametersOf(query.join('?'));
  const headers = headersOf(request);
  const isText = body.length === 0 || (!request.headers['content-encoding'] && TEXT.test(request.headers['content-type'] ?? ''));
  return {
    requestContext: { elb: { targetGroupArn: TARGET_GROUP } },
    httpMethod: request.method,
    path,
    ...(isMulti
      ? { multiValueQueryStringParameters: parameters, multiValueHeaders: headers }
      : { queryStringParameters: lastOf(parameters), headers: lastOf(headers) }),
    body: body.toString(isText ? 'utf8' : 'base64'),
    isBase64Encoded: !isText,
  };
}
