import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Engine } from './engine.ts';

export interface RawRequest {
  method?: string;
  /** With its query, just as it shall go over the wire. */
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The error's code, if the answer is one. */
  code: string | undefined;
}

type Address = Pick<Engine, 'endpoint'>;

/** Sends what no SDK would send. */
export async function send(engine: Address, { method = 'GET', path, headers = {}, body }: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(engine.endpoint);
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const outgoing = request({ hostname, port, method, path, headers: { ...length, ...headers } });
  outgoing.end(body);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  let text = '';
  for await (const piece of answer.setEncoding('utf8')) text += piece;
  return { status: answer.statusCode ?? 0, headers: answer.headers, text, code: /<Code>(\w+)<\/Code>/.exec(text)?.[1] };
}

/** Sends to a URL that the presigner made, unchanged: `fetch` would resolve `..` in it. */
export function sendTo(url: string, options: Omit<RawRequest, 'path'> = {}): Promise<RawAnswer> {
  const { origin } = new URL(url);
  return send({ endpoint: origin }, { ...options, path: url.slice(origin.length) });
}

export const signerOf = ({ accessKeyId, secretAccessKey, region }: Engine) =>
  new SignatureV4({ service: 's3', region, credentials: { accessKeyId, secretAccessKey }, sha256: Sha256, uriEscapePath: false });

export const hostOf = (engine: Address) => new URL(engine.endpoint).host;

export const sha256 = (body: string | Buffer) => createHash('sha256').update(body).digest('hex');

/** Signs a request as an SDK does; `signingDate` may lie anywhere. */
export async function sign(
  engine: Engine,
  options: RawRequest,
  signingDate = new Date(),
): Promise<RawRequest & { headers: Record<string, string> }> {
  const { method = 'GET', path, headers = {}, body = '' } = options;
  const url = new URL(`http://x${path}`);
  const { headers: signed } = await signerOf(engine).sign(
    {
      method,
      protocol: 'http:',
      hostname: 'x',
      path: path.split('?')[0] ?? '/',
      query: Object.fromEntries(url.searchParams),
      headers: { host: hostOf(engine), 'x-amz-content-sha256': sha256(body), ...headers },
    },
    { signingDate },
  );
  return { ...options, headers: signed };
}

/** Signs, then sends. */
export async function sendSigned(engine: Engine, options: RawRequest, signingDate?: Date): Promise<RawAnswer> {
  return send(engine, await sign(engine, options, signingDate));
}
