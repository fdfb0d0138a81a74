import type { APIGatewayProxyEvent, APIGatewayProxyEventV2, APIGatewayProxyResult, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { FrontDoor } from './front-door.ts';
import { mergeHeaders, valueLists } from './headers.ts';

/** What a Lambda may return at all ("Lambda quotas": 6 MB); API Gateway itself takes 10. */
const MAX_RESULT_BYTES = 6_000_000;

/** What can't stand in a request's path as it is: HTTP APIs decode paths before they tell of them. */
const UNSAFE = /%(?![0-9a-f]{2})|[^!-~]|["#<>?\\^`{|}]/giu;

/** The path as a client sends it, without the base path, which is a stage or a custom domain's mapping. */
function pathOf(told: string, basePath: string): string {
  const isBelow = basePath !== '' && (told === basePath || told.startsWith(`${basePath}/`));
  const path = isBelow ? told.slice(basePath.length) || '/' : told;
  return path.replace(UNSAFE, encodeURIComponent);
}

/** API Gateway's REST API (payload 1.0), which HTTP APIs can send too. @param basePath what it leaves before every path. */
export function restApi(basePath: string): FrontDoor<APIGatewayProxyEvent, APIGatewayProxyResult> {
  return {
    maxResultBytes: MAX_RESULT_BYTES,
    request(event) {
      const parameters = valueLists({ single: event.queryStringParameters, multi: event.multiValueQueryStringParameters });
      return {
        method: event.httpMethod,
        path: pathOf(event.path, basePath),
        query: new URLSearchParams(
          parameters.flatMap(([name, values]) => values.map((value): [string, string] => [name, value])),
        ).toString(),
        headers: mergeHeaders(valueLists({ single: event.headers, multi: event.multiValueHeaders })),
        clientIp: event.requestContext.identity.sourceIp,
        body: event.body ?? '',
        isBase64Encoded: event.isBase64Encoded,
      };
    },
    result: ({ statusCode, headers, cookies, body, isBase64Encoded }) => ({
      statusCode,
      headers,
      ...(cookies.length > 0 && { multiValueHeaders: { 'set-cookie': cookies } }),
      body,
      isBase64Encoded,
    }),
  };
}

/** API Gateway's HTTP API (payload 2.0), and a function URL. @param basePath what it leaves before every path. */
export function httpApi(basePath: string): FrontDoor<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
  return {
    maxResultBytes: MAX_RESULT_BYTES,
    request: (event) => ({
      method: event.requestContext.http.method,
      path: pathOf(event.rawPath, basePath),
      query: event.rawQueryString,
      headers: mergeHeaders([
        ...valueLists({ single: event.headers, multi: undefined }),
        ...(event.cookies ?? []).map((cookie): [string, string[]] => ['cookie', [cookie]]),
      ]),
      clientIp: event.requestContext.http.sourceIp,
      body: event.body ?? '',
      isBase64Encoded: event.isBase64Encoded,
    }),
    result: ({ statusCode, headers, cookies, body, isBase64Encoded }) => ({ statusCode, headers, cookies, body, isBase64Encoded }),
  };
}
