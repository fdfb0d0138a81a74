import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { grouped, HOP_BY_HOP, type MultiValues, toEvent } from './alb-event.ts';

/** "Lambda functions as targets": 1 MB for a request's body, and for the whole JSON of a response. */
const MAX_BODY_BYTES = 1_000_000;
const MAX_RESULT_BYTES = 1_000_000;

/** How requests get to the function, and its results back. It rejects when the function fails, throws or takes too long. */
export type Invoke = (event: object) => Promise<unknown>;

export interface AlbOptions {
  /** The target group's attribute `lambda.multi_value_headers.enabled`. */
  multiValueHeaders: boolean;
  /** Told why an answer is the load balancer's own 502; a real one has it in its access log. */
  onFault?: (why: string) => void;
}

/** What an ALB answers by itself: HTML, without any of the application's headers. */
function ownAnswer(response: ServerResponse, status: 413 | 502, title: string): void {
  const page = `<html>\r\n<head><title>${status} ${title}</title></head>\r\n<body>\r\n<center><h1>${status} ${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
  response.writeHead(status, { server: 'awselb/2.0', 'content-type': 'text/html', connection: 'close' }).end(page);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return bytes > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks);
}

interface Result {
  statusCode?: unknown;
  headers?: Record<string, string>;
  multiValueHeaders?: MultiValues;
  body?: string;
  isBase64Encoded?: boolean;
}

/** @returns what is wrong with a result, in the eyes of an ALB. */
function faultOf(result: Result, isMulti: boolean): string | undefined {
  if (!Number.isInteger(result.statusCode)) return 'the result has no statusCode';
  const bytes = Buffer.byteLength(JSON.stringify(result));
  if (bytes > MAX_RESULT_BYTES) return `the result is ${bytes} bytes of JSON, more than ${MAX_RESULT_BYTES}`;
  if (isMulti && !result.multiValueHeaders) return 'multi value headers are on, and the result has no multiValueHeaders';
  return undefined;
}

/** With one value a name, names that differ in case are different headers, which the client gets all. */
function responseHeaders({ headers = {}, multiValueHeaders = {} }: Result, isMulti: boolean): MultiValues {
  if (isMulti) return multiValueHeaders;
  return grouped(Object.entries(headers).map(([name, value]): [string, string] => [name.toLowerCase(), value]));
}

function respond(response: ServerResponse, result: Result, isMulti: boolean): void {
  const body = Buffer.from(result.body ?? '', result.isBase64Encoded ? 'base64' : 'utf8');
  const hasBody = response.req.method !== 'HEAD' && result.statusCode !== 204 && result.statusCode !== 304;
  response.statusCode = Number(result.statusCode);
  for (const [name, values] of Object.entries(responseHeaders(result, isMulti))) {
    if (!HOP_BY_HOP.has(name.toLowerCase())) response.setHeader(name, values.length === 1 ? String(values[0]) : values);
  }
  if (hasBody) response.setHeader('content-length', body.length);
  response.end(hasBody ? body : undefined);
}

/**
 * An Application Load Balancer with a Lambda target group, as its documentation describes it ("Use Lambda functions as targets of an
 * Application Load Balancer"): its events, both header modes, its limits, and its own HTML answers 413 and 502.
 */
export function albSimulator(invoke: Invoke, { multiValueHeaders: isMulti, onFault = () => {} }: AlbOptions): Server {
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    if (!body) return ownAnswer(response, 413, 'Request Entity Too Large');
    const result = (await invoke(toEvent(request, body, isMulti))) as Result;
    const fault = faultOf(Object(result), isMulti);
    if (fault !== undefined) throw new Error(fault);
    respond(response, result, isMulti);
  }
  return createServer((request, response) => {
    serve(request, response).catch((error: Error) => {
      if (request.destroyed && !request.complete) return; // the client went away before its request was whole
      onFault(error.message);
      ownAnswer(response, 502, 'Bad Gateway');
    });
  });
}

/** Invokes a function through Lambda's own API, or the runtime interface emulator that has it on a laptop. @param url of either, without a path. */
export function invokeOver(url: string): Invoke {
  return async (event) => {
    const response = await fetch(new URL('/2015-03-31/functions/function/invocations', url), {
      method: 'POST',
      body: JSON.stringify(event),
    });
    const result = (await response.json()) as { errorMessage?: string };
    if (!response.ok || result.errorMessage !== undefined)
      throw new Error(`the function failed: ${result.errorMessage ?? response.status}`);
    return result;
  };
}

/**
 * Hands on one event after the other: the emulator has a single environment, and dies of a second event that comes meanwhile. On AWS
 * another environment would take that.
 */
export function oneAtATime(invoke: Invoke): Invoke {
  let last: Promise<unknown> = Promise.resolve();
  return (event) => {
    const result = last.then(() => invoke(event));
    last = result.catch(() => undefined); // told to whoever sent that event
    return result;
  };
}
