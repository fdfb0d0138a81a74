import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outcome, spawnMain } from '../support/dev.ts';
import { image } from '../support/images.ts';
import { begin, expectFinished, ofPng, sendFile, uploadKey } from '../support/uploads.ts';
import { startTroubledService, type TroubledService } from '../support/users.ts';
import { eventBody, freePort, Happening, type Queues, startQueues } from './queues.ts';

let queues: Queues;
let service: TroubledService;
let cwd: string;
const running: ChildProcess[] = [];
beforeEach(async () => {
  [queues, service, cwd] = await Promise.all([startQueues(), startTroubledService(), mkdtemp(join(tmpdir(), 'photoform-worker-'))]);
});
afterEach(async () => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  await Promise.all([queues?.close(), service?.close(), rm(cwd, { recursive: true })]);
});

function settings(): Record<string, string> {
  const { accessKeyId, secretAccessKey } = service.engines.credentials;
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    DYNAMODB_ENDPOINT: String(service.config.aws.dynamodbEndpoint),
    S3_ENDPOINT: service.engines.objects,
    SQS_ENDPOINT: queues.sqsEndpoint,
    PHOTOS_QUEUE_URL: queues.urls.photos,
    IMPORTS_QUEUE_URL: queues.urls.imports,
  };
}

function startWorker(...args: string[]) {
  const child = spawnMain('worker.ts', args, { cwd, env: settings() });
  running.push(child);
  const said = new Happening<string>();
  child.stdout?.setEncoding('utf8').on('data', (text: string) => text.split('\n').filter(Boolean).forEach(said.add));
  const whenSaid = async (words: string) => {
    for (let count = 1; !(await said.count(count)).some((line) => line.includes(words)); count = said.all.length + 1);
  };
  return { child, whenSaid, ended: outcome(child) };
}

describe('npm run worker', () => {
  test('when it is told to go while a photo is at work, then it takes no more, ends that one, and exits 0', async () => {
    const bytes = await image();
    const [first, second] = [await begin(service, 'ann', ofPng(bytes)), await begin(service, 'bob', ofPng(bytes))];
    for (const upload of [first, second]) await sendFile(upload, bytes);
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const asked = new Happening<string>();
    service.trouble(async (call, forward) => {
      if (JSON.stringify(call.body).includes(first.photoId)) asked.add(call.operation); // not the sweep's
      await released;
      return forward(call.body);
    });
    await queues.photos.send(eventBody(uploadKey(first)));
    const { child, whenSaid, ended } = startWorker();
    await asked.count(1);
    child.kill('SIGTERM');
    await whenSaid('"draining"');
    await queues.photos.send(eventBody(uploadKey(second)));
    service.trouble(undefined);
    release();

    expect(await ended).toMatchObject({ code: 0, err: '' });
    await expectFinished(service, first, bytes);
    expect(await queues.photos.count()).toBe(1);
    expect(await queues.photos.take({ atMost: 10, waitSeconds: 1, hiddenSeconds: 1 })).toMatchObject([
      { body: eventBody(uploadKey(second)) },
    ]);
  });

  test('when it runs, then its health says so, and a photo that came is finished', async () => {
    const bytes = await image();
    const upload = await begin(service, 'ann', ofPng(bytes));
    await sendFile(upload, bytes);
    const port = await freePort();
    const { child, whenSaid, ended } = startWorker('--health-port', String(port));
    await whenSaid('taking messages');
    const health = await fetch(`http://127.0.0.1:${port}/health`);
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }]);
    await queues.photos.send(eventBody(uploadKey(upload)));
    while ((await queues.photos.count()) > 0);
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, err: '' });
    await expectFinished(service, upload, bytes);
  });
});

describe('what has queues', () => {
  test.each(['worker.ts', 'redrive.ts'])('when queues are not set, then %s names them', async (file) => {
    const { code, err } = await outcome(spawnMain(file, [], { cwd }));
    expect(code).toBe(2);
    expect(err).toMatch(/PHOTOS_QUEUE_URL: is not set\n.*IMPORTS_QUEUE_URL: is not set/);
  });

  test.each(['worker.ts', 'redrive.ts', 'init.ts'])('when %s is asked for --help, then it shows how it is used', async (file) => {
    const { code, out } = await outcome(spawnMain(file, ['--help'], { cwd }));
    expect(code).toBe(0);
    expect(out).toMatch(/npm run/);
  });

  test.each(['worker.ts', 'redrive.ts', 'init.ts'])('when %s is told what it does not take, then it ends with 2', async (file) => {
    const { code, err } = await outcome(spawnMain(file, ['--unknown'], { cwd }));
    expect(code).toBe(2);
    expect(err).toMatch(/--unknown/);
  });

  test('when one queue’s dead letters are redriven by the command, then it prints them and they are back', async () => {
    const dead = await queues.imports.deadLetters();
    await dead?.send(eventBody('imports/users.csv'));
    const redriven = (...args: string[]) => outcome(spawnMain('redrive.ts', args, { cwd, env: settings() }));
    expect(await redriven('--queue', 'nothing')).toMatchObject({ code: 2, err: expect.stringMatching(/photos, imports/) });
    const dry = await redriven('--dry-run');
    expect(dry).toMatchObject({ code: 0, err: '' });
    expect(dry.out).toMatch(/imports\/users\.csv\n +why is not known/);
    expect(await dead?.count()).toBe(1);
    expect(await redriven('--queue', 'imports')).toMatchObject({ code: 0, out: expect.stringMatching(/1 were moved back/) });
    expect([await dead?.count(), await queues.imports.count()]).toEqual([0, 1]);
  });
});
