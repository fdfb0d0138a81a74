import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setImmediate } from 'node:timers/promises';
import { type ObjectStore, type ObjectStoreOptions, startObjectStore } from '../../../src/local/object-store/index.ts';
import { clientOf } from './bench.ts';
import type { Engine } from './engine.ts';
import { type RawRequest, sign } from './raw.ts';

export const keys = { accessKeyId: 'test', secretAccessKey: 'test', region: 'us-east-1' };

const cleanUps: (() => Promise<unknown>)[] = [];

/** Undoes, last first, what the helpers below made. */
export async function cleanUp(): Promise<void> {
  for (const undo of cleanUps.splice(0).reverse()) await undo();
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'object-store-test-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A store of this process, and all it takes to talk to it. */
export async function open(options: Partial<ObjectStoreOptions> = {}) {
  const store = await startObjectStore({ ...keys, ...options });
  return { store, ...toolsFor(store) };
}

export function toolsFor(store: Pick<ObjectStore, 'endpoint'> & Partial<ObjectStore>) {
  const engine: Engine = { name: 'embedded', endpoint: store.endpoint, ...keys, stop: async () => {} };
  const s3 = clientOf(engine);
  cleanUps.push(async () => {
    s3.destroy();
    await store.close?.();
  });
  return { engine, s3 };
}

/** A store in another process. @returns that process, and the first line it says */
export async function spawnStore(folder?: string, env: NodeJS.ProcessEnv = {}): Promise<{ child: ChildProcess; said: string }> {
  const script = join(import.meta.dirname, 'embedded-child.ts');
  const args = ['--disable-warning=ExperimentalWarning', script, ...(folder === undefined ? [] : [folder])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  cleanUps.push(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });
  if (!child.stdout) throw new Error('The child has no output');
  const [said] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, said };
}

export const blobsOf = (folder: string) => readdir(join(folder, 'blobs'));

/** Looks at the folder again and again, without a timer, until it holds so many blobs; the test's own time-out ends it. */
export async function untilBlobs(folder: string, count: number): Promise<void> {
  while ((await blobsOf(folder)).length !== count) await setImmediate();
}

/** Opens a connection and sends a signed request of which only a part of the body comes. */
export async function sendPart(
  engine: Engine,
  options: RawRequest,
  part: string | Buffer,
  headers: Record<string, string>,
): Promise<Socket> {
  const signed = await sign(engine, { ...options, headers });
  return sendRaw(engine, signed, part);
}

export async function sendRaw(engine: Engine, request: RawRequest, part: string | Buffer): Promise<Socket> {
  const { hostname, port, host } = new URL(engine.endpoint);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const lines = Object.entries({ host, ...request.headers }).map(([name, value]) => `${name}: ${value}`);
  socket.write([`${request.method} ${request.path} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
  socket.write(part);
  return socket;
}
