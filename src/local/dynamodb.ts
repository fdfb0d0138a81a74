import type { IncomingMessage, RequestListener } from 'node:http';
import dynalite from 'dynalite';
import { type LocalServer, listen } from './listen.ts';

/**
 * DynamoDB as dynalite has it. It knows no transactions, no TTL and no point-in-time recovery; the app asks for none it needs.
 * @param folder where tables are kept; absent, they are in memory and end with the process. One process a folder.
 */
export async function startDynamoDb({ folder, port = 0 }: { folder?: string | undefined; port?: number } = {}): Promise<LocalServer> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0, ...(folder && { path: folder }) });
  // dynalite throws what goes wrong with a request: a client that hangs up in the middle of its body would end the whole process
  for (const handle of server.listeners('request') as RequestListener[]) {
    server.removeListener('request', handle);
    server.on('request', (request: IncomingMessage, response) => {
      handle(request, response);
      request.removeAllListeners('error').on('error', () => response.destroy());
    });
  }
  return listen(server, port);
}
