import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import serverlessHttp from 'serverless-http';
import { type AppAnswer, isBinary } from './app-answer.ts';
import type { FrontRequest } from './front-door.ts';

/** The one event that serverless-http is given, whatever the front door: the fields that it reads of an HTTP API's. */
function toEvent({ method, path, query, headers, clientIp, body, isBase64Encoded }: FrontRequest) {
  return {
    version: '2.0',
    rawPath: path,
    rawQueryString: query,
    headers,
    requestContext: { http: { method, sourceIp: clientIp } },
    body,
    isBase64Encoded,
  };
}

/** The adapter tells of the end of an empty body by itself, whether anyone has read it or not; this leaves the stream's own alone. */
function endOnce(request: IncomingMessage): void {
  const emit = request.emit.bind(request);
  let hasEnded = false;
  request.emit = (event: string, ...args: unknown[]) => {
    if (event !== 'end') return emit(event, ...args);
    if (hasEnded || !request.readableEnded) return false;
    hasEnded = true;
    return emit(event);
  };
}

/** What the adapter puts on requests and responses that a socket's don't have, and the app would be misled by. */
function repair(request: IncomingMessage & { ip?: string; body?: unknown }, response: ServerResponse): void {
  delete request.ip; // hides Express's own, which knows of proxies
  delete request.body; // a Buffer, where a body that no parser took is undefined
  endOnce(request);
  const { socket } = response;
  if (socket) Object.assign(socket, { writableLength: 0 }); // else no response ever counts as written
}

function toAnswer(result: APIGatewayProxyStructuredResultV2): AppAnswer {
  const { 'set-cookie': onlyCookie, ...headers } = result.headers as Record<string, string>;
  const cookies = result.cookies?.length ? result.cookies : [onlyCookie ?? []].flat();
  return {
    statusCode: result.statusCode ?? 200,
    headers,
    cookies,
    body: result.body ?? '',
    isBase64Encoded: result.isBase64Encoded ?? false,
  };
}

/** An app without its socket: a function that has it answer one request. */
export function serveWith(app: RequestListener): (request: FrontRequest) => Promise<AppAnswer> {
  const listener: RequestListener = (request, response) => {
    repair(request, response);
    app(request, response);
  };
  const serve = serverlessHttp(listener, { binary: isBinary, requestId: '' });
  return async (request) => toAnswer((await serve(toEvent(request), {})) as APIGatewayProxyStructuredResultV2);
}
