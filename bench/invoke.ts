import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { buildUnbundled } from './support/built.ts';
import { median, ratio, spread } from './support/figures.ts';
import type { Measured, Order } from './support/invoker.ts';
import { startLambdaBackend } from './support/lambda-backend.ts';

const ROUNDS = 9;
const WARM_UPS = 2_000;
const INVOCATIONS = 2_000;
/** Callers: as many tokens take turns. */
const CALLERS = 100;
const HONO_GOAL = 2;

const US = 'src/main/api.lambda.js';
const HELLOS = {
  'bench/peers/bare.js': 'bare handler, a constant',
  'bench/peers/serverless-http-hello.js': 'serverless-http + Express, hello',
  'bench/peers/codegenie-hello.js': '@codegenie/serverless-express + Express, hello',
};
const EXPRESS_PEERS = {
  'bench/peers/serverless-http-full.js': 'serverless-http + Express, same middleware',
  'bench/peers/codegenie-full.js': '@codegenie/serverless-express + Express, same middleware',
};
const HONO_PEERS = {
  'bench/peers/hono-jwk.js': 'Hono, same middleware, jwk (a set of keys)',
  'bench/peers/hono-jwt.js': 'Hono, same middleware, jwt (one key)',
};
const PEERS = { ...EXPRESS_PEERS, ...HONO_PEERS, 'bench/peers/fastify-full.js': 'Fastify, same middleware' };
const CONTENDERS: Record<string, string> = { [US]: 'Photoform', ...PEERS, ...HELLOS };

/** Microseconds of CPU an invocation, in a process of its own; its log goes where standard output does, to /dev/null. */
async function cost(folder: string, module: string, flags: string[], env: Record<string, string>, events: string[]): Promise<number> {
  const child = fork(join(folder, 'bench/support/invoker.js'), { env, execArgv: flags, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const exited = once(child, 'exit');
  child.send({ module: join(folder, module), events, warmUps: WARM_UPS, invocations: INVOCATIONS } satisfies Order);
  const [{ microseconds, answer }] = (await once(child, 'message')) as [Measured];
  await exited;
  if (!answer.includes('"statusCode":200')) throw new Error(`${module} answered ${answer}`);
  return microseconds;
}

/**
 * CPU of a warm invocation, in turns: a fresh process a round and contender.
 * @param flags for Node.js: `--cpu-prof`, say.
 */
export async function run(flags: string[]): Promise<void> {
  const folder = await buildUnbundled();
  const backend = await startLambdaBackend();
  const callers = Array.from({ length: CALLERS }, (_, caller) => `auth0|${caller.toString(16).padStart(24, '0')}`);
  const events = (await Promise.all(callers.map(backend.eventOf))).map((event) => JSON.stringify(event));
  const figures: Record<string, number[]> = Object.fromEntries(Object.keys(CONTENDERS).map((module) => [module, []]));
  try {
    for (let round = 0; round < ROUNDS; round++)
      for (const module of Object.keys(CONTENDERS)) figures[module]?.push(await cost(folder, module, flags, backend.env, events));
  } finally {
    await backend.close();
  }
  const of = (module: string) => figures[module] ?? [];
  process.stdout.write(
    `CPU an invocation of GET /v1/me, ${ROUNDS} processes of ${INVOCATIONS} each: median (least–most), Photoform's share\n`,
  );
  for (const [module, name] of Object.entries(CONTENDERS))
    process.stdout.write(`  ${name.padEnd(58)} ${spread(of(module), 'µs').padEnd(20)} ${ratio(of(US), of(module)).toFixed(2)}\n`);
  const best = (peers: object) => Object.keys(peers).toSorted((a, b) => median(of(a)) - median(of(b)))[0] ?? '';
  for (const [peers, goal] of [
    [EXPRESS_PEERS, '< 1'],
    [HONO_PEERS, `≤ ${HONO_GOAL}`],
  ] as const)
    process.stdout.write(`Photoform ÷ ${CONTENDERS[best(peers)]}: ${ratio(of(US), of(best(peers))).toFixed(2)} (goal ${goal})\n`);
}
