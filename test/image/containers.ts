import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { saidBy, start, untilReady } from '../engines/processes.ts';

const ROOT = join(import.meta.dirname, '../..');
const MOST_OUTPUT = 64 * 1024 ** 2;

/** What a command of Docker prints. @throws when it fails, with what it said. */
export async function docker(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('docker', args, { cwd: ROOT, maxBuffer: MOST_OUTPUT });
  return stdout.trim();
}

/** Builds a target of our Dockerfile, or finds it built. @returns the image's id: its name may be another checkout's by now. */
export const build = (target: string): Promise<string> =>
  docker('build', '--quiet', '--file', 'docker/Dockerfile', '--target', target, '--tag', `photoform-test:${target}`, '.');

export interface Container {
  id: string;
  /** All that it has printed. */
  said(): string;
  /** It has printed this, or prints it next. @throws when it ends before. */
  whenSaid(text: string): Promise<void>;
  /** Where a port of it is reached from here. */
  url(port: number): Promise<string>;
  /** Whatever is at a URL answers, be it an error. @throws when the container ends before. */
  whenAnswering(url: string): Promise<void>;
  /** Asks it to end. @returns its exit status. */
  stop(): Promise<number>;
}

const flags = (env: Record<string, string>) => Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);

const running = new Set<string>();

/** Starts a container; it is removed when it ends. @param args `docker run`'s own, then the image, then its command. */
export async function startContainer(env: Record<string, string>, ...args: string[]): Promise<Container> {
  const id = await docker('run', '--detach', '--rm', ...flags(env), ...args);
  running.add(id);
  const status = docker('wait', id);
  const logs = start('docker', ['logs', '--follow', id]);
  const ended = once(logs, 'close');
  const said = saidBy(logs);
  return {
    id,
    said: () => said.text,
    whenSaid: (text) =>
      new Promise((resolve, reject) => {
        const check = () => said.text.includes(text) && resolve();
        for (const stream of [logs.stdout, logs.stderr]) stream?.on('data', check);
        check();
        void ended.then(() => reject(new Error(`it ended without saying "${text}": ${said.text}`)));
      }),
    whenAnswering: (url) => untilReady(logs, url, async () => true, 20),
    url: async (port) => `http://${await docker('port', id, String(port))}`,
    async stop() {
      running.delete(id);
      await docker('stop', id);
      await ended;
      return Number(await status);
    },
  };
}

/** Ends what is still running, as after a test that failed. */
export async function endContainers(): Promise<void> {
  await Promise.all([...running].map((id) => docker('kill', id)));
}

/** Runs a container to its end. @returns its exit status, and all that it printed. */
export async function runContainer(env: Record<string, string>, ...args: string[]): Promise<{ status: number; said: string }> {
  const child = start('docker', ['run', '--rm', ...flags(env), ...args]);
  const said = saidBy(child);
  const [status] = await once(child, 'close');
  return { status, said: said.text };
}
