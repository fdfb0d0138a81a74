import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Metafile } from 'esbuild';
import { bundle } from '../../docker/bundle.ts';

const ROOT = join(import.meta.dirname, '../..');

let folder: string;
let made: Metafile;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'photoform-bundle-'));
  made = await bundle(folder);
});
afterAll(() => rm(folder, { recursive: true }));

/** The folder of the package that a file is in, as the lockfile names it. */
const packageOf = (file: string) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];

test('when the processes are bundled, then nothing that is for development alone gets in', async () => {
  const { packages } = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  const files = Object.keys(made.inputs).filter((file) => !file.startsWith('required:')); // Node's own modules
  const ours = files.filter((file) => !packageOf(file));
  const theirs = new Set(files.flatMap((file) => packageOf(file) ?? []));
  expect(ours.filter((file) => !file.startsWith('src/') || file.startsWith('src/local/'))).toEqual([]);
  expect([...theirs].filter((name) => packages[name] === undefined || packages[name].dev)).toEqual([]);
  expect(theirs).toContain('node_modules/express');
});

test('when the functions are bundled, then each is where its handler string says', async () => {
  const functions = Object.entries(made.outputs).filter(([, { entryPoint }]) => entryPoint?.endsWith('.lambda.ts'));
  const handlers = functions.map(([path, { entryPoint, exports }]) => [basename(path), basename(String(entryPoint)), exports]);
  expect(handlers).toContainEqual(['api.mjs', 'api.lambda.ts', ['handler']]);
  for (const [path, entryPoint, exports] of handlers) {
    expect({ path, exports }).toEqual({ path: String(entryPoint).replace('.lambda.ts', '.mjs'), exports: ['handler'] });
  }
});
