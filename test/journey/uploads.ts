import assert from 'node:assert/strict';
import { type Client, until } from './client.ts';
import { largePhoto, newPhoto, sha256 } from './files.ts';
import { assertOriginal, assertThumbnail } from './forms.ts';
import type { Journey, Step } from './journey.ts';

const EVENT_SECONDS = 60;

interface Upload {
  method: 'POST' | 'PUT' | 'MULTIPART';
  url: string;
  fields: Record<string, string>;
  headers: Record<string, string>;
  partSize: number;
  parts: { partNumber: number; bytes: number; url: string }[];
}

async function declare(journey: Journey, method: Upload['method'], contentType: string, bytes: Buffer) {
  const json = { method, contentType, bytes: bytes.length, sha256: sha256(bytes), fileName: 'journey', metadata: { by: method } };
  const { body } = await journey.person.must(201, 'POST', '/v1/uploads', { json });
  journey.made.photos.add(body.photo.photoId);
  assert.deepEqual([body.photo.status, body.upload.method], ['pending', method]);
  return { photoId: body.photo.photoId as string, upload: body.upload as Upload };
}

async function put(url: string, bytes: Buffer, headers: Record<string, string> = {}): Promise<void> {
  const answer = await fetch(url, { method: 'PUT', body: new Uint8Array(bytes), headers });
  assert.equal(answer.status, 200, `the storage answered ${answer.status}: ${await answer.text()}`);
}

/** Sends a file as its upload says, straight to the storage. */
async function send({ method, url, fields, headers, partSize, parts }: Upload, file: Buffer): Promise<void> {
  if (method === 'PUT') return put(url, file, headers);
  if (method === 'MULTIPART') {
    assert.ok(parts.length > 1, 'a file of more than one part is in one');
    for (const part of parts) {
      const start = (part.partNumber - 1) * partSize;
      await put(part.url, file.subarray(start, start + part.bytes));
    }
    return;
  }
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([new Uint8Array(file)]));
  const answer = await fetch(url, { method: 'POST', body: form });
  assert.ok(answer.ok, `the storage answered ${answer.status}: ${await answer.text()}`);
}

const complete = (person: Client, photoId: string) => person.must(200, 'POST', `/v1/uploads/${photoId}/complete`);

const byMethod = (method: Upload['method'], contentType: string, make: () => Promise<Buffer>): Step => ({
  title: `an upload by ${method} goes straight to storage, and becomes a photo with a thumbnail`,
  async walk(journey) {
    const bytes = await make();
    const { photoId, upload } = await declare(journey, method, contentType, bytes);
    await journey.person.mustRefuse(409, 'conflict', 'POST', `/v1/uploads/${photoId}/complete`);
    await send(upload, bytes);
    const { body } = await complete(journey.person, photoId);
    assert.deepEqual([body.photo.status, body.photo.contentType, body.photo.metadata], ['ready', contentType, { by: method }]);
    await assertOriginal(journey, photoId, bytes);
    await assertThumbnail(journey, photoId);
  },
});

export const UPLOADS: Step[] = [
  byMethod('POST', 'image/jpeg', newPhoto),
  byMethod('PUT', 'image/jpeg', newPhoto),
  byMethod('MULTIPART', 'image/png', largePhoto),
  {
    title: 'an upload that nobody completes is finished by its event',
    async walk(journey) {
      const bytes = await newPhoto();
      const { photoId, upload } = await declare(journey, 'PUT', 'image/jpeg', bytes);
      await send(upload, bytes);
      const read = async () => (await journey.person.must(200, 'GET', `/v1/uploads/${photoId}`)).body.photo.status;
      assert.equal(await until('that it is finished', EVENT_SECONDS, read, (status) => status !== 'pending'), 'ready');
      await assertOriginal(journey, photoId, bytes);
    },
  },
  {
    title: 'an upload of what is no image is rejected, and its storage takes no other size',
    async walk(journey) {
      const text = Buffer.from('this is no image, whatever its declared type says');
      const { photoId, upload } = await declare(journey, 'PUT', 'image/jpeg', text);
      const larger = await fetch(upload.url, { method: 'PUT', body: new Uint8Array(text.length + 1), headers: upload.headers });
      assert.equal(larger.status, 403);
      await send(upload, text);
      const { status, body } = await journey.person.call('POST', `/v1/uploads/${photoId}/complete`);
      assert.deepEqual([status, body.code], [415, 'unsupported-media-type']);
    },
  },
  {
    title: 'an upload can be ended, and is gone',
    async walk(journey) {
      const { photoId } = await declare(journey, 'MULTIPART', 'image/png', await largePhoto());
      await journey.person.must(204, 'DELETE', `/v1/uploads/${photoId}`);
      await journey.person.mustRefuse(404, 'not-found', 'GET', `/v1/uploads/${photoId}`);
    },
  },
];
