import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CreateTableCommand, DynamoDBClient, GetItemCommand, ListTablesCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { startDynamoDb } from '../../src/local/dynamodb.ts';

const clientOf = (endpoint: string) =>
  new DynamoDBClient({ endpoint, region: 'us-east-1', maxAttempts: 1, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });

describe('the embedded DynamoDB', () => {
  let child: ChildProcess | undefined;
  let folder: string | undefined;
  afterEach(async () => {
    child?.kill('SIGKILL');
    if (folder) await rm(folder, { recursive: true });
    child = folder = undefined;
  });

  test('when clients hang up in the middle of their bodies, then it answers the others as before', async () => {
    const script = join(import.meta.dirname, 'dynamodb-child.ts');
    child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exit = once(child, 'exit');
    if (!child.stdout) throw new Error('The child has no output');
    const [endpoint] = (await once(createInterface(child.stdout), 'line')) as [string];
    const client = clientOf(endpoint);
    const lines = ['POST / HTTP/1.1', 'Host: x', 'Content-Type: application/x-amz-json-1.0', 'Content-Length: 1000'];
    for (const hangUp of ['destroy', 'resetAndDestroy'] as const) {
      const socket = connect(Number(new URL(endpoint).port), '127.0.0.1');
      // the go-ahead says that the request has reached its listener, which waits for the body now
      socket.write([...lines, 'Expect: 100-continue', '', ''].join('\r\n'));
      await once(socket, 'data');
      await new Promise((sent) => socket.write('{"TableName":', sent));
      socket[hangUp]();
      await once(socket, 'close');
      expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual([]);
    }
    expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual([]);
    client.destroy();
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  });

  test('when it is closed and opened again on its folder, then its tables and items are there', async () => {
    folder = await mkdtemp(join(tmpdir(), 'dynamodb-test-'));
    const Key = { id: { S: 'a' } };
    const first = await startDynamoDb({ folder });
    const writer = clientOf(first.endpoint);
    const definition = { AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' as const }] };
    const schema = { KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' as const }], BillingMode: 'PAY_PER_REQUEST' as const };
    await writer.send(new CreateTableCommand({ TableName: 'kept', ...definition, ...schema }));
    await writer.send(new PutItemCommand({ TableName: 'kept', Item: { ...Key, text: { S: '猫' } } }));
    writer.destroy();
    await first.close();

    const second = await startDynamoDb({ folder });
    const reader = clientOf(second.endpoint);
    expect((await reader.send(new GetItemCommand({ TableName: 'kept', Key, ConsistentRead: true }))).Item).toEqual({
      ...Key,
      text: { S: '猫' },
    });
    reader.destroy();
    await second.close();
  });

  test('when it has no folder, then nothing outlives it', async () => {
    const first = await startDynamoDb();
    await first.close();
    const second = await startDynamoDb();
    const client = clientOf(second.endpoint);
    expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual([]);
    client.destroy();
    await second.close();
  });
});
