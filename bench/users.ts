import { BatchGetCommand, BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { readConfig } from '../src/config.ts';
import { awsClients } from '../src/shared/aws.ts';
import { chunk, eachInFlight, GETS, IN_FLIGHT, WRITES } from '../src/shared/batches.ts';
import { newVersion } from '../src/shared/version.ts';
import { stamped, type UserInput } from '../src/users/user.ts';
import { startBackend } from './support/backend.ts';
import { median } from './support/figures.ts';
import { startDynamoDbProcess, startServiceProcess } from './support/processes.ts';

const USERS = 1_000;
const REQUESTS_A_ROUND = 5;
const WARM_UPS = 10;
const ROUNDS = 15;
const GOAL = 0.8;

const users: UserInput[] = Array.from({ length: USERS }, (_, index) => ({
  userId: `auth0|${index.toString(16).padStart(24, '0')}`,
  name: `Number ${index} of the Benchmark`,
  email: `number.${index}@example.com`,
  attributes: { team: 'blue', number: index, paid: index % 2 === 0, city: 'Reykjavík' },
}));
const userIds = users.map(({ userId }) => userId);

/** The same work with nothing but the SDK, as many calls in flight as the service has. */
function bareLoop(env: Record<string, string>) {
  const config = readConfig(env);
  const credentials = { accessKeyId: String(env.AWS_ACCESS_KEY_ID), secretAccessKey: String(env.AWS_SECRET_ACCESS_KEY) };
  const { tables } = awsClients({ ...config.aws, credentials });
  const table = config.tables.users;
  return {
    put: () =>
      eachInFlight(IN_FLIGHT, chunk(users, WRITES), async (group) => {
        const writes = group.map((user) => ({ PutRequest: { Item: stamped(user, newVersion()) } }));
        const { UnprocessedItems = {} } = await tables.send(new BatchWriteCommand({ RequestItems: { [table]: writes } }));
        if (Object.keys(UnprocessedItems).length > 0) throw new Error('the engine left items undone');
      }),
    async get() {
      let count = 0;
      await eachInFlight(IN_FLIGHT, chunk(userIds, GETS), async (group) => {
        const keys = group.map((userId) => ({ userId }));
        const { Responses } = await tables.send(new BatchGetCommand({ RequestItems: { [table]: { Keys: keys, ConsistentRead: true } } }));
        count += Responses?.[table]?.length ?? 0;
      });
      if (count !== USERS) throw new Error(`the engine has ${count} users`);
    },
  };
}

function throughApi(url: string, headers: Record<string, string>) {
  const post = async (path: string, body: string, expected: RegExp) => {
    const answer = await fetch(`${url}/v1/users/${path}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
    });
    const text = await answer.text();
    if (answer.status !== 200 || !expected.test(text)) throw new Error(`${path} was answered ${answer.status}: ${text.slice(0, 200)}`);
  };
  return {
    put: () => post('bulk', JSON.stringify({ users }), /"written":1000\b/),
    get: () => post('bulk-get', JSON.stringify({ userIds }), /"notFound":\[\],"remaining":\[\]/),
  };
}

/** Users a second. */
async function pace(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  for (let request = 0; request < REQUESTS_A_ROUND; request++) await work();
  return (USERS * REQUESTS_A_ROUND) / ((performance.now() - began) / 1_000);
}

/**
 * Users a second through the API beside the bare SDK, in turns, on one engine. Engine, service and client have a process each.
 * @param flags for the service's Node.js: `--cpu-prof`, say.
 */
export async function run(flags: string[]): Promise<void> {
  const engine = await startDynamoDbProcess();
  const backend = await startBackend(engine.url);
  const service = await startServiceProcess(backend.env, flags);
  const [bare, api] = [bareLoop(backend.env), throughApi(service.url, backend.headers)];
  try {
    for (const work of ['put', 'get'] as const) {
      const paces: { bare: number; api: number }[] = [];
      for (let round = -WARM_UPS; round < ROUNDS; round++) {
        const both = { bare: await pace(bare[work]), api: await pace(api[work]) };
        if (round >= 0) paces.push(both);
      }
      const [bareMedian, apiMedian] = [median(paces.map((each) => each.bare)), median(paces.map((each) => each.api))];
      const ratio = median(paces.map((each) => each.api / each.bare));
      process.stdout.write(
        `bulk ${work}: API ${Math.round(apiMedian)} users/s, bare SDK ${Math.round(bareMedian)} users/s, ratio ${ratio.toFixed(2)} (goal ${GOAL})\n`,
      );
    }
  } finally {
    await Promise.all([service.stop(), engine.stop()]);
    await backend.close();
  }
}
