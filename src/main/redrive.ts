import { parseArgs } from 'node:util';
import { ConfigError, readJobConfig } from '../config.ts';
import { buildConsumers, QUEUES, type QueueName } from '../consumers.ts';
import { redrive } from '../queues/redrive.ts';
import { createLogger } from '../shared/log.ts';
import { environment } from './environment.ts';

const HELP = `Moves dead letters back to the queues they came from, and tells why they died. Mend the reason first.

  npm run redrive                      those of PHOTOS_QUEUE_URL and IMPORTS_QUEUE_URL
  npm run redrive -- --queue photos    those of one queue: photos or imports
  npm run redrive -- --dry-run         tells, and moves nothing (it holds what it has told of for up to 5 minutes)
  npm run redrive -- --help            this

It can be ended at any moment and run again: a message is sent before it is removed.
`;

class UsageError extends Error {}

function readArguments() {
  const { values } = parseArgs({
    options: {
      queue: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const names = QUEUES.filter((name) => values.queue === undefined || values.queue === name);
  if (names.length === 0) throw new UsageError(`--queue takes one of ${QUEUES.join(', ')}`);
  return { names, dryRun: values['dry-run'], help: values.help };
}

async function redriveAll(names: QueueName[], dryRun: boolean): Promise<void> {
  const config = readJobConfig(environment());
  const { consumers, failures, close } = buildConsumers(names, config, createLogger(config.logLevel));
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  try {
    for (const name of names) await redrive(consumers[name].queue, failures, { dryRun, say });
  } finally {
    close();
  }
}

try {
  const { names, dryRun, help } = readArguments();
  if (help) process.stdout.write(HELP);
  else await redriveAll(names, dryRun);
} catch (error) {
  const { message, code } = error as Error & { code?: string };
  const isUsage = error instanceof UsageError || error instanceof ConfigError || code?.startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`redrive: ${message}\n`);
  process.exitCode = isUsage ? 2 : 1;
}
