import { createServer } from 'node:http';
import { type LocalServer, listen } from '../../src/local/listen.ts';
import { freePorts, outcome, spawnMain } from '../support/dev.ts';

const alb = (args: string[]) => spawnMain('alb.ts', args, { cwd: process.cwd() });

let emulator: LocalServer;
beforeAll(async () => {
  const result = { statusCode: 200, multiValueHeaders: { 'content-type': ['text/plain'] }, headers: {}, body: 'from the function' };
  emulator = await listen(
    createServer((request, response) => void request.resume().on('end', () => response.end(JSON.stringify(result)))),
    0,
  );
});
afterAll(() => emulator.close());

test('when --help is asked for, then it tells every option', async () => {
  const { code, out } = await outcome(alb(['--help']));
  expect(code).toBe(0);
  for (const option of ['--lambda', '--port', '--host', '--single-value']) expect(out).toContain(option);
});

test.each([
  [[], /--lambda/],
  [['--lambda', 'nowhere'], /--lambda/],
  [['--lambda', 'http://127.0.0.1:1', '--port', 'x'], /--port/],
  [['--many'], /--many/],
])('when it is started with %j, then it says what is wrong', async (args, what) => {
  const { code, err } = await outcome(alb(args));
  expect(code).toBe(2);
  expect(err).toMatch(what);
});

test('when it stands before a function, then a request is answered by it, until it is told to end', async () => {
  const port = await freePorts();
  const running = alb(['--lambda', emulator.endpoint, '--port', String(port)]);
  const ended = outcome(running);
  await new Promise<void>((resolve) => running.stdout?.once('data', () => resolve()));
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('from the function');
  running.kill('SIGTERM');
  expect((await ended).err).toBe('');
});
