import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LocalServer {
  /** `http://<host>:<port>` */
  endpoint: string;
  close(): Promise<void>;
}

/**
 * Serves on the loopback interface alone, unless told otherwise: an engine for a laptop is nobody else's business.
 * @param port 0 takes a free one.
 */
export async function listen(server: Server, port: number, host = '127.0.0.1'): Promise<LocalServer> {
  server.listen(port, host);
  await once(server, 'listening');
  return {
    endpoint: `http://${host}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
