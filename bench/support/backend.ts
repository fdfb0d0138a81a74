import { readConfig } from '../../src/config.ts';
import { startEngines } from '../../src/local/engines.ts';
import { issuerOf, newIssuerKey, startIssuer } from '../../src/local/issuer.ts';
import { ISSUER_ALGORITHM, mintToken } from '../../src/local/token.ts';
import { provision } from '../../src/provision.ts';
import { buildServices } from '../../src/services.ts';
import { createLogger } from '../../src/shared/log.ts';

export interface Backend {
  /** What a service in a process of its own needs in its environment. */
  env: Record<string, string>;
  /** An admin's. */
  headers: Record<string, string>;
  close(): Promise<void>;
}

/**
 * Engines and issuer in this process, for a service in another: so that only the service is measured.
 * @param dynamodb another engine's endpoint, where its work is to be on another core than this process's.
 */
export async function startBackend(dynamodb?: string): Promise<Backend> {
  const key = await newIssuerKey();
  const [engines, issuer] = await Promise.all([startEngines(), startIssuer({ key, nodeEnv: 'development' })]);
  const env = {
    AUTH_ISSUER: issuerOf(issuer.endpoint),
    AUTH_AUDIENCE: 'bench',
    AUTH_ALGORITHM: ISSUER_ALGORITHM,
    SECRET_KEYS: 'a-secret-of-the-benchmarks-that-is-long-enough',
    DYNAMODB_ENDPOINT: dynamodb ?? engines.dynamodb,
    S3_ENDPOINT: engines.objects,
    AWS_ACCESS_KEY_ID: engines.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: engines.credentials.secretAccessKey,
  };
  const config = readConfig(env);
  const services = buildServices(config, createLogger('silent'), engines.credentials);
  await provision(services.clients, config);
  const token = await mintToken(key, {
    issuer: issuerOf(issuer.endpoint),
    audience: 'bench',
    expires: '1h',
    bearer: { sub: 'bench', groups: ['admins'] },
  });
  return {
    env,
    headers: { authorization: `Bearer ${token}` },
    async close() {
      services.close();
      await Promise.all([issuer.close(), engines.close()]);
    },
  };
}
