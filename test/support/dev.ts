import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

export interface Dev {
  url: string;
  /** All it has printed. */
  printed(): string;
  stop(): Promise<void>;
}

function bind(port: number): Promise<ReturnType<typeof createServer> | undefined> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

/** A port that is free, and the two after it. */
export async function freePorts(): Promise<number> {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 12_000);
    const bound = await Promise.all([first, first + 1, first + 2].map(bind));
    await Promise.all(bound.map((server) => server && new Promise((resolve) => server.close(resolve))));
    if (bound.every(Boolean)) return first;
  }
}

/** Runs a file of `src/main/` as `npm run` would, in a folder of its own. */
export function spawnMain(file: string, args: string[], options: { cwd: string; env?: Record<string, string> }): ChildProcess {
  const env = { ...process.env, NODE_ENV: '', NODE_OPTIONS: '', ...options.env };
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(ROOT, 'src/main', file), ...args], {
    cwd: options.cwd,
    env,
  });
}

/** What a process prints and how it ends. */
export async function outcome(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  const text = { out: '', err: '' };
  child.stdout?.on('data', (chunk) => (text.out += chunk));
  child.stderr?.on('data', (chunk) => (text.err += chunk));
  const [code] = await once(child, 'close');
  return { code, ...text };
}

/** `npm run dev`, waited for until it says that it is there. */
export async function startDev(port: number, args: string[], cwd: string): Promise<Dev> {
  const child = spawnMain('dev.ts', args, { cwd, env: { PORT: String(port) } });
  let printed = '';
  const collect = (chunk: unknown) => {
    printed += chunk;
  };
  child.stderr?.on('data', collect);
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk) => {
      collect(chunk);
      if (printed.includes('Ctrl-C ends it')) resolve();
    });
    child.once('exit', () => reject(new Error(`dev ended: ${printed}`)));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    printed: () => printed,
    async stop() {
      child.kill('SIGINT');
      await once(child, 'exit');
    },
  };
}
