import { readFile } from 'node:fs/promises';
import { readJobConfig } from '../../src/config.ts';
import { buildJobs } from '../../src/jobs.ts';
import { originalKey } from '../../src/photos/key.ts';
import { eachInFlight } from '../../src/shared/batches.ts';
import { UNHURRIED } from '../../src/shared/event-handler.ts';
import { createLogger } from '../../src/shared/log.ts';

/** What one process made, and what it took; told on standard output. */
export interface Made {
  seconds: number;
  /** Of this process's own, which others on the machine do not change. */
  cpuSeconds: number;
  rssBytes: number;
}

type Make = (index: number) => Promise<void>;

/** Bare sharp: the same pipeline on bytes that are in memory already, as many at once. */
async function bare(file: string): Promise<Make> {
  const { default: sharp } = await import('sharp');
  sharp.cache(false);
  sharp.concurrency(1);
  const bytes = await readFile(file);
  return async () => {
    await sharp(bytes).autoOrient().resize(320, 320, { fit: 'inside', withoutEnlargement: true }).webp().toBuffer();
  };
}

/** The event's whole way: row, original, thumbnail, row. */
function ours(ids: { userId: string; photoId: string }[]): Make {
  const jobs = buildJobs(readJobConfig(process.env), createLogger('error'));
  const events = ids.map((id) => ({
    Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'photos' }, object: { key: originalKey(id) } } }],
  }));
  return async (index) => void (await jobs.onPhotoEvent(events[index] as (typeof events)[number], UNHURRIED));
}

const { file, ids, warmUp, atOnce } = JSON.parse(process.argv[2] ?? '{}');
const make = file ? await bare(file) : ours(ids);
const indexes: number[] = ids.map((_: unknown, index: number) => index);
for (const index of indexes.slice(0, warmUp)) await make(index);
const [begun, cpu] = [performance.now(), process.cpuUsage()];
await eachInFlight(atOnce, indexes.slice(warmUp), make);
const { user, system } = process.cpuUsage(cpu);
const made: Made = {
  seconds: (performance.now() - begun) / 1000,
  cpuSeconds: (user + system) / 1e6,
  rssBytes: process.resourceUsage().maxRSS * 1024,
};
process.stdout.write(JSON.stringify(made));
process.exit();
