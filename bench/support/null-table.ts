import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { startDynamoDb } from '../../src/local/dynamodb.ts';
import { listen } from '../../src/local/listen.ts';

/** DynamoDB that says yes to every BatchWriteItem and keeps none, so that a million rows measure the client; what else it is asked is done. */
const real = await startDynamoDb();

async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { host: _, 'content-length': __, connection: ___, ...headers } = request.headers as Record<string, string>;
  const answer = await fetch(real.endpoint, { method: 'POST', headers, body: Buffer.concat(chunks) });
  response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' }).end(await answer.text());
}

const { endpoint } = await listen(
  createServer((request, response) => {
    if (!String(request.headers['x-amz-target']).endsWith('BatchWriteItem')) return void forward(request, response);
    request
      .resume()
      .once('end', () => response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{"UnprocessedItems":{}}'));
  }),
  0,
);
process.stdout.write(`${endpoint}\n`);
process.stdin.resume().once('end', () => process.exit());
