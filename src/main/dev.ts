import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pretty from 'pino-pretty';
import { seed } from '../../seed/seed.ts';
import { buildApp } from '../app.ts';
import { readConfig } from '../config.ts';
import { buildJobs } from '../jobs.ts';
import { startEngines } from '../local/engines.ts';
import { eventBridge } from '../local/event-bridge.ts';
import { issuerOf, startIssuer } from '../local/issuer.ts';
import { audienceOf, DATA_FOLDER, DEFAULT_PORT, DEV_AUDIENCE, issuerKey, ports, secretKeys } from '../local/laptop.ts';
import { listen } from '../local/listen.ts';
import { ISSUER_ALGORITHM } from '../local/token.ts';
import { welcome } from '../local/welcome.ts';
import { provision } from '../provision.ts';
import { buildServices, type Services } from '../services.ts';
import { UNHURRIED } from '../shared/event-handler.ts';
import { createLogger } from '../shared/log.ts';
import type { S3Event } from '../shared/s3-event.ts';
import { environment } from './environment.ts';

const HELP = `Photoform on this machine alone: no account, no Docker.

  npm run dev                 data is kept in ${DATA_FOLDER}/
  npm run dev -- --memory     data is gone when it ends
  npm run dev -- --help       this

PORT (default ${DEFAULT_PORT}) and the two after it are used; .env.example explains every setting.
`;

const SWEEP_EVERY_MS = 60 * 60 * 1000;

const say = (text: string) => process.stdout.write(`${text}\n`);

/** Adds the samples, the first time only: who deletes one does not get it back. */
async function seedOnce(services: Services, folder: string | undefined): Promise<void> {
  const marker = folder && join(folder, 'seeded');
  if (marker && existsSync(marker)) return;
  const { users, photos } = await seed(services);
  if (marker) await writeFile(marker, new Date().toISOString());
  say(`  ${users} users and ${photos} photos from seed/ are in`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { memory: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } });
  if (values.help) return void process.stdout.write(HELP);
  const env = environment();
  if (env.NODE_ENV === 'production') throw new Error('npm run dev is for development: NODE_ENV must not be production. Use npm start.');
  const folder = values.memory ? undefined : DATA_FOLDER;
  const port = ports(env.PORT);
  say('Starting Photoform …');

  const events = new EventEmitter<{ object: [S3Event] }>();
  const engines = await startEngines({
    ...(folder && { folder }),
    objectsPort: port.objects,
    onEvent: (event) => events.emit('object', event),
  });
  const issuer = env.AUTH_ISSUER
    ? undefined
    : await startIssuer({
        key: await issuerKey(),
        port: port.issuer,
        name: issuerOf(`http://127.0.0.1:${port.issuer}`),
        audience: audienceOf(env.AUTH_AUDIENCE),
        nodeEnv: env.NODE_ENV,
      });
  const config = readConfig({
    ...env,
    ...(issuer && { AUTH_ISSUER: issuerOf(issuer.endpoint), AUTH_ALGORITHM: ISSUER_ALGORITHM }),
    AUTH_AUDIENCE: env.AUTH_AUDIENCE || DEV_AUDIENCE,
    SECRET_KEYS: env.SECRET_KEYS || (await secretKeys()),
    DYNAMODB_ENDPOINT: engines.dynamodb,
    S3_ENDPOINT: engines.objects,
  });
  const services = buildServices(
    config,
    createLogger(config.logLevel, pretty({ ignore: 'pid,hostname', singleLine: true, sync: true })),
    engines.credentials,
  );
  const jobs = buildJobs(config, services.log, {
    credentials: engines.credentials,
    sendImportEvent: async (event) => void toImports(event),
  });
  const deadLetter = (event: S3Event, error: unknown) => services.log.error({ event, err: error }, 'dead letter');
  const [toPhotos, toImports] = [eventBridge(jobs.onPhotoEvent, deadLetter), eventBridge(jobs.onImportEvent, deadLetter)];
  const isOfImports = ({ Records = [] }: S3Event) => Records.some(({ s3 }) => s3.bucket.name === config.buckets.imports);
  events.on('object', (event) => void (isOfImports(event) ? toImports(event) : toPhotos(event)));
  setInterval(() => void jobs.sweep(UNHURRIED), SWEEP_EVERY_MS).unref();
  await provision(services.clients, config);
  await seedOnce(services, folder);

  const { endpoint: url, close } = await listen(createServer(buildApp(services)), port.service);
  say(welcome({ url, port: port.service, ...engines, memory: values.memory, ownIssuer: !issuer, bucket: config.buckets.photos }));

  const end = async () => {
    await close();
    services.close();
    jobs.close();
    await Promise.all([issuer?.close(), engines.close()]);
  };
  process.once('SIGINT', end).once('SIGTERM', end);
}

function whatToDo({ code, message, port }: NodeJS.ErrnoException & { port?: number }): string {
  if (code !== 'EADDRINUSE') return message;
  return `Port ${port} is in use: end what listens there, or take other ports, as in PORT=4000 npm run dev (PORT and the two after it are used).`;
}

await main().catch((error: Error) => {
  process.stderr.write(`dev: ${whatToDo(error)}\n`);
  process.exit(1);
});
