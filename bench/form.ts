import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { jpegOfSize, photograph } from '../test/support/images.ts';
import { type Backend, startBackend } from './support/backend.ts';
import { median } from './support/figures.ts';

/** The size of form that the limits are stated for. */
const DECODED = 1_900_000;
const RUNS = 5;

type Post = (url: string, headers: Record<string, string>, photo: Buffer) => Promise<Response>;

const asJson: Post = (url, headers, photo) =>
  fetch(`${url}/v1/form`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ photo: photo.toString('base64') }),
  });

const asMultipart: Post = (url, headers, photo) => {
  const body = new FormData();
  body.append('photo', new Blob([new Uint8Array(photo)]), 'photo.jpg');
  return fetch(`${url}/v1/form`, { method: 'POST', headers, body });
};

async function memory(pid: number, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
}

/** Bytes by which a fresh service's memory peaks over what it had before one form, after small ones have loaded its code. */
async function extraMemory(backend: Backend, post: Post, photo: Buffer): Promise<number> {
  const service = spawn(process.execPath, ['src/main/server.ts'], {
    env: { ...process.env, ...backend.env, LOG_LEVEL: 'info', PORT: '0' },
  });
  const [line] = await once(service.stdout, 'data');
  const port = /"port":(\d+)/.exec(String(line))?.[1];
  const url = `http://127.0.0.1:${port}`;
  const pid = service.pid as number;
  try {
    for (const warmUp of [asJson, asMultipart, asJson, asMultipart])
      await expectCreated(await warmUp(url, backend.headers, await photograph()));
    await writeFile(`/proc/${pid}/clear_refs`, '5'); // forget the peak so far
    const before = await memory(pid, 'VmRSS');
    await expectCreated(await post(url, backend.headers, photo));
    return (await memory(pid, 'VmHWM')) - before;
  } finally {
    service.kill();
    await once(service, 'exit');
  }
}

async function expectCreated(answer: Response): Promise<void> {
  if (answer.status !== 201) throw new Error(`the form was answered ${answer.status}: ${await answer.text()}`);
}

/** Extra memory of one form, as a multiple of its decoded size; the image is of few pixels, so that the decoder has no part in it. */
export async function run(): Promise<void> {
  const backend = await startBackend();
  const small = await jpegOfSize(DECODED);
  const large = await sharp({
    create: { width: 4000, height: 3000, channels: 3, noise: { type: 'gaussian', mean: 128, sigma: 8 }, background: '#000' },
  })
    .jpeg({ quality: 60 })
    .toBuffer();
  const progressive = await sharp(large).resize(5000, 5000, { fit: 'fill' }).jpeg({ progressive: true, quality: 20 }).toBuffer();
  const interlaced = await sharp({ create: { width: 5000, height: 5000, channels: 3, background: '#369' } })
    .png({ progressive: true })
    .toBuffer();
  const avif = await sharp({ create: { width: 5000, height: 5000, channels: 3, background: '#369' } })
    .avif({ effort: 0 })
    .toBuffer();
  const gif = await sharp({ create: { width: 5000, height: 5000, channels: 3, background: '#369' } })
    .gif()
    .toBuffer();
  const cases: [string, Post, Buffer][] = [
    ['1.9 MB as JSON', asJson, small],
    ['1.9 MB as multipart', asMultipart, small],
    ['12 megapixels, multipart', asMultipart, large],
    ['25 megapixels, progressive JPEG', asMultipart, progressive],
    ['25 megapixels, interlaced PNG', asMultipart, interlaced],
    ['25 megapixels, AVIF', asMultipart, avif],
    ['25 megapixels, GIF', asMultipart, gif],
  ];
  try {
    for (const [name, post, photo] of cases) {
      const extras: number[] = [];
      for (let run = 0; run < RUNS; run++) extras.push(await extraMemory(backend, post, photo));
      const extra = median(extras);
      process.stdout.write(
        `${name.padEnd(34)} ${(photo.length / 1e6).toFixed(2)} MB: peak extra ${(extra / 1e6).toFixed(1)} MB, ${(extra / photo.length).toFixed(1)} × its size\n`,
      );
    }
  } finally {
    await backend.close();
  }
}
