import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { v7 as uuidv7 } from 'uuid';
import { readConfig } from '../src/config.ts';
import { buildServices, type Services } from '../src/services.ts';
import { systemActor } from '../src/shared/actor.ts';
import { createLogger } from '../src/shared/log.ts';
import { startBackend } from './support/backend.ts';
import { median } from './support/figures.ts';
import type { Made } from './support/thumbnails-process.ts';

const RUNS = 7;
const WARM_UP = 4;
const PHOTOS = 24;
/** A core is left to the engines, which on AWS are elsewhere. */
const DECODES = Math.max(1, availableParallelism() - 1);
const IDS = Array.from({ length: WARM_UP + PHOTOS });

/** 12 megapixels, as detailed as a photograph is. */
const photo = () =>
  sharp({ create: { width: 4000, height: 3000, channels: 3, noise: { type: 'gaussian', mean: 128, sigma: 12 }, background: '#000' } })
    .jpeg({ quality: 88 })
    .toBuffer();

async function make(task: object, env: Record<string, string>): Promise<Made> {
  const args = [
    '--disable-warning=ExperimentalWarning',
    'bench/support/thumbnails-process.ts',
    JSON.stringify({ warmUp: WARM_UP, ...task }),
  ];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...env } });
  return JSON.parse(stdout);
}

/** So many photos that wait for their thumbnails. */
async function waiting({ photos }: Services, bytes: Buffer): Promise<{ userId: string; photoId: string }[]> {
  const ids = IDS.map(() => ({ userId: 'bench', photoId: uuidv7() }));
  for (const { userId, photoId } of ids) await photos.addPhoto(systemActor('bench'), { userId, bytes, metadata: {} }, photoId);
  return ids;
}

interface Figures {
  rate: number;
  cpu: number;
}

function figures(name: string, made: Made[]): Figures {
  const rate = median(made.map(({ seconds }) => PHOTOS / seconds));
  const cpu = median(made.map(({ cpuSeconds }) => cpuSeconds / PHOTOS));
  const rss = median(made.map(({ rssBytes }) => rssBytes));
  process.stdout.write(
    `${name.padEnd(40)} ${rate.toFixed(1)} photos/s, CPU ${(cpu * 1000).toFixed(0)} ms a photo, peak RSS ${(rss / 1e6).toFixed(0)} MB\n`,
  );
  return { rate, cpu };
}

/** Thumbnails of 12-megapixel JPEGs: the whole way of an event, beside bare sharp on bytes that are in memory; each run a fresh process. */
export async function run(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'photoform-bench-'));
  const backend = await startBackend();
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = backend.env;
  const services = buildServices(readConfig(backend.env), createLogger('silent'), { accessKeyId, secretAccessKey });
  const env = { ...backend.env, DECODES: String(DECODES) };
  const bytes = await photo();
  const file = join(folder, 'photo.jpg');
  await writeFile(file, bytes);
  const [ours, bare]: [Made[], Made[]] = [[], []];
  try {
    for (let run = 0; run < RUNS; run++) {
      ours.push(await make({ ids: await waiting(services, bytes), atOnce: 2 * DECODES + 2 }, env));
      bare.push(await make({ file, ids: IDS, atOnce: DECODES }, {}));
    }
    process.stdout.write(
      `12-megapixel JPEGs of ${(bytes.length / 1e6).toFixed(1)} MB, ${DECODES} decoded at once, medians of ${RUNS} runs\n`,
    );
    const [event, sharpAlone] = [figures('event: row, original, thumbnail, row', ours), figures('bare sharp, bytes in memory', bare)];
    process.stdout.write(
      `${(event.rate / sharpAlone.rate).toFixed(2)} of bare sharp's pace, ${(sharpAlone.cpu / event.cpu).toFixed(2)} by CPU\n`,
    );
  } finally {
    services.close();
    await backend.close();
    await rm(folder, { recursive: true });
  }
}
