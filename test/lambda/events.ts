import type { ALBEvent, APIGatewayProxyEvent, APIGatewayProxyEventV2 } from 'aws-lambda';
import type { HttpEvent } from '../../src/lambda/handler.ts';

/** A request as a client sends it; a front door makes an event of it. */
export interface Sent {
  method?: string;
  path?: string;
  /** As in the URL, percent-encoded; a name that comes twice has two entries. */
  query?: [name: string, value: string][];
  headers?: [name: string, value: string][];
  body?: string;
  isBase64Encoded?: boolean;
}

/** The address that reached the front door. */
export const CLIENT = '203.0.113.7';

const group = (pairs: [string, string][]) => {
  const groups = Map.groupBy(pairs, ([name]) => name);
  return Object.fromEntries([...groups].map(([name, all]) => [name, all.map(([, value]) => value)]));
};
const decoded = (pairs: [string, string][]) =>
  pairs.map((pair): [string, string] => pair.map((text) => new URLSearchParams(`x=${text}`).get('x') ?? '') as [string, string]);

function withForwarded(headers: [string, string][]): [string, string][] {
  const before = headers.filter(([name]) => name === 'x-forwarded-for').map(([, value]) => value);
  return [
    ['host', 'photos.example.com'],
    ...headers.filter(([name]) => name !== 'x-forwarded-for'),
    ['x-forwarded-for', [...before, CLIENT].join(', ')],
  ];
}

function albEvent(
  isMulti: boolean,
  { method = 'GET', path = '/', query = [], headers = [], body = '', isBase64Encoded = false }: Sent,
): ALBEvent {
  const forwarded = withForwarded(headers);
  return {
    requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/x/0123456789abcdef' } },
    httpMethod: method,
    path,
    ...(isMulti
      ? { multiValueHeaders: group(forwarded), multiValueQueryStringParameters: group(query) }
      : { headers: Object.fromEntries(forwarded), queryStringParameters: Object.fromEntries(query) }),
    body,
    isBase64Encoded,
  };
}

function restEvent({ method = 'GET', path = '/', query = [], headers = [], body, isBase64Encoded = false }: Sent) {
  const forwarded = withForwarded(headers);
  const parameters = decoded(query);
  return {
    resource: '/{proxy+}',
    httpMethod: method,
    path,
    headers: Object.fromEntries(forwarded),
    multiValueHeaders: group(forwarded),
    queryStringParameters: parameters.length > 0 ? Object.fromEntries(parameters) : null,
    multiValueQueryStringParameters: parameters.length > 0 ? group(parameters) : null,
    requestContext: { identity: { sourceIp: CLIENT }, requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef', stage: 'prod' },
    body: body ?? null,
    isBase64Encoded,
  } as unknown as APIGatewayProxyEvent;
}

function httpEvent({ method = 'GET', path = '/', query = [], headers = [], body, isBase64Encoded = false }: Sent) {
  const cookies = headers.filter(([name]) => name === 'cookie').flatMap(([, value]) => value.split('; '));
  const others = group(withForwarded(headers.filter(([name]) => name !== 'cookie')));
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query.map((pair) => pair.join('=')).join('&'),
    ...(cookies.length > 0 && { cookies }),
    headers: Object.fromEntries(Object.entries(others).map(([name, values]) => [name, values?.join(',')])),
    requestContext: { http: { method, path, sourceIp: CLIENT }, requestId: 'JKJaXmPLvHcESHA=', stage: 'prod' },
    ...(body !== undefined && { body }),
    isBase64Encoded,
  } as unknown as APIGatewayProxyEventV2;
}

/** Every front door, with the event that it makes of a request. */
export const FRONT_DOORS: Record<string, (sent: Sent) => HttpEvent> = {
  'an ALB with multi-value headers': (sent) => albEvent(true, sent),
  'an ALB with single-value headers': (sent) => albEvent(false, sent),
  'a REST API': restEvent,
  'an HTTP API': httpEvent,
};

/** What a client gets to see of a function's result, whatever its shape. */
export function seen(result: object) {
  const {
    statusCode,
    headers = {},
    multiValueHeaders = {},
    cookies = [],
    body = '',
    isBase64Encoded,
  } = result as {
    statusCode: number;
    headers?: Record<string, string>;
    multiValueHeaders?: Record<string, string[]>;
    cookies?: string[];
    body?: string;
    isBase64Encoded: boolean;
  };
  const lists = [...Object.entries(headers).map(([name, value]) => [name, [value]] as const), ...Object.entries(multiValueHeaders)];
  const all = lists.flatMap(([name, values]) => values.map((value) => ({ name: name.toLowerCase(), value })));
  const setCookies = all.filter(({ name }) => name === 'set-cookie').map(({ value }) => value);
  return {
    status: statusCode,
    headers: Object.fromEntries(all.map(({ name, value }) => [name, value])),
    cookies: [...cookies, ...setCookies],
    bytes: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
    json: () => JSON.parse(Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8').toString()),
  };
}
