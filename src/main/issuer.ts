import { parseArgs } from 'node:util';
import { issuerOf, startIssuer } from '../local/issuer.ts';
import { audienceOf, issuerKey, ports } from '../local/laptop.ts';
import { environment } from './environment.ts';

const HELP = `The development issuer alone: an identity provider that gives a token to whoever asks. Never where others can reach it.

  npm run issuer                      on 127.0.0.1, on the port after PORT
  npm run issuer -- --host 0.0.0.0    in a container, where AUTH_ISSUER says by which name the service knows it
  npm run issuer -- --help            this

A token: curl http://127.0.0.1:3001/token -H "Content-Type: application/json" -d '{"sub": "ann"}'
`;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { host: { type: 'string', default: '127.0.0.1' }, help: { type: 'boolean', default: false } } });
  if (values.help) return void process.stdout.write(HELP);
  const env = environment();
  const port = ports(env.PORT).issuer;
  const { endpoint, close } = await startIssuer({
    key: await issuerKey(),
    port,
    host: values.host,
    name: env.AUTH_ISSUER || issuerOf(`http://127.0.0.1:${port}`),
    audience: audienceOf(env.AUTH_AUDIENCE),
    nodeEnv: env.NODE_ENV,
  });
  process.stdout.write(`the development issuer listens at ${endpoint}\n`);
  process.once('SIGINT', close).once('SIGTERM', close);
}

await main().catch((error: Error) => {
  process.stderr.write(`issuer: ${error.message}\n`);
  process.exitCode = 1;
});
