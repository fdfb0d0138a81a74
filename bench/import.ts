import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Upload } from '@aws-sdk/lib-storage';
import { readJobConfig } from '../src/config.ts';
import { provision } from '../src/provision.ts';
import { awsClients } from '../src/shared/aws.ts';
import { median } from './support/figures.ts';
import { FORMATS, type Format, type Work, writeRows } from './support/import-files.ts';
import { startDynamoDbProcess, startNullTable, startObjectStoreProcess } from './support/processes.ts';

/** How many rows, and how often each is measured. */
const SIZES: [rows: number, rounds: number][] = [
  [10_000, 5],
  [100_000, 3],
  [1_000_000, 3],
];
/** The embedded engine is used up to here; above it both sides write to a table that keeps nothing. */
const MOST_ON_ENGINE = 100_000;
const GOALS = { ratio: 0.85, memory: 1.15, parsing: 100_000 };

interface Figures {
  rowsPerSecond: number;
  /** A row. */
  cpuMicroseconds: number;
  peakRss: number;
}

const say = (line: string) => process.stdout.write(`${line}\n`);
const MB = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

/** One piece of work in a process of its own. */
async function measured(work: Work, flags: string[]): Promise<Figures> {
  const worker = join(import.meta.dirname, 'support/import-worker.ts');
  const child = fork(worker, [JSON.stringify(work)], { execArgv: ['--disable-warning=ExperimentalWarning', ...flags] });
  const exit = once(child, 'exit');
  const figures = await Promise.race([once(child, 'message').then(([message]) => message as Figures), exit.then(() => undefined)]);
  await exit;
  if (!figures) throw new Error(`${work.what} of ${work.key} failed`);
  return figures;
}

/** All that one file is measured for, in turns. */
async function rounds(count: number, work: Omit<Work, 'what'>, flags: string[]): Promise<Record<Work['what'], Figures[]>> {
  const figures: Record<Work['what'], Figures[]> = { import: [], bare: [], parse: [] };
  for (let round = 0; round < count; round++)
    for (const what of ['import', 'bare', 'parse'] as const) figures[what].push(await measured({ ...work, what }, flags));
  return figures;
}

/**
 * Rows a second and peak memory of the import beside a bare csv-parse (or readline) + BatchWriteItem loop, in turns, each in a fresh
 * process on the same engines; and of reading, parsing and validating alone.
 * @param args `--rows 10000` first for one size alone; then flags for the processes' Node.js: `--cpu-prof`, say.
 */
export async function run(args: string[]): Promise<void> {
  const only = args[0] === '--rows' ? Number(args[1]) : undefined;
  const flags = only === undefined ? args : args.slice(2);
  const objects = await startObjectStoreProcess();
  const peaks = new Map<string, number>();
  try {
    for (const [rows, times] of SIZES.filter(([each]) => only === undefined || only === each)) {
      const isKept = rows <= MOST_ON_ENGINE;
      for (const format of FORMATS) {
        const table = await (isKept ? startDynamoDbProcess() : startNullTable());
        const work = { format, rows, key: `imports/${rows}.${format}`, ...settingsOf(table.url, objects.url) };
        await putFile(work);
        const figures = await rounds(times, work, flags);
        await table.stop();
        tell(`${format} ${rows} rows, ${isKept ? 'dynalite' : 'a table that keeps nothing'}`, format, figures);
        peaks.set(`${format} ${rows}`, median(figures.import.map(({ peakRss }) => peakRss)));
      }
    }
  } finally {
    await objects.stop();
  }
  for (const format of FORMATS) {
    const growth = (peaks.get(`${format} 1000000`) ?? Number.NaN) / (peaks.get(`${format} 10000`) ?? Number.NaN);
    if (!Number.isNaN(growth))
      say(`${format}: peak memory at 1,000,000 rows is ${growth.toFixed(2)} × that at 10,000 (goal ${GOALS.memory})`);
  }
}

const settingsOf = (dynamodb: string, s3: string) => ({
  env: { DYNAMODB_ENDPOINT: dynamodb, S3_ENDPOINT: s3 },
  credentials: { accessKeyId: 'bench', secretAccessKey: 'bench-secret' },
});

async function putFile({ env, credentials, key, format, rows }: Omit<Work, 'what'>): Promise<void> {
  const config = readJobConfig(env);
  const { tables: dynamodb, objects: s3 } = awsClients({ ...config.aws, credentials });
  await provision({ dynamodb, s3 }, { ...config, corsOrigins: [] });
  const Body = Readable.from(writeRows(format, rows));
  await new Upload({ client: s3, params: { Bucket: config.buckets.imports, Key: key, Body } }).done();
}

function tell(what: string, format: Format, figures: Record<Work['what'], Figures[]>): void {
  const pace = (of: Work['what']) => Math.round(median(figures[of].map(({ rowsPerSecond }) => rowsPerSecond)));
  const cpu = (of: Work['what']) => `${median(figures[of].map(({ cpuMicroseconds }) => cpuMicroseconds)).toFixed(1)} µs of CPU a row`;
  const peak = (of: Work['what']) => MB(median(figures[of].map(({ peakRss }) => peakRss)));
  const ratio = median(
    figures.import.map(({ rowsPerSecond }, round) => rowsPerSecond / (figures.bare[round]?.rowsPerSecond ?? Number.NaN)),
  );
  say(`${what}:`);
  say(`  import ${pace('import')} rows/s, ${cpu('import')}, peak ${peak('import')}`);
  say(`  bare loop ${pace('bare')} rows/s, ${cpu('bare')}, peak ${peak('bare')}`);
  say(`  ratio ${ratio.toFixed(2)} (goal ${GOALS.ratio})`);
  say(
    `  parse and validate alone ${pace('parse')} rows/s${format === 'ndjson' ? ` (goal ${GOALS.parsing})` : ''}, ${cpu('parse')}, peak ${peak('parse')}`,
  );
}
