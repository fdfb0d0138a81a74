import { glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { bundle } from '../../docker/bundle.ts';

/** Below the repository, so that packages are found in its `node_modules`. */
export const BUILT = resolve('.cache/bench');

/** The service and its peers as plain JavaScript, a file a module: what runs when nobody bundles, less the stripping of types. */
export async function buildUnbundled(): Promise<string> {
  const folder = join(BUILT, 'unbundled');
  await rm(folder, { recursive: true, force: true });
  for await (const file of glob(['src/**/*.ts', 'bench/peers/*.ts', 'bench/support/{runtime-client,invoker}.ts'], {
    exclude: ['src/local/**'],
  })) {
    const script = stripTypeScriptTypes(await readFile(file, 'utf8')).replaceAll(/(from |import\()'(\.[^']+)\.ts'/g, "$1'$2.js'");
    const target = join(folder, file.replace(/ts$/, 'js'));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, script);
  }
  await writeFile(join(folder, 'package.json'), '{"type": "module"}');
  return folder;
}

/** The functions as the image has them. */
export async function buildBundle(): Promise<string> {
  const folder = join(BUILT, 'bundle');
  await bundle(folder);
  return folder;
}
