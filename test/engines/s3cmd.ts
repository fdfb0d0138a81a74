import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startObjectStore } from '../../src/local/object-store/index.ts';
import { NotAvailable, run } from './processes.ts';

const KEYS = { accessKeyId: 'test', secretAccessKey: 'test' };
const MiB = 1024 ** 2;

async function isThere(): Promise<boolean> {
  return run('s3cmd', ['--version']).then(
    () => true,
    () => false,
  );
}

/** s3cmd from Debian's packages: installed when we may. */
export async function findS3cmd(): Promise<void> {
  if (await isThere()) return;
  if (process.getuid?.() !== 0) throw new NotAvailable('there is no s3cmd: apt-get install s3cmd');
  await run('apt-get', ['install', '-y', '--no-install-recommends', 's3cmd'], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }).catch((error: Error) => {
    throw new NotAvailable(`s3cmd can't be installed: ${error.message}`);
  });
}

/** Uses our own store with a client that knows nothing of us. @throws AssertionError at the first difference. */
export async function runS3cmd(tell: (line: string) => void): Promise<void> {
  await findS3cmd();
  const folder = await mkdtemp(join(tmpdir(), 's3cmd-test-'));
  const store = await startObjectStore(KEYS);
  const host = new URL(store.endpoint).host;
  const settings = [
    ['access_key', KEYS.accessKeyId],
    ['secret_key', KEYS.secretAccessKey],
    ['host_base', host],
    ['host_bucket', host],
    ['use_https', 'False'],
    ['bucket_location', 'us-east-1'],
  ];
  const config = join(folder, 'config');
  const s3cmd = (...args: string[]) => run('s3cmd', ['--config', config, '--no-progress', '--verbose', ...args]);
  const file = (name: string) => join(folder, name);

  async function roundTrip(name: string, bytes: Buffer, ...options: string[]): Promise<string> {
    await writeFile(file(name), bytes);
    const said = await s3cmd('put', ...options, file(name), `s3://peer/in/${name}`);
    await s3cmd('get', `s3://peer/in/${name}`, file(`${name}.back`));
    assert.ok(bytes.equals(await readFile(file(`${name}.back`))), `${name} came back changed`);
    tell(`put and got ${name}, ${bytes.length} bytes, the same`);
    return said;
  }
  const list = (path: string) => s3cmd('ls', '--recursive', path);

  try {
    await writeFile(config, ['[default]', ...settings.map(([name, value]) => `${name} = ${value}`), ''].join('\n'));
    await s3cmd('mb', 's3://peer');
    assert.match(await s3cmd('ls'), /s3:\/\/peer/);
    await roundTrip('small file ü+&.bin', randomBytes(1_000));
    await roundTrip('empty.bin', Buffer.alloc(0));
    const said = await roundTrip('large.bin', randomBytes(15 * MiB), '--multipart-chunk-size-mb=5');
    assert.equal(said.match(/Sending file/g)?.length, 3, `it was not sent in three parts: ${said}`);
    const listed = await list('s3://peer/in/');
    for (const name of ['small file ü+&.bin', 'empty.bin', 'large.bin']) assert.ok(listed.includes(`s3://peer/in/${name}`), listed);
    tell('listed all three');
    await s3cmd('del', 's3://peer/in/large.bin');
    assert.ok(!(await list('s3://peer/')).includes('large.bin'));
    await assert.rejects(s3cmd('get', 's3://peer/in/large.bin', file('gone')), /NoSuchKey|404|does not exist/);
    await s3cmd('del', '--recursive', '--force', 's3://peer/');
    assert.equal((await list('s3://peer/')).trim(), '');
    await s3cmd('rb', 's3://peer');
    tell('deleted one, then all, then the bucket');
    await writeFile(config, (await readFile(config, 'utf8')).replace('secret_key = test', 'secret_key = wrong'));
    await assert.rejects(s3cmd('ls'), /SignatureDoesNotMatch|403/);
    tell('was refused with a wrong secret');
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}
