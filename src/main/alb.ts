import { parseArgs } from 'node:util';
import { albSimulator, invokeOver, oneAtATime } from '../local/alb.ts';
import { listen } from '../local/listen.ts';

const HELP = `An Application Load Balancer on this machine, before a function that runs in a container: production's shape, to try a frontend against.

  docker run --rm -p 9000:8080 photoform-lambda      the function, with the emulator of its base image
  npm run alb -- --lambda http://127.0.0.1:9000      the load balancer, on http://127.0.0.1:8080

  --lambda URL       where the function is invoked
  --port N           where to listen; 8080 when not said
  --host ADDRESS     127.0.0.1 when not said; 0.0.0.0 in a container
  --single-value     one value for each header and parameter (a target group's default); all of them when not said
  --help             this

Its limits are the real ones: 1 MB for a request's body, and for the whole of a result's JSON.
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      lambda: { type: 'string' },
      port: { type: 'string', default: '8080' },
      host: { type: 'string', default: '127.0.0.1' },
      'single-value': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  if (!values.lambda || !URL.canParse(values.lambda)) throw new Error('--lambda takes the URL of a function, as in http://127.0.0.1:9000.');
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('--port takes a number from 0 to 65535.');
  const server = albSimulator(oneAtATime(invokeOver(values.lambda)), {
    multiValueHeaders: !values['single-value'],
    onFault: (why) => process.stderr.write(`502: ${why}\n`),
  });
  const { endpoint, close } = await listen(server, port, values.host);
  process.stdout.write(`${endpoint} → ${values.lambda} (${values['single-value'] ? 'single' : 'multi'}-value headers)\n`);
  process.once('SIGINT', close).once('SIGTERM', close);
}

await main().catch((error: Error) => {
  process.stderr.write(`alb: ${error.message}\n`);
  process.exitCode = 2;
});
