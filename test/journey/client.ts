import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

const ANSWER_MS = 30_000;
const PAUSE_MS = 250;

export interface Answer {
  status: number;
  headers: Headers;
  // what a client gets: each step asserts what it reads of it
  // biome-ignore lint/suspicious/noExplicitAny: JSON from outside
  body: any;
}

export interface Sent {
  headers?: Record<string, string>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. */
  body?: string | FormData;
}

/** One caller of the service. */
export class Client {
  readonly #url: string;
  readonly #token: string | undefined;

  constructor(url: string, token?: string) {
    this.#url = url;
    this.#token = token;
  }

  async call(method: string, path: string, { headers = {}, json, body }: Sent = {}): Promise<Answer> {
    const answer = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        ...(this.#token && { authorization: `Bearer ${this.#token}` }),
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: json === undefined ? (body ?? null) : JSON.stringify(json),
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const text = await answer.text();
    const isJson = /\bjson\b/.test(answer.headers.get('content-type') ?? '');
    return { status: answer.status, headers: answer.headers, body: isJson && text ? JSON.parse(text) : text };
  }

  /** Calls, and insists on a status. @throws AssertionError with what was said instead. */
  async must(status: number, method: string, path: string, sent: Sent = {}): Promise<Answer> {
    const answer = await this.call(method, path, sent);
    assert.equal(answer.status, status, `${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body).slice(0, 500)}`);
    return answer;
  }

  /** Calls, and insists on a problem as RFC 9457 has them. */
  async mustRefuse(status: number, code: string, method: string, path: string, sent: Sent = {}): Promise<Answer> {
    const answer = await this.must(status, method, path, sent);
    const { body, headers } = answer;
    assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/);
    assert.equal(body.code, code, `${method} ${path}: ${JSON.stringify(body)}`);
    assert.equal(body.type, `/problems/${code}`);
    assert.equal(body.status, status);
    assert.equal(body.requestId, headers.get('x-request-id'));
    return answer;
  }
}

/** Reads until it is as it should be. @throws AssertionError when that takes too long, with what was read last. */
export async function until<T>(what: string, seconds: number, read: () => Promise<T>, isSo: (read: T) => boolean): Promise<T> {
  const deadline = Date.now() + seconds * 1_000;
  for (;;) {
    const last = await read();
    if (isSo(last)) return last;
    if (Date.now() > deadline) assert.fail(`${what}: not within ${seconds} s; at last it was ${JSON.stringify(last).slice(0, 500)}`);
    await delay(PAUSE_MS);
  }
}

/** What a signed URL leads to. */
export async function download(url: string): Promise<{ status: number; contentType: string; bytes: Buffer }> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
  return {
    status: answer.status,
    contentType: answer.headers.get('content-type') ?? '',
    bytes: Buffer.from(await answer.arrayBuffer()),
  };
}
