import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { STORE_CREDENTIALS } from '../../src/local/laptop.ts';
import { listen } from '../../src/local/listen.ts';
import { startObjectStore } from '../../src/local/object-store/index.ts';
import { ObjectEvents } from './object-events.ts';
import { startService, type TestService } from './service.ts';

/** What becomes of a call to storage: forwarded, refused with this status and code, or broken off in the middle of its answer. */
export type StorageFault = { status: number; code: string } | 'breaks off' | undefined;

export interface StorageTroubledService extends TestService {
  /** Decides for each call from now on. */
  storageTrouble(decide: (method: string, path: string) => StorageFault): void;
}

function forward(engine: string, message: IncomingMessage, response: ServerResponse, isCut: boolean): void {
  const { hostname, port } = new URL(engine);
  const { method, url, headers } = message;
  // with the headers as they are, Host too: they are signed
  const sent = request({ hostname, port, method, path: url, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    if (!isCut) return answer.pipe(response);
    answer.once('data', (chunk: Buffer) => response.write(chunk.subarray(0, 10), () => response.destroy()));
  });
  sent.once('error', () => response.destroy());
  message.pipe(sent);
}

/** A service whose storage can be given trouble, what browsers send included. */
export async function startStorageTroubledService(): Promise<StorageTroubledService> {
  let decide: (method: string, path: string) => StorageFault = () => undefined;
  const events = new ObjectEvents();
  const engine = await startObjectStore({ ...STORE_CREDENTIALS, onEvent: events.onEvent });
  const proxy = await listen(
    createServer((message, response) => {
      const fault = decide(message.method ?? '', message.url ?? '');
      if (fault === undefined || fault === 'breaks off') return forward(engine.endpoint, message, response, fault !== undefined);
      message.resume();
      response.writeHead(fault.status, { 'content-type': 'application/xml' }).end(`<Error><Code>${fault.code}</Code></Error>`);
    }),
    0,
  );
  const service = await startService({ S3_ENDPOINT: proxy.endpoint });
  return {
    ...service,
    events,
    storageTrouble(next) {
      decide = next;
    },
    async close() {
      await service.close();
      await proxy.close();
      await engine.close();
    },
  };
}
