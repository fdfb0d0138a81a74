import { parseArgs } from 'node:util';
import { ConfigError, readJobConfig } from '../config.ts';
import { buildJobs } from '../jobs.ts';
import { UNHURRIED } from '../shared/event-handler.ts';
import { createLogger } from '../shared/log.ts';
import type { SweepReport } from '../shared/sweep.ts';
import { environment } from './environment.ts';

const HELP = `Mends what crashes, lost events and forsaken uploads leave behind. It runs every hour by itself; this is one run by hand.

  npm run sweep -- --dry-run     prints what it would do, and does nothing
  npm run sweep
  npm run sweep -- --help        this

It works on the tables and buckets that the settings lead to (.env.example): real AWS with no more than your credentials.
The data of a running "npm run dev" is reached by what that prints as Tables, Storage, key and secret:

  DYNAMODB_ENDPOINT=… S3_ENDPOINT=… AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… npm run sweep -- --dry-run

One run looks at a bounded piece, and the next goes on behind it: run it again until it says that it got to the end.
`;

const say = (text: string) => process.stdout.write(`${text}\n`);

function tell({ dryRun, parts }: SweepReport): void {
  for (const { part, looked, found, mended, failed, isThrough } of parts) {
    for (const { action, target } of found) say(`${dryRun ? 'would ' : ''}${action}: ${target}`);
    const done = dryRun ? '' : `, ${mended} mended, ${failed} failed`;
    say(`${part}: ${looked} looked at, ${found.length} found${done}${isThrough ? '' : '; there is more, run it again'}`);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } });
  if (values.help) return void process.stdout.write(HELP);
  const jobs = buildJobs(readJobConfig(environment()), createLogger('error', process.stderr));
  try {
    const report = await jobs.sweep(UNHURRIED, { dryRun: values['dry-run'] });
    tell(report);
    if (report.parts.some(({ failed }) => failed > 0)) process.exitCode = 1;
  } finally {
    jobs.close();
  }
}

await main().catch((error: Error & { code?: string }) => {
  const isUsage = error instanceof ConfigError || error.code?.startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`sweep: ${isUsage ? error.message : error.stack}\n`);
  process.exitCode = isUsage ? 2 : 1;
});
