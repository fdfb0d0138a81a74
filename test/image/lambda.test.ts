import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ALBResult } from 'aws-lambda';
import { spawnMain } from '../support/dev.ts';
import { build, endContainers } from './containers.ts';
import { EMULATOR, invoke, startFunction } from './functions.ts';
import { postForm } from './journey.ts';
import { type Laptop, startLaptop } from './laptop.ts';

const MAIN = join(import.meta.dirname, '../../src/main');
/** What a load balancer lets through. */
const BEHIND_ALB = { MAX_BODY_BYTES: '1000000', MAX_RESPONSE_BYTES: '700000' };
const OF_ALB = { requestContext: { elb: { targetGroupArn: 'arn:test' } } };
/** The longest name, of what JSON spells with a backslash. */
const QUOTES = '"'.repeat(256);
const STRANGER = 12_345;
const LAMBDA_UID = 993;

let image: string;
let laptop: Laptop;
let url: string;
beforeAll(async () => {
  image = await build('lambda');
  laptop = await startLaptop();
  const api = await startFunction(image, STRANGER, { ...laptop.env, ...BEHIND_ALB }, [laptop.network]);
  url = await laptop.url(EMULATOR);
  await api.whenAnswering(url);
}, 600_000);
afterAll(endContainers);

/** `npm run alb` in front of the function, for as long as `use` takes. */
async function behindAlb<T>(flags: string[], use: (alb: string) => Promise<T>): Promise<T> {
  const simulator = spawnMain('alb.ts', ['--lambda', url, '--port', '0', ...flags], { cwd: '.' });
  const [line] = await once(simulator.stdout as NodeJS.ReadableStream, 'data');
  try {
    return await use(String(line).split(' ')[0] ?? '');
  } finally {
    const exited = once(simulator, 'exit');
    simulator.kill();
    await exited;
  }
}

async function asAdmin(): Promise<{ authorization: string; 'content-type': string }> {
  return { authorization: `Bearer ${await laptop.token('--sub', 'eve', '--groups', 'admins')}`, 'content-type': 'application/json' };
}

test.each([['multi'], ['single', '--single-value']])(
  'when a form with a photo is posted through a load balancer with %s-value headers, then the photo is kept as it was',
  async (_mode, ...flags) => {
    expect(await behindAlb(flags, (alb) => postForm(alb, laptop))).toEqual({ status: 201, title: 'In a container', isKept: true });
  },
);

test('when users are put and read in bulk, and their text would be too long in JSON, then it comes as binary, and whole', async () => {
  const headers = await asAdmin();
  const users = Array.from({ length: 1_000 }, (_, index) => ({ userId: `quoted-${index}`, name: QUOTES }));
  const userIds = users.map(({ userId }) => userId);
  const request = { httpMethod: 'POST', path: '/v1/users/bulk-get', body: JSON.stringify({ userIds }), isBase64Encoded: false };
  const [put, got, result] = await behindAlb([], async (alb) => [
    await fetch(`${alb}/v1/users/bulk`, { method: 'POST', headers, body: JSON.stringify({ users }) }),
    await fetch(`${alb}/v1/users/bulk-get`, { method: 'POST', headers, body: JSON.stringify({ userIds }) }),
    await invoke<ALBResult>(url, { ...OF_ALB, ...request, headers: { ...headers, host: 'photoform.test' } }),
  ]);
  expect({ put: put.status, got: got.status, isBinary: result.isBase64Encoded }).toEqual({ put: 200, got: 200, isBinary: true });
  const read = (await got.json()) as { users: { name: string }[]; remaining: string[]; notFound: string[] };
  expect(read.notFound).toEqual([]);
  expect([...read.users.map(({ name }) => name.length), ...read.remaining]).toHaveLength(users.length);
  expect(new Set(read.users.map(({ name }) => name))).toEqual(new Set([QUOTES]));
});

test('when it runs as the user that Lambda has, then its modules come from the compile cache', async () => {
  const watched = await startFunction(image, LAMBDA_UID, { ...laptop.env, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' }, [
    `--publish=127.0.0.1::${EMULATOR}`,
  ]);
  const emulator = await watched.url(EMULATOR);
  await watched.whenAnswering(emulator);
  const health = { ...OF_ALB, httpMethod: 'GET', path: '/health', headers: {}, body: '' };
  expect(await invoke<ALBResult>(emulator, health)).toMatchObject({ statusCode: 200 });
  await watched.stop();
  expect(watched.said()).toMatch(/cache for ESM file:\/\/\/var\/task\/api\.mjs was accepted/);
});

const handlers = readdirSync(MAIN).flatMap((file) => /^(.*)\.lambda\.ts$/.exec(file)?.[1] ?? []);

test.each(handlers)('when the command is %s.handler, then there is such a function', async (name) => {
  const env = { ...laptop.env, PHOTOS_QUEUE_URL: 'http://127.0.0.1:9/photos', IMPORTS_QUEUE_URL: 'http://127.0.0.1:9/imports' };
  const fn = await startFunction(image, LAMBDA_UID, env, [`--publish=127.0.0.1::${EMULATOR}`], `${name}.handler`);
  const emulator = await fn.url(EMULATOR);
  await fn.whenAnswering(emulator);
  const answer = await invoke<{ errorType?: string }>(emulator, { Records: [] });
  expect({ answer, said: fn.said() }).not.toMatchObject({ answer: { errorType: expect.stringMatching(/^Runtime\./) } });
});
