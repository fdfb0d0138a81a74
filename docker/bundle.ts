import { existsSync } from 'node:fs';
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');
const MAIN = 'src/main';
/** What of `src/main/` is no process, or one for a checkout alone. */
const NOT_SHIPPED = ['environment.ts', 'dev.ts', 'token.ts', 'alb.ts', 'init.ts', 'issuer.ts', 'sweep.ts'];
/** Packages with native code: they go along as they are, with what they need. */
const NATIVE = ['sharp'];
/** What packages try to find and do without; it is installed for development alone. */
const LEFT_OUT = ['supports-color'];

/** The processes of the images by the names of their files: `api.lambda.ts` is `api`, as Lambda's handler strings have it. */
async function entryPoints(): Promise<{ in: string; out: string }[]> {
  const files = await readdir(join(ROOT, MAIN));
  const shipped = files.filter((file) => !NOT_SHIPPED.includes(file));
  return shipped.map((file) => ({ in: join(MAIN, file), out: file.replace(/(\.lambda)?\.ts$/, '') }));
}

const installed = (name: string) => join(ROOT, 'node_modules', name);

/** Adds packages with all that they depend on; of optional ones (other platforms' native code, say) those that are installed. */
async function addPackages(names: string[], all: Set<string>): Promise<Set<string>> {
  for (const name of names.filter((candidate) => !all.has(candidate))) {
    all.add(name);
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(await readFile(join(installed(name), 'package.json'), 'utf8'));
    const optional = Object.keys(optionalDependencies).filter((candidate) => existsSync(installed(candidate)));
    await addPackages([...Object.keys(dependencies), ...optional], all);
  }
  return all;
}

/** Node's HTTP modules by `require`: an `import` of them reads every export, and one of these, `WebSocket`, loads all that `fetch` needs. */
const requiredHttp: Plugin = {
  name: 'required-http',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?https?$/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'required' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'required' }, ({ path }) => ({ contents: `module.exports = require('${path}')` }));
  },
};

/**
 * Makes a folder that runs wherever there is Node.js 24 on this platform: `node server.mjs`, or on Lambda `api.handler`.
 * Names are kept and lines short, so a stack says where it came from without a source map; white space isn't, as it takes time to read.
 * @param folder is emptied first.
 * @returns what went into it, in esbuild's own form.
 */
export async function bundle(folder: string): Promise<Metafile> {
  await rm(folder, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: await entryPoints(),
    outdir: folder,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm', // the functions await in their modules
    splitting: true, // what several processes share is there once, what is imported late is loaded late
    outExtension: { '.js': '.mjs' },
    mainFields: ['module', 'main'], // the SDK's modules take a sixth less time to load than its CommonJS
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" }, // for CommonJS in it
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 160,
    external: [...NATIVE, ...LEFT_OUT],
    plugins: [requiredHttp],
    metafile: true,
    logLevel: 'warning',
  });
  for (const name of await addPackages(NATIVE, new Set())) {
    await cp(installed(name), join(folder, 'node_modules', name), { recursive: true });
  }
  return metafile;
}

if (import.meta.main) await bundle(join(ROOT, 'dist'));
