import { buildApp } from '../app.ts';
import { readConfig } from '../config.ts';
import type { Env } from '../env-names.ts';
import { lambdaHandler } from '../lambda/handler.ts';
import { prime } from '../lambda/prime.ts';
import { buildServices } from '../services.ts';
import { createLogger } from '../shared/log.ts';
import { readSecret } from '../shared/secret-store.ts';

/** Secrets are never in a function's settings, where everyone who may look at it reads them. */
async function withSecrets(env: Env): Promise<Env> {
  return env.SECRET_KEYS_ARN ? { ...env, SECRET_KEYS: await readSecret(env.SECRET_KEYS_ARN) } : env;
}

const config = readConfig(await withSecrets(process.env));
const log = createLogger(config.logLevel);
const { basePath } = config;

export const handler = lambdaHandler(buildApp(buildServices(config, log)), { log, basePath });

await prime(handler, config.auth.algorithm);
