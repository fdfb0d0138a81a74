import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Dev, freePorts, outcome, startDev } from '../support/dev.ts';

const ROOT = join(import.meta.dirname, '../..');
/** The service's, and its issuer's beside it. */
const DEFAULT_PORTS = [3000, 3001];
const urlAt = (port: number) => `http://127.0.0.1:${port}`;

/** Run by `.ci/run` or by this very suite, where running them here would undo what it stands on, or lack a queue or an account. */
const RUN_ELSEWHERE =
  /^(git clone .*|npm (ci|test|start)|npm run (dev|worker|init|redrive( -- --dry-run)?|lint|typecheck|test:contracts|test:parity|test:newcomer|test:faults|test:engines|test:browser|test:image|test:journey|test:cdk)|docker (build|compose) .*|npx cdk (synth|bootstrap|deploy --all))$/;

/** The shell commands of a page, in the order in which a reader comes across them. */
async function commandsOf(page: string): Promise<string[]> {
  const text = await readFile(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block]) => (block ?? '').trim().split('\n'));
}

/** Runs commands as one shell session; the first that fails ends it, and so does an error answer to curl. */
function runInShell(commands: string[], port: number) {
  const all = ['set -euo pipefail', 'curl() { command curl --no-progress-meter --fail-with-body "$@"; }', ...commands].join('\n');
  const script = DEFAULT_PORTS.reduce((text, usual, index) => text.replaceAll(urlAt(usual), urlAt(port + index)), all);
  const env = { ...process.env, PORT: String(port), NODE_OPTIONS: '' };
  return outcome(spawn('bash', ['-c', script], { cwd: ROOT, env }));
}

let dev: Dev;
let port: number;
let cwd: string;
beforeAll(async () => {
  port = await freePorts();
  // data in memory, but the issuer's key from where `npm run token` finds it
  dev = await startDev(port, ['--memory'], ROOT);
  cwd = await mkdtemp(join(tmpdir(), 'photoform-readme-'));
});
afterAll(async () => {
  await dev.stop();
  await rm(cwd, { recursive: true });
});

test.each(['README.md', 'CONTRIBUTING.md'])('when a reader types the commands of %s, then every one works', async (page) => {
  const commands = (await commandsOf(page)).filter((command) => !RUN_ELSEWHERE.test(command));
  const { code, out, err } = await runInShell(commands, port);
  expect({ code, ...(code !== 0 && { out, err }) }).toEqual({ code: 0 });
});

test('when the line that npm run dev prints is pasted, then a photo is added', async () => {
  const [line] = /^ *curl -i .*$/m.exec(dev.printed()) ?? [];
  const { out } = await runInShell([String(line)], port);
  expect(out).toMatch(/^HTTP\/1\.1 201 Created/);
  expect(out).toMatch(/location: \/v1\/users\/ann\/photos\//i);
});

test('when README names a file of the project, then it exists', async () => {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const paths = [...readme.matchAll(/`((?:src|test|seed|bench|http|photos|users|access|local|shared)\/[\w./-]+\.\w+)`/g)].map(([, path]) =>
    String(path),
  );
  expect(paths.length).toBeGreaterThan(5);
  const missing = await Promise.all(paths.map(async (path) => ((await exists(path)) ? [] : [path])));
  expect(missing.flat()).toEqual([]);
});

async function exists(path: string): Promise<boolean> {
  const found = await Promise.all(
    [path, `src/${path}`].map((candidate) =>
      readFile(join(ROOT, candidate)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}
