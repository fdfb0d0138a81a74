import { parseArgs } from 'node:util';
import { issuerOf } from '../local/issuer.ts';
import { audienceOf, issuerKey, ports } from '../local/laptop.ts';
import { mintToken } from '../local/token.ts';
import { environment } from './environment.ts';

const HELP = `A token that the service of "npm run dev" accepts.

  npm run -s token -- --sub ann                           a person's
  npm run -s token -- --sub eve --groups admins           an admin's
  npm run -s token -- --client reporting --scope "users:read:any photos:read:any"
                                                          a machine's (client credentials)

  --sub ID           whose token it is
  --groups A,B       the person's groups
  --client ID        the machine whose token it is
  --scope "S T"      its scopes
  --expires 1h       how long it is good for (30s, 15m, 1h, 7d); 1h when not said
  --help             this

PORT and AUTH_AUDIENCE are read as "npm run dev" reads them.
`;

class UsageError extends Error {}

function readArguments() {
  const { values } = parseArgs({
    options: {
      sub: { type: 'string' },
      groups: { type: 'string' },
      client: { type: 'string' },
      scope: { type: 'string' },
      expires: { type: 'string', default: '1h' },
      help: { type: 'boolean', default: false },
    },
  });
  return values;
}

function bearerOf({ sub, client, groups }: ReturnType<typeof readArguments>) {
  if (sub && !client) return { sub, ...(groups && { groups: groups.split(',') }) };
  if (client && !sub && !groups) return { client };
  throw new UsageError('say whose token it is: either --sub (with --groups) or --client');
}

async function main(): Promise<void> {
  const env = environment();
  const values = readArguments();
  if (values.help) return void process.stdout.write(HELP);
  if (env.NODE_ENV === 'production') throw new UsageError('there are no development tokens in production');
  if (!/^\d+ ?(s|m|h|d|w|y)$/.test(values.expires)) throw new UsageError('--expires takes a number and a unit: 30s, 15m, 1h, 7d');
  const token = await mintToken(await issuerKey(), {
    issuer: issuerOf(`http://127.0.0.1:${ports(env.PORT).issuer}`),
    audience: audienceOf(env.AUTH_AUDIENCE),
    expires: values.expires,
    bearer: bearerOf(values),
    scope: values.scope,
  });
  process.stdout.write(`${token}\n`);
}

await main().catch((error: Error & { code?: string }) => {
  if (!(error instanceof UsageError) && !error.code?.startsWith('ERR_PARSE_ARGS')) throw error;
  process.stderr.write(`token: ${error.message}\n\n${HELP}`);
  process.exitCode = 2;
});
