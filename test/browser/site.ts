import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type LocalServer, listen } from '../../src/local/listen.ts';

const HERE = import.meta.dirname;

/** The page as a frontend's own build would make it. */
export async function bundlePage(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(HERE, 'page.ts')],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'error',
  });
  return String(outputFiles[0]?.text);
}

/** Serves the page from an origin that is neither the API's nor the storage's. */
export async function startSite(script: string): Promise<LocalServer> {
  const page = await readFile(join(HERE, 'page.html'));
  const server = createServer(({ url }, response) => {
    if (url === '/') response.setHeader('content-type', 'text/html; charset=utf-8').end(page);
    else if (url === '/page.js') response.setHeader('content-type', 'text/javascript; charset=utf-8').end(script);
    else response.writeHead(404).end();
  });
  return listen(server, 0);
}
