import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen } from '../../src/local/listen.ts';

export interface LambdaResult {
  statusCode: number;
  body: string;
}

export interface RuntimeApi {
  /** `AWS_LAMBDA_RUNTIME_API`: host and port. */
  address: string;
  /**
   * Hands one event to the runtime client that asks next, and tells what it answers.
   * @throws what the client reports instead: an error of its init or of the invocation.
   */
  answerTo(event: object): Promise<LambdaResult>;
  close(): Promise<void>;
}

const RUNTIME = '/2018-06-01/runtime';
const REQUEST_ID = '8476a536-e9f4-11e8-9739-2dfe598c3fcd';
const INVOCATION_MS = 30_000;

/**
 * The Lambda runtime API (AWS Lambda developer guide, "Using the Lambda runtime API") for one client after another, one event each:
 * whoever asks for a second is told that there is none (410), which ends it.
 */
export async function startRuntimeApi(): Promise<RuntimeApi> {
  let next: { event: string; resolve(result: LambdaResult): void; reject(error: Error): void } | undefined;
  let current: typeof next;

  const hand = (response: ServerResponse) => {
    if (!next) return void response.writeHead(410).end();
    current = next;
    next = undefined;
    response
      .writeHead(200, {
        'content-type': 'application/json',
        'lambda-runtime-aws-request-id': REQUEST_ID,
        'lambda-runtime-deadline-ms': String(Date.now() + INVOCATION_MS),
        'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:us-east-1:123456789012:function:bench',
        'lambda-runtime-trace-id': 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0',
      })
      .end(current.event);
  };
  const settle = async (request: IncomingMessage, response: ServerResponse) => {
    const told = await text(request);
    response.writeHead(202).end();
    const waiting = current ?? next; // an init error comes before any event was handed out
    next = undefined;
    if (request.url?.endsWith('/response')) waiting?.resolve(JSON.parse(told));
    else waiting?.reject(new Error(told));
  };
  const server = createServer((request, response) => {
    if (request.url === `${RUNTIME}/invocation/next`) hand(response);
    else void settle(request, response);
  });
  const { endpoint, close } = await listen(server, 0);
  return {
    address: endpoint.replace('http://', ''),
    answerTo: (event) =>
      new Promise((resolve, reject) => {
        next = { event: JSON.stringify(event), resolve, reject };
      }),
    close,
  };
}
