import { parseArgs } from 'node:util';
import { seed } from '../../seed/seed.ts';
import { ConfigError, readConfig } from '../config.ts';
import { provision } from '../provision.ts';
import { provisionQueues } from '../provision-queues.ts';
import { buildServices, type Services } from '../services.ts';
import { systemActor } from '../shared/actor.ts';
import { queueClient } from '../shared/aws-queues.ts';
import { createLogger } from '../shared/log.ts';
import { environment } from './environment.ts';

const HELP = `Makes an installation on engines of one's own ready: tables, buckets with CORS and notifications, queues, samples.

  npm run init              harmless to repeat: it makes what is missing; samples only where there is no user at all
  npm run init -- --help    this

It reads the settings that the service reads. On AWS the stack does all this.
`;

const say = (line: string) => void process.stdout.write(`${line}\n`);

async function seedOnce(services: Services): Promise<void> {
  const { users } = await services.users.listUsers(systemActor('init'), 1);
  if (users.length > 0) return say('users are there: no samples are added');
  const added = await seed(services);
  say(`${added.users} users and ${added.photos} photos from seed/ are in`);
}

async function init(): Promise<void> {
  const config = readConfig(environment());
  const { photos, imports } = config.queues;
  if (!photos || !imports)
    throw new ConfigError('PHOTOS_QUEUE_URL and IMPORTS_QUEUE_URL must be set: the queues are made under their names.');
  const services = buildServices(config, createLogger(config.logLevel));
  const sqs = queueClient(config.aws);
  try {
    await provision(services.clients, config);
    say(`tables: ${Object.values(config.tables).join(', ')}`);
    await provisionQueues({ sqs, s3: services.clients.s3 }, { queues: { photos, imports }, buckets: config.buckets });
    say(`buckets: ${Object.values(config.buckets).join(', ')}, which tell the queues of new objects`);
    await seedOnce(services);
  } finally {
    services.close();
    sqs.destroy();
  }
}

try {
  const { values } = parseArgs({ options: { help: { type: 'boolean', default: false } } });
  if (values.help) say(HELP);
  else await init();
} catch (error) {
  const { message, code } = error as Error & { code?: string };
  process.stderr.write(`init: ${message}\n`);
  process.exitCode = error instanceof ConfigError || code?.startsWith('ERR_PARSE_ARGS') ? 2 : 1;
}
