import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, outcome, spawnMain, startDev } from '../support/dev.ts';
import { photograph } from '../support/images.ts';

let cwd: string;
let port: number;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'photoform-dev-'));
  port = await freePorts();
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

async function token(...args: string[]): Promise<string> {
  const { out } = await outcome(spawnMain('token.ts', args, { cwd, env: { PORT: String(port) } }));
  return out.trim();
}

async function listed(url: string, bearer: string): Promise<string[]> {
  const answer = await fetch(`${url}/v1/users/me/photos`, { headers: { authorization: `Bearer ${bearer}` } });
  const { items } = (await answer.json()) as { items: { metadata: { title: string } }[] };
  return items.map(({ metadata }) => metadata.title);
}

async function thumbnails(url: string, bearer: string): Promise<string[]> {
  const answer = await fetch(`${url}/v1/users/me/photos`, { headers: { authorization: `Bearer ${bearer}` } });
  const { items } = (await answer.json()) as { items: { thumbnail: { status: string } }[] };
  return items.map(({ thumbnail }) => thumbnail.status);
}

async function add(url: string, bearer: string, title: string): Promise<number> {
  const body = JSON.stringify({ photo: (await photograph()).toString('base64'), metadata: { title } });
  const answer = await fetch(`${url}/v1/form`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    body,
  });
  return answer.status;
}

describe('npm run dev', () => {
  test('when it is restarted, then a token made before it ever started is good, and its data is there, samples only once', async () => {
    const bearer = await token('--sub', 'ann');
    const first = await startDev(port, [], cwd);
    expect(await add(first.url, bearer, 'kept')).toBe(201);
    await first.stop();

    const second = await startDev(port, [], cwd);
    const titles = await listed(second.url, bearer);
    await second.stop();
    expect(titles).toEqual(['kept', 'A cup of coffee', 'Chelsea the cat']);
  });

  test('when photos are there, samples or new ones, then they get their thumbnails by themselves', async () => {
    const dev = await startDev(port, ['--memory'], cwd);
    const bearer = await token('--sub', 'ann');
    expect(await add(dev.url, bearer, 'new')).toBe(201);
    let statuses = ['pending'];
    for (const end = Date.now() + 15_000; Date.now() < end && !statuses.every((status) => status === 'ready'); )
      statuses = await thumbnails(dev.url, bearer);
    await dev.stop();
    expect(statuses).toEqual(['ready', 'ready', 'ready']);
  });

  test('when the sweep is pointed at it, then it finds nothing, and says where it looked', async () => {
    const dev = await startDev(port, ['--memory'], cwd);
    const [, tables = ''] = /Tables: +(\S+)/.exec(dev.printed()) ?? [];
    const [, storage = '', key = '', secret = ''] = /Storage: +(\S+).* key (\S+), secret ([^\s,]+)/.exec(dev.printed()) ?? [];
    const env = { DYNAMODB_ENDPOINT: tables, S3_ENDPOINT: storage, AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret };
    const { code, out, err } = await outcome(spawnMain('sweep.ts', ['--dry-run'], { cwd, env }));
    await dev.stop();
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/photos: 3 looked at, 0 found/);
  });

  test('when it runs with --memory, then nothing but its keys is in .data, and the data is gone with it', async () => {
    const first = await startDev(port, ['--memory'], cwd);
    const bearer = await token('--sub', 'ann');
    expect(await add(first.url, bearer, 'forgotten')).toBe(201);
    await first.stop();
    expect((await readdir(join(cwd, '.data'))).sort()).toEqual(['issuer-key.json', 'secret-keys.json']);

    const second = await startDev(port, ['--memory'], cwd);
    const titles = await listed(second.url, bearer);
    await second.stop();
    expect(titles).toEqual(['A cup of coffee', 'Chelsea the cat']);
  });

  test('when a second one is started on the same data, or the same port, then it says so and the first one goes on', async () => {
    const first = await startDev(port, [], cwd);
    const [onData, onPort] = await Promise.all([
      outcome(spawnMain('dev.ts', [], { cwd, env: { PORT: String(await freePorts()) } })),
      outcome(spawnMain('dev.ts', ['--memory'], { cwd, env: { PORT: String(port) } })),
    ]);
    const { status } = await fetch(`${first.url}/health`);
    await first.stop();
    expect(onData.code).toBe(1);
    expect(onData.err).toMatch(/in use by another process/);
    expect(onPort.code).toBe(1);
    expect(onPort.err).toMatch(/Port \d+ is in use.*PORT/); // which one, and how to choose another
    expect(status).toBe(200);
  });

  test.each(['dev.ts', 'token.ts'])('when NODE_ENV is production, then %s refuses', async (file) => {
    const { code, err } = await outcome(
      spawnMain(file, file === 'token.ts' ? ['--sub', 'ann'] : [], { cwd, env: { NODE_ENV: 'production' } }),
    );
    expect(code).not.toBe(0);
    expect(err).toMatch(/production/);
  });

  test.each(['dev.ts', 'token.ts', 'sweep.ts'])('when %s is asked for --help, then it shows how it is used', async (file) => {
    const { code, out } = await outcome(spawnMain(file, ['--help'], { cwd }));
    expect(code).toBe(0);
    expect(out).toMatch(/npm run/);
  });

  test('when token is called with what it does not take, then it says what it takes', async () => {
    const wrong = [['--sub', 'ann', '--client', 'x'], [], ['--unknown'], ['--sub', 'ann', '--expires', 'soon']];
    const outcomes = await Promise.all(wrong.map(async (args) => ({ args, ...(await outcome(spawnMain('token.ts', args, { cwd }))) })));
    for (const { args, code, out, err } of outcomes) {
      expect({ args, code, out }).toEqual({ args, code: 2, out: '' });
      expect(err).toMatch(/^token: .+\n\n.*--sub/s);
    }
  });
});

describe('npm start', () => {
  test('when settings are missing, then it names them all and ends', async () => {
    const { code, err } = await outcome(spawnMain('server.ts', [], { cwd, env: { PORT: 'many' } }));
    expect(code).toBe(2);
    for (const name of ['AUTH_ISSUER', 'AUTH_AUDIENCE', 'SECRET_KEYS', 'PORT']) expect(err).toContain(name);
  });
});
