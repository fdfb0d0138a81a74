import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A secret that is made once and then kept in a file only its owner can read; of two processes that make it at once, one wins. */
export async function kept<T>(file: string, make: () => Promise<T> | T): Promise<T> {
  const found = await readFile(file, 'utf8').catch(absent);
  if (found !== undefined) return JSON.parse(found) as T;
  const draft = `${file}.${randomUUID()}`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(draft, JSON.stringify(await make()), { mode: 0o600 });
  try {
    await link(draft, file); // unlike a rename, it never replaces what another process has just put there
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft);
  }
  return JSON.parse(await readFile(file, 'utf8')) as T;
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
