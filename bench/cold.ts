import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BUILT, buildBundle, buildUnbundled } from './support/built.ts';
import { ratio, spread } from './support/figures.ts';
import { startLambdaBackend } from './support/lambda-backend.ts';
import { type RuntimeApi, startRuntimeApi } from './support/runtime-api.ts';

const ROUNDS = 15;
const GOALS = { hello: 1.5, unbundled: 0.4 };
const CACHE = join(BUILT, 'compile-cache');

interface Contender {
  name: string;
  /** The folder that the function's code is in. */
  root: string;
  handler: string;
  env?: Record<string, string>;
}

/** Milliseconds from the process's start until its first answer is in. */
async function startUp(
  api: RuntimeApi,
  client: string,
  { root, handler, env }: Contender,
  flags: string[],
  event: object,
): Promise<number> {
  const answered = api.answerTo(event);
  const started = performance.now();
  const child = spawn(process.execPath, [...flags, client], {
    env: { ...env, AWS_LAMBDA_RUNTIME_API: api.address, LAMBDA_TASK_ROOT: root, _HANDLER: handler },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { statusCode, body } = await answered;
  const ms = performance.now() - started;
  if (statusCode !== 200) throw new Error(`${handler} answered ${statusCode}: ${body}`);
  await once(child, 'exit');
  return ms;
}

/**
 * Process start → first answer, by way of a double of the runtime interface client, in turns: the service, and what a hello costs.
 * @param flags for Node.js: `--cpu-prof`, say.
 */
export async function run(flags: string[]): Promise<void> {
  const unbundled = await buildUnbundled();
  const bundle = await buildBundle();
  await rm(CACHE, { recursive: true, force: true });
  const [api, backend] = await Promise.all([startRuntimeApi(), startLambdaBackend()]);
  const { env } = backend;
  const event = await backend.eventOf('auth0|5f7c8ec7c33c6c004bbafe82');
  const contenders = {
    bare: { name: 'bare Node.js, a constant', root: join(unbundled, 'bench/peers'), handler: 'bare.handler' },
    hello: {
      name: 'Express + serverless-http hello, unbundled',
      root: join(unbundled, 'bench/peers'),
      handler: 'serverless-http-hello.handler',
    },
    unbundled: { name: 'Photoform, unbundled', root: unbundled, handler: 'src/main/api.lambda.handler', env },
    bundled: { name: 'Photoform, bundled', root: bundle, handler: 'api.handler', env },
    cached: { name: 'Photoform, bundled, compile cache', root: bundle, handler: 'api.handler', env: { ...env, NODE_COMPILE_CACHE: CACHE } },
  } satisfies Record<string, Contender>;
  const client = join(unbundled, 'bench/support/runtime-client.js');
  const entries = Object.entries(contenders) as [keyof typeof contenders, Contender][];
  const figures = Object.fromEntries(entries.map(([key]) => [key, [] as number[]])) as Record<keyof typeof contenders, number[]>;
  try {
    // the first round is for the page cache and the compile cache alone
    for (let round = -1; round < ROUNDS; round++) {
      for (const [key, contender] of entries) {
        const ms = await startUp(api, client, contender, flags, event);
        if (round >= 0) figures[key].push(ms);
      }
    }
  } finally {
    await Promise.all([api.close(), backend.close()]);
  }
  process.stdout.write(`Process start to first answered event, ${ROUNDS} starts each: median (fastest–slowest)\n`);
  for (const [key, { name }] of entries) process.stdout.write(`  ${name.padEnd(44)} ${spread(figures[key], 'ms')}\n`);
  for (const peer of ['hello', 'unbundled'] as const)
    process.stdout.write(
      `${contenders.cached.name} ÷ ${contenders[peer].name}: ${ratio(figures.cached, figures[peer]).toFixed(2)} (goal ≤ ${GOALS[peer]})\n`,
    );
}
