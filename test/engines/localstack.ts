import { existsSync, globSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, NotAvailable, run, start, stop, untilReady } from './processes.ts';

const FOLDER = join(import.meta.dirname, '../../.cache/localstack');
/** Written last: without it an installation was broken off, or is of other packages. */
const INSTALLED = join(FOLDER, 'installed.txt');
/** The last LocalStack that needs no account, with what S3 and SQS need of it. It takes newer packages than it can work with, so those are held back. */
const PACKAGES = ['localstack-core[base-runtime]==4.14.*', 'moto-ext', 'cbor2<6', 'localstack-twisted<26', 'pyopenssl<26'];
/** It says 3.10, but its source doesn't compile before 3.12. */
const PYTHONS = ['3.13', '3.12'];

async function findPython(): Promise<string> {
  const pyenv = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  const candidates = [
    ...PYTHONS.flatMap((version) => [`python${version}`, ...globSync(join(pyenv, `${version}*/bin/python3`))]),
    'python3',
  ];
  const check = `import sys, venv; sys.exit(sys.version_info[:2] < (3, 12))`;
  for (const python of candidates) {
    const works = await run(python, ['-c', check]).then(
      () => true,
      () => false,
    );
    if (works) return python;
  }
  throw new NotAvailable(`it needs Python ${PYTHONS.join(' or ')} with venv`);
}

/** Makes the virtual environment, once. @returns its Python */
export async function installLocalStack(): Promise<string> {
  const python = join(FOLDER, 'bin/python');
  const installed = existsSync(INSTALLED) ? await readFile(INSTALLED, 'utf8') : '';
  if (installed === PACKAGES.join('\n')) return python;
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  const base = await findPython();
  try {
    await run(base, ['-m', 'venv', FOLDER]);
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES]);
  } catch (error) {
    throw new NotAvailable(`it can't be installed: ${(error as Error).message}`);
  }
  await writeFile(INSTALLED, PACKAGES.join('\n'));
  return python;
}

/** LocalStack's S3 and SQS, without Docker. Like DynamoDB Local it listens on every interface, whatever GATEWAY_LISTEN says, while the tests run. */
export async function startLocalStack(): Promise<{ endpoint: string; pid: number; stop(): Promise<void> }> {
  const python = await installLocalStack();
  const port = await freePort();
  const data = await mkdtemp(join(tmpdir(), 'localstack-test-'));
  const env = {
    ...process.env,
    GATEWAY_LISTEN: `127.0.0.1:${port}`,
    SERVICES: 's3,sqs',
    EAGER_SERVICE_LOADING: '1',
    // without it no presigned signature is looked at
    S3_SKIP_SIGNATURE_VALIDATION: '0',
    // nothing of it goes to any other host, and it takes no port but its own
    DISABLE_EVENTS: '1',
    SKIP_SSL_CERT_DOWNLOAD: '1',
    DNS_ADDRESS: '0',
    // what it writes is removed with it
    FILESYSTEM_ROOT: data,
    LOCALSTACK_VOLUME_DIR: join(data, 'volume'),
    XDG_CACHE_HOME: join(data, 'cache'),
  };
  const child = start(python, ['-m', 'localstack.runtime.main'], { env });
  child.once('exit', () => rmSync(data, { recursive: true, force: true }));
  const endpoint = `http://127.0.0.1:${port}`;
  const isReady = async (answer: Response) => {
    const { services = {} } = (await answer.json()) as { services?: Record<string, string> };
    return services.s3 === 'running' && services.sqs === 'running';
  };
  await untilReady(child, `${endpoint}/_localstack/health`, isReady, 120);
  return { endpoint, pid: Number(child.pid), stop: () => stop(child) };
}
