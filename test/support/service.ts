import './one-realm.ts';
import { EventEmitter, once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { Writable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import type { JWK } from 'jose';
import supertest from 'supertest';
import { buildApp } from '../../src/app.ts';
import { type Config, readConfig } from '../../src/config.ts';
import type { Env } from '../../src/env-names.ts';
import { buildJobs, type Jobs } from '../../src/jobs.ts';
import { type HttpEvent, lambdaHandler } from '../../src/lambda/handler.ts';
import { albSimulator } from '../../src/local/alb.ts';
import { type Engines, startEngines } from '../../src/local/engines.ts';
import { issuerOf, newIssuerKey, startIssuer } from '../../src/local/issuer.ts';
import { listen } from '../../src/local/listen.ts';
import { ISSUER_ALGORITHM, mintToken, type TokenRequest } from '../../src/local/token.ts';
import { provision } from '../../src/provision.ts';
import { buildServices, type Services } from '../../src/services.ts';
import { createLogger, type Logger } from '../../src/shared/log.ts';
import { ObjectEvents } from './object-events.ts';
import { Stored } from './stored.ts';

const AUDIENCE = 'photoform-test';

/** One Lambda takes no longer than this; its budget begins anew with each event. */
const INVOCATION_MS = 15_000;

const behindAlb = (multiValueHeaders: boolean) => (app: RequestListener, log: Logger) => {
  const handler = lambdaHandler(app, { log });
  const invoke = async (event: object) => {
    const end = Date.now() + INVOCATION_MS;
    const result = await handler(asJson(event) as HttpEvent, { getRemainingTimeInMillis: () => end - Date.now() });
    return asJson(result);
  };
  return albSimulator(invoke, { multiValueHeaders });
};
/** Events and results are JSON on their way. */
const asJson = <T>(value: T): T => JSON.parse(JSON.stringify(value));

/** What stands before the app: its own socket, or a load balancer with the Lambda handler. `npm run test:parity` runs the suite behind it. */
const FRONTS = { socket: (app: RequestListener) => createServer(app), alb: behindAlb(true), 'alb-single': behindAlb(false) };
const FRONT = (process.env.FRONT ?? 'socket') as keyof typeof FRONTS;
/** With single-value headers an ALB tells of the last of repeated parameters alone, and nobody behind it can know that there were more. */
export const REPEATS_ARRIVE = FRONT !== 'alb-single';
/** The largest that MAX_RESPONSE_BYTES may be: behind an ALB, what fits through it. */
export const MAX_RESPONSE_BYTES = FRONT === 'socket' ? 6_000_000 : 700_000;
const LIMITS: Env = FRONT === 'socket' ? {} : { MAX_BODY_BYTES: '1000000', MAX_RESPONSE_BYTES: String(MAX_RESPONSE_BYTES) };

export interface TestService {
  url: string;
  /** A supertest agent; requests carry no token unless they `.set(as('ann'))`. */
  api: ReturnType<typeof supertest>;
  config: Config;
  services: Services;
  jobs: Jobs;
  engines: Engines;
  /** Events of the embedded store's objects; a test says when `jobs.onPhotoEvent` gets one. */
  events: ObjectEvents;
  issuer: string;
  /** What is really in the tables and buckets, seen past the app. */
  stored: Stored;
  /** Lines that the service logged. */
  logged: string[];
  /** A line that the service has logged, or logs next, that has all of these words. */
  whenLogged(...words: string[]): Promise<string>;
  /** An `Authorization` header for a person, or for a machine with a scope. */
  as(sub: string, more?: { groups?: string[]; scope?: string; expires?: string }): Promise<{ authorization: string }>;
  asMachine(client: string, scope?: string): Promise<{ authorization: string }>;
  close(): Promise<void>;
}

/** The whole service on a socket, on embedded engines in memory. @param env settings that this test needs otherwise. */
export async function startService(env: Env = {}): Promise<TestService> {
  const key = await newIssuerKey();
  const events = new ObjectEvents();
  const [engines, issuer] = await Promise.all([startEngines({ onEvent: events.onEvent }), startIssuer({ key, nodeEnv: 'test' })]);
  const config = readConfig({
    AUTH_ISSUER: issuerOf(issuer.endpoint),
    AUTH_AUDIENCE: AUDIENCE,
    AUTH_ALGORITHM: ISSUER_ALGORITHM,
    SECRET_KEYS: 'a-secret-of-the-test-suite-that-is-long-enough',
    DYNAMODB_ENDPOINT: engines.dynamodb,
    S3_ENDPOINT: engines.objects,
    ...LIMITS,
    ...env,
  });
  const logged: string[] = [];
  const lines = new EventEmitter();
  const write = (line: unknown) => {
    logged.push(String(line));
    lines.emit('line');
  };
  const log = createLogger('info', new Writable({ write: (line, _encoding, done) => done(void write(line)) }));
  const services = buildServices(config, log, engines.credentials);
  const jobs = buildJobs(config, log, { credentials: engines.credentials, sendImportEvent: async (event) => events.onEvent(event) });
  await provision(services.clients, config);
  const app = buildApp(services);
  const server = await listen(FRONTS[FRONT](app, log), 0);

  const authorization = async (request: Pick<TokenRequest, 'bearer' | 'scope'> & { expires?: string }) => ({
    authorization: `Bearer ${await mintToken(key as JWK, { issuer: issuerOf(issuer.endpoint), audience: AUDIENCE, expires: '10m', ...request })}`,
  });
  return {
    url: server.endpoint,
    api: supertest(server.endpoint),
    config,
    services,
    jobs,
    engines,
    events,
    issuer: issuerOf(issuer.endpoint),
    stored: new Stored(services.clients.dynamodb, services.clients.s3 as S3Client, config),
    logged,
    async whenLogged(...words) {
      for (;;) {
        const found = logged.find((line) => words.every((word) => line.includes(word)));
        if (found) return found;
        await once(lines, 'line');
      }
    },
    as: (sub, { groups, ...more } = {}) => authorization({ bearer: { sub, ...(groups && { groups }) }, ...more }),
    asMachine: (client, scope) => authorization({ bearer: { client }, scope }),
    async close() {
      await server.close();
      services.close();
      jobs.close();
      await Promise.all([issuer.close(), engines.close()]);
    },
  };
}
