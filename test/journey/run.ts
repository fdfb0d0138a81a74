import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freePorts, startDev } from '../support/dev.ts';
import { Client, until } from './client.ts';
import { DELETES } from './deletes.ts';
import { ERRORS } from './errors.ts';
import { FORMS } from './forms.ts';
import { IMPORTS } from './imports.ts';
import { cleanUp, type Journey, newPrefix } from './journey.ts';
import { issuerBeside, type Tokens, tokensFrom } from './tokens.ts';
import { UPLOADS } from './uploads.ts';
import { USERS } from './users.ts';

const HELP = `Drives a running Photoform from outside, as its clients do: forms, uploads, users, imports, thumbnails, deletes, errors.

  npm run test:journey                                    starts "npm run dev -- --memory" on free ports, and drives that
  npm run test:journey -- --url http://127.0.0.1:3000     drives what is there

  --url URL            the service
  --issuer URL         a development issuer to get tokens from; the port after the service's when not said
  --token TOKEN        a person's, with no rights beyond their own   (or JOURNEY_TOKEN in the environment)
  --admin-token TOKEN  one that has every right                      (or JOURNEY_ADMIN_TOKEN)
  --help               this

It makes photos of that person and users named journey-…, and removes them at the end, also when it fails or is interrupted. What it
can't remove are the records of its imports. It ends with 0 when all went well, else with 1.
`;

const READY_SECONDS = 60;
const STEPS = [...FORMS, ...UPLOADS, ...USERS, ...IMPORTS, ...DELETES, ...ERRORS];

const say = (line: string) => void process.stdout.write(`${line}\n`);

/** Walks every step, also after one that failed. @returns how many failed. */
async function walk(journey: Journey): Promise<number> {
  let failed = 0;
  let isInterrupted = false;
  process.once('SIGINT', () => {
    isInterrupted = true;
    say('  interrupted: this step is the last');
  });
  for (const step of STEPS) {
    if (isInterrupted) return failed + 1;
    const begun = Date.now();
    const seconds = () => `${((Date.now() - begun) / 1_000).toFixed(1)} s`;
    try {
      await step.walk(journey);
      say(`  ✓ ${step.title}, ${seconds()}`);
    } catch (error) {
      failed += 1;
      say(`  ✗ ${step.title}, ${seconds()}\n      ${(error as Error).message.replaceAll('\n', '\n      ')}`);
    }
  }
  return failed;
}

async function drive(url: string, tokens: (person: string) => Promise<Tokens>): Promise<number> {
  const stranger = new Client(url);
  say(`Driving ${url}`);
  const ready = () => stranger.call('GET', '/ready').catch((error: Error) => ({ status: 0, body: String(error.cause ?? error) }));
  await until('that the service is ready', READY_SECONDS, ready, ({ status }) => status === 200);
  const prefix = newPrefix();
  const { person, admin } = await tokens(prefix);
  const clients = { person: new Client(url, person), admin: new Client(url, admin), stranger };
  const { sub } = (await clients.person.must(200, 'GET', '/v1/me')).body;
  const journey: Journey = { ...clients, userId: sub, prefix, made: { photos: new Set(), users: new Set() } };
  const failed = await walk(journey);
  const left = await cleanUp(journey);
  for (const what of left) say(`  ✗ left behind: ${what}`);
  say(`${STEPS.length - failed} of ${STEPS.length} steps went well${left.length === 0 ? ', and nothing is left behind' : ''}`);
  return failed + left.length;
}

/** Drives a service that it starts for that. */
async function driveEmbedded(): Promise<number> {
  const cwd = await mkdtemp(join(tmpdir(), 'photoform-journey-'));
  const dev = await startDev(await freePorts(), ['--memory'], cwd);
  try {
    return await drive(dev.url, (person) => tokensFrom(issuerBeside(dev.url), person));
  } finally {
    await dev.stop();
    await rm(cwd, { recursive: true });
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      issuer: { type: 'string' },
      token: { type: 'string' },
      'admin-token': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    say(HELP);
    return 0;
  }
  const url = values.url?.replace(/\/$/, '');
  if (!url) return driveEmbedded();
  const person = values.token ?? process.env.JOURNEY_TOKEN;
  const admin = values['admin-token'] ?? process.env.JOURNEY_ADMIN_TOKEN;
  if (person && admin) return drive(url, async () => ({ person, admin }));
  return drive(url, (name) => tokensFrom(values.issuer?.replace(/\/$/, '') ?? issuerBeside(url), name));
}

process.exitCode = await main().then(
  (faults) => (faults === 0 ? 0 : 1),
  (error: Error) => {
    process.stderr.write(`journey: ${error.message}\n`);
    return 1;
  },
);
