import { existsSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * A double of AWS's runtime interface client (aws-lambda-ric): loads the module that `_HANDLER` names from `LAMBDA_TASK_ROOT`, then
 * takes events off the runtime API, one after the other. It differs in what talks to that API: Node's own client, not libcurl.
 */
// not imported: Node would load all of fetch with it, on account of the namespace's `WebSocket`, and every contender pay for that
const { Agent, request } = process.getBuiltinModule('node:http');

const { AWS_LAMBDA_RUNTIME_API = '', _HANDLER = '', LAMBDA_TASK_ROOT = '' } = process.env;
const RUNTIME = `http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;

type Handler = (event: unknown, context: object) => Promise<unknown>;

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

function call(method: string, path: string, body?: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(`${RUNTIME}${path}`, { method, agent }, resolve).once('error', reject).end(body);
  });
}

async function text(message: IncomingMessage): Promise<string> {
  let whole = '';
  for await (const part of message.setEncoding('utf8')) whole += part;
  return whole;
}

async function post(path: string, body: unknown): Promise<void> {
  await text(await call('POST', path, JSON.stringify(body)));
}

const told = (error: unknown) => {
  const { name, message, stack = '' } = error as Error;
  return { errorType: name, errorMessage: message, stackTrace: stack.split('\n') };
};

async function load(): Promise<Handler> {
  const dot = _HANDLER.lastIndexOf('.');
  const [path, name] = [join(LAMBDA_TASK_ROOT, _HANDLER.slice(0, dot)), _HANDLER.slice(dot + 1)];
  const extension = ['.js', '.mjs', '.cjs'].find((each) => existsSync(path + each));
  const module = extension === '.cjs' ? createRequire(import.meta.url)(`${path}.cjs`) : await import(`${pathToFileURL(path)}${extension}`);
  return module[name];
}

async function invokeNext(handler: Handler): Promise<boolean> {
  const next = await call('GET', '/invocation/next');
  const event = await text(next);
  if (next.statusCode !== 200) return false;
  const { 'lambda-runtime-aws-request-id': awsRequestId, 'lambda-runtime-deadline-ms': deadline } = next.headers;
  const context = { awsRequestId, getRemainingTimeInMillis: () => Number(deadline) - Date.now() };
  try {
    await post(`/invocation/${awsRequestId}/response`, await handler(JSON.parse(event), context));
  } catch (error) {
    await post(`/invocation/${awsRequestId}/error`, told(error));
  }
  return true;
}

const handler = await load().catch(async (error) => {
  await post('/init/error', told(error));
  process.exit(1);
});
while (await invokeNext(handler));
process.exit();
