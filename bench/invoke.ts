import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { buildUnbundled } from './support/built.ts';
import { median, ratio, spread } from './support/figures.ts';
import type { Measured, Order } from './support/invoker.ts';
import { startLambdaBackend } from './support/lambda-backend.ts';

const ROUNDS = 9;
const WARM_UPS = 1_500;
const INVOCATIONS = 1_500;
/** Callers who take turns, where tokens come again. */
const CALLERS = 100;
const HONO_GOAL = 2;

interface Contender {
  name: string;
  /** Of the folder that plain JavaScript is built in. */
  module: string;
  /** Whether no token comes twice; most contenders take as long either way. */
  newTokens?: boolean;
}

const peer = (name: string, module: string): Contender => ({ name, module: `bench/peers/${module}.js` });

const OURS: Contender[] = [
  { name: 'Photoform, callers of the last minute', module: 'src/main/api.lambda.js' },
  { name: 'Photoform, every token new', module: 'src/main/api.lambda.js', newTokens: true },
];
const EXPRESS = [
  peer('serverless-http + Express, same middleware', 'serverless-http-full'),
  peer('@codegenie/serverless-express + Express, same middleware', 'codegenie-full'),
];
const HONO = [peer('Hono, same middleware, jwk (a set of keys)', 'hono-jwk'), peer('Hono, same middleware, jwt (one key)', 'hono-jwt')];
const OTHERS = [
  peer('Fastify, same middleware but CORS', 'fastify-full'),
  peer('serverless-http + Express, hello', 'serverless-http-hello'),
  peer('@codegenie/serverless-express + Express, hello', 'codegenie-hello'),
  peer('bare handler, a constant', 'bare'),
];
const CONTENDERS = [...OURS, ...EXPRESS, ...HONO, ...OTHERS];

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

/** @param figures of each contender, round by round. */
function report(figures: Map<Contender, number[]>): void {
  const of = (contender: Contender) => figures.get(contender) ?? [];
  const best = ([first, ...rest]: Contender[]) => rest.reduce((a, b) => (median(of(b)) < median(of(a)) ? b : a), first as Contender);
  process.stdout.write(`CPU an invocation of GET /v1/me, ${ROUNDS} processes of ${INVOCATIONS} each: median (least–most)\n`);
  for (const contender of CONTENDERS) process.stdout.write(`  ${contender.name.padEnd(58)} ${spread(of(contender), 'µs')}\n`);
  for (const ours of OURS) {
    for (const [theirs, goal] of [
      [best(EXPRESS), 'goal < 1'],
      [best(HONO), `goal ≤ ${HONO_GOAL}`],
    ] as const)
      process.stdout.write(`${ours.name} ÷ ${theirs.name}: ${ratio(of(ours), of(theirs)).toFixed(2)} (${goal})\n`);
  }
}

/**
 * CPU of a warm invocation, in turns: a fresh process a round and contender.
 * @param flags for Node.js: `--cpu-prof`, say.
 */
export async function run(flags: string[]): Promise<void> {
  const folder = await buildUnbundled();
  const backend = await startLambdaBackend();
  const callers = Array.from({ length: WARM_UPS + INVOCATIONS }, (_, caller) => `auth0|${caller.toString(16).padStart(24, '0')}`);
  const events = (await Promise.all(callers.map(backend.eventOf))).map((event) => JSON.stringify(event));
  const figures = new Map(CONTENDERS.map((contender): [Contender, number[]] => [contender, []]));
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const [{ module, newTokens }, each] of figures)
        each.push(await cost(folder, module, flags, backend.env, newTokens ? events : events.slice(0, CALLERS)));
    }
  } finally {
    await backend.close();
  }
  report(figures);
}
