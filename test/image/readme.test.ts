import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');

test('when a reader builds the images as README says, then they are built', async () => {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const commands = readme.split('\n').filter((line) => line.startsWith('docker build '));
  expect(commands).toHaveLength(2);
  for (const command of commands) await promisify(execFile)('bash', ['-c', command], { cwd: ROOT });
}, 600_000);
