import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { ConfigError, readJobConfig } from '../config.ts';
import { buildConsumers, QUEUES } from '../consumers.ts';
import { startConsuming } from '../queues/consume.ts';
import { keepHeapLean } from '../shared/lean-heap.ts';
import { createLogger } from '../shared/log.ts';
import { environment } from './environment.ts';

const HELP = `Does what bucket events ask for, where queues are real and there is no Lambda.

  npm run worker                       takes messages off PHOTOS_QUEUE_URL and IMPORTS_QUEUE_URL, sweeps every hour
  npm run worker -- --health-port N    answers GET there: 200 while both queues do, else 503
  npm run worker -- --help             this

SIGTERM: it takes no more, ends what it has (an import notes how far it got and goes on elsewhere), and exits.
.env.example explains every setting.
`;

/** What is at work when we are told to go is told that it has so long; whoever stops containers should wait about as long. */
const DRAIN_MS = 25_000;
const SWEEP_MS = 60 * 60 * 1_000;
/** A queue answers, or a message is held back, at least every 20 seconds. */
const SILENCE_MS = 60_000;

function start(healthPort: number | undefined): void {
  keepHeapLean();
  const config = readJobConfig(environment());
  const log = createLogger(config.logLevel);
  const { consumers, sweep, close } = buildConsumers(QUEUES, config, log);
  let endsAt = Number.POSITIVE_INFINITY;
  const turn = { remainingMs: () => endsAt - Date.now() };

  const consuming = [
    // one file is fetched while the others are decoded
    startConsuming(consumers.photos, { atOnce: config.imageLimits.decodes + 1, turn, log }),
    // of two imports one only waits for the other
    startConsuming(consumers.imports, { atOnce: 1, turn, log }),
  ];

  let sweeping = Promise.resolve();
  const sweepOn = () => {
    sweeping = sweeping.then(() => sweep(turn)).then(undefined, (error) => log.error({ err: error }, 'the sweep failed'));
  };
  sweepOn();
  const hourly = setInterval(sweepOn, SWEEP_MS);

  const health = createServer((_request, response) => {
    const isWell = consuming.every(({ answeredAt }) => Date.now() - answeredAt() < SILENCE_MS);
    response
      .writeHead(isWell ? 200 : 503, { 'content-type': 'application/json' })
      .end(JSON.stringify({ status: isWell ? 'ok' : 'queues' }));
  });
  if (healthPort !== undefined) health.listen(healthPort);
  log.info({ queues: Object.values(consumers).map(({ queue }) => queue.name) }, 'taking messages');

  const drain = async () => {
    log.info('draining');
    endsAt = Date.now() + DRAIN_MS;
    clearInterval(hourly);
    await Promise.all([sweeping, ...consuming.map(({ stop }) => stop())]);
    health.close();
    health.closeAllConnections();
    close();
    log.info('drained');
  };
  process.once('SIGTERM', drain).once('SIGINT', drain);
}

try {
  const { values } = parseArgs({ options: { 'health-port': { type: 'string' }, help: { type: 'boolean', default: false } } });
  const port = values['health-port'];
  if (values.help) process.stdout.write(HELP);
  else start(port === undefined ? undefined : Number(port));
} catch (error) {
  const { message, code } = error as Error & { code?: string };
  if (!(error instanceof ConfigError) && !code?.startsWith('ERR_PARSE_ARGS')) throw error;
  process.stderr.write(`worker: ${message}\n`);
  process.exitCode = 2;
}
