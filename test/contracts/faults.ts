import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { type LocalServer, listen } from '../../src/local/listen.ts';

/** What DynamoDB is asked, as it goes over the wire. */
export interface Call<Body> {
  /** `BatchWriteItem`, … */
  operation: string;
  body: Body;
}

export interface Answer {
  status: number;
  body: object;
}

/** Decides what becomes of a call: it may `forward` it, changed or not, any number of times, or answer by itself. */
export type Fault<Body> = (call: Call<Body>, forward: (body: Body) => Promise<Answer>) => Promise<Answer>;

/** How DynamoDB refuses a call when there are too many. */
export const throttled: Answer = {
  status: 400,
  body: { __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException', message: 'Too much at once' },
};

/** A proxy that has trouble. The engine behind it does whatever is really done. */
export function troubled<Body extends object>(engine: string, fault: Fault<Body>): Promise<LocalServer> {
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { host: _, 'content-length': __, connection: ___, ...headers } = request.headers as Record<string, string>;
    const forward = async (body: Body): Promise<Answer> => {
      const answer = await fetch(engine, { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: answer.status, body: (await answer.json()) as object };
    };
    const operation = headers['x-amz-target']?.split('.')[1] ?? '';
    const { status, body } = await fault({ operation, body: JSON.parse(Buffer.concat(chunks).toString()) as Body }, forward);
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
  };
  return listen(
    createServer((request, response) => {
      handle(request, response).catch((error) => response.destroy(error));
    }),
    0,
  );
}

/** A server that takes connections and whatever comes over them, and never says a word. */
export async function silent(): Promise<LocalServer> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)));
    socket.resume();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), 'close');
    },
  };
}
