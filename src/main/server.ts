import { createServer } from 'node:http';
import { buildApp } from '../app.ts';
import { ConfigError, readConfig } from '../config.ts';
import { buildServices } from '../services.ts';
import { createLogger } from '../shared/log.ts';
import { environment } from './environment.ts';

/** Time for a request to arrive whole; its own budget begins after that. */
const BODY_MS = 60_000;
/** Time for requests that are at work when we are told to go; load balancers wait about as long. */
const DRAIN_MS = 10_000;

function start(): void {
  const config = readConfig(environment());
  const log = createLogger(config.logLevel);
  const services = buildServices(config, log);
  const server = createServer(buildApp(services)).listen(config.port, () => log.info(server.address(), 'listening'));

  server.requestTimeout = BODY_MS;
  server.once('error', (error: NodeJS.ErrnoException) => {
    log.fatal({ err: error }, error.code === 'EADDRINUSE' ? `port ${config.port} is in use: set PORT to another` : 'cannot listen');
    process.exit(1);
  });

  // not fatal: /ready tells it, and the first request tries again
  services.checks.keys().catch((error) => log.warn({ err: error }, 'the identity provider does not answer yet'));

  process.once('SIGTERM', () => {
    log.info('draining');
    server.close(() => services.close());
    setTimeout(() => server.closeAllConnections(), DRAIN_MS).unref();
  });
}

try {
  start();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
