import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { authenticate, type Keyring } from './authenticate.ts';
import { bodyIsHeld } from './body.ts';
import { corsHeaders, preflight } from './cors.ts';
import { S3Error } from './errors.ts';
import type { Answer } from './operation.ts';
import { postObject } from './post-object.ts';
import { readRequest, type S3Request } from './request.ts';
import { findOperation } from './routes.ts';
import type { Store } from './store.ts';
import { writeXml } from './xml.ts';

const MAX_DRAIN_BYTES = 64 * 1024 ** 2;

/** Answers one request, whatever happens. Never throws. */
export async function serve(store: Store, keys: Keyring, message: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader('Server', 'PhotoformObjectStore');
  response.setHeader('Date', new Date().toUTCString()); // of the very clock that signatures are held to: clients mend theirs by it
  // Clients hang up when they like. Whoever reads or writes at that moment is told by the stream; nobody else need know.
  message.on('error', () => {});
  response.on('error', () => {});
  try {
    await send(message, response, await answer(store, keys, message, response));
  } catch (error) {
    sendError(message, response, error);
  }
}

async function answer(store: Store, keys: Keyring, message: IncomingMessage, response: ServerResponse): Promise<Answer> {
  const request = readRequest(message);
  response.setHeader('x-amz-request-id', request.id);
  response.setHeader('x-amz-id-2', request.id);
  if (request.method === 'OPTIONS') return preflight(store, request);
  // Set before anything can fail: a page may read an error only if these go with it.
  for (const [name, value] of Object.entries(corsHeaders(store, request))) response.setHeader(name, value);
  if (isForm(request)) return postObject(store, keys, request);
  const operation = findOperation(request);
  const payload = await authenticate(request, keys, new Date());
  return operation({ store, request, payload });
}

const isForm = ({ method, bucket, key, headers }: S3Request) =>
  method === 'POST' && bucket !== '' && key === '' && (headers['content-type'] ?? '').startsWith('multipart/form-data');

async function send(message: IncomingMessage, response: ServerResponse, { status, headers, body }: Answer): Promise<void> {
  closeIfHeld(message, response);
  try {
    response.writeHead(status, headers);
  } catch (error) {
    if (typeof body === 'object') body.destroy();
    throw error;
  }
  if (body === undefined || typeof body === 'string') response.end(body);
  else await pipeline(body, response);
}

function sendError(message: IncomingMessage, response: ServerResponse, error: unknown): void {
  // The client has gone, or has half an answer that nothing can mend.
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const known = error instanceof S3Error ? error : new S3Error('InternalError', 'We encountered an internal error. Please try again.');
  if (known !== error) process.emitWarning(error instanceof Error ? error : String(error));
  const resource = message.url?.split('?')[0];
  const id = String(response.getHeader('x-amz-request-id') ?? '');
  const body = writeXml('Error', { Code: known.code, Message: known.message, ...known.details, Resource: resource, RequestId: id }, '');
  closeIfHeld(message, response);
  response.writeHead(known.status, { 'Content-Type': 'application/xml', 'Content-Length': Buffer.byteLength(body) });
  response.end(message.method === 'HEAD' ? undefined : body);
  if (!bodyIsHeld(message)) drain(message);
}

/** A body that was never asked for won't come: its connection can't be used again. */
function closeIfHeld(message: IncomingMessage, response: ServerResponse): void {
  if (bodyIsHeld(message)) response.setHeader('Connection', 'close');
}

/** Reads on what a refused client is still sending: if the connection broke, it would see that and not the refusal. */
function drain(message: IncomingMessage): void {
  let size = 0;
  message.on('data', (bytes: Buffer) => {
    size += bytes.length;
    if (size > MAX_DRAIN_BYTES) message.destroy();
  });
  message.resume();
}
