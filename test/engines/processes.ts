import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Something this machine hasn't got. What needs it is skipped, loudly. */
export class NotAvailable extends Error {}

const GRACE_MS = 10_000;
const POLL_MS = 100;
const started = new Set<ChildProcess>();
let isEnding = false;

const isRunning = (child: ChildProcess) => child.pid !== undefined && child.exitCode === null && child.signalCode === null;

/** Starts a program in a process group of its own, so that it and whatever it starts can be ended, and nothing else. */
export function start(program: string, args: string[], options: SpawnOptions = {}): ChildProcess {
  if (isEnding) throw new Error('interrupted');
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options, detached: true });
  started.add(child);
  child.once('exit', () => started.delete(child));
  child.once('error', () => started.delete(child));
  return child;
}

/** Ends a program that `start` started, politely first. */
export async function stop(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return;
  const exited = once(child, 'exit');
  signalGroup(child, 'SIGTERM');
  const force = setTimeout(() => signalGroup(child, 'SIGKILL'), GRACE_MS);
  await exited;
  clearTimeout(force);
}

/** Ends all that is running, and lets nothing more begin: what waits for them fails, and clears away what it made. */
export async function interrupt(): Promise<void> {
  isEnding = true;
  await Promise.all([...started].map(stop));
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-Number(pid), signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Everything a program says, also what it is still going to say. */
export function saidBy(child: ChildProcess): { text: string } {
  const said = { text: '' };
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text) => (said.text += text));
  return said;
}

/** Runs a program to its end. @throws NotAvailable when there is no such program, Error when it fails, with the end of what it said. */
export async function run(program: string, args: string[], options: SpawnOptions = {}): Promise<string> {
  const child = start(program, args, options);
  const said = saidBy(child);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', () => reject(new NotAvailable(`there is no ${program}`)));
    child.once('close', resolve);
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed (${status}):\n${said.text.slice(-2_000)}`);
  return said.text;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}

/** Asks a server that `child` runs until `isReady` likes its answer. @throws NotAvailable when it ends or takes too long, with its last words. */
export async function untilReady(child: ChildProcess, url: string, isReady: (answer: Response) => Promise<boolean>, seconds: number) {
  const said = saidBy(child);
  const failure = new Promise<Error>((resolve) => child.once('error', resolve));
  const deadline = Date.now() + seconds * 1_000;
  while (Date.now() < deadline) {
    const answer = await Promise.race([failure, fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined)]);
    if (answer instanceof Error || !isRunning(child)) break;
    if (answer && (await isReady(answer))) return;
    await delay(POLL_MS);
  }
  await stop(child);
  throw new NotAvailable(`it did not come up; it said:\n${said.text.slice(-1_500)}`);
}
