import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import type { TestService } from './service.ts';

/** A part of a multipart form; with a `fileName` it is a file. */
export interface Part {
  name: string;
  value: string | Buffer;
  fileName?: string;
  type?: string;
}

/** A multipart body, byte for byte as said: no library that mends what a test wants broken. */
export function multipartBody(parts: Part[], boundary: string = randomUUID()): { type: string; body: Buffer } {
  const chunks = parts.flatMap(({ name, value, fileName, type }) => [
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${fileName === undefined ? '' : `; filename="${fileName}"`}\r\n`,
    type === undefined ? '\r\n' : `content-type: ${type}\r\n\r\n`,
    value,
    '\r\n',
  ]);
  const body = Buffer.concat([...chunks, `--${boundary}--\r\n`].map((chunk) => Buffer.from(chunk as string)));
  return { type: `multipart/form-data; boundary=${boundary}`, body };
}

export const filePart = (value: Buffer, fileName = 'photo.jpg', name = 'photo'): Part => ({ name, value, fileName, type: 'image/jpeg' });

export type Headers = Record<string, string>;

/** Posts a form as JSON; a string goes out as it is. */
export async function postJson(service: TestService, user: string, body: object | string, headers: Headers = {}) {
  return service.api
    .post('/v1/form')
    .set(await service.as(user))
    .set({ 'content-type': 'application/json', ...headers })
    .send(body);
}

export async function postParts(service: TestService, user: string, parts: Part[], headers: Headers = {}) {
  const { type, body } = multipartBody(parts);
  return service.api
    .post('/v1/form')
    .set(await service.as(user))
    .set({ 'content-type': type, ...headers })
    .send(body);
}

export interface PhotoBody {
  photoId: string;
  userId: string;
  version: string;
  metadata: Record<string, string>;
}

/** A photo that is there. */
export async function addPhoto(
  service: TestService,
  user: string,
  photo: Buffer,
  metadata: Record<string, string> = {},
): Promise<PhotoBody> {
  const answer = await postJson(service, user, { photo: photo.toString('base64'), metadata });
  expect(answer.status).toBe(201);
  return answer.body.photo;
}

/** So many photos; their ids, the newest first. */
export async function addPhotos(service: TestService, user: string, count: number, photo: Buffer): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) ids.unshift((await addPhoto(service, user, photo)).photoId);
  return ids;
}

export const originalKey = ({ userId, photoId }: Pick<PhotoBody, 'userId' | 'photoId'>) =>
  `originals/${Buffer.from(userId).toString('base64url')}/${photoId}`;

/** The user has this one photo, ready, with these very bytes. */
export async function expectStored(service: TestService, photo: PhotoBody, bytes: Buffer): Promise<void> {
  const rows = (await service.stored.rows('photos')).filter(({ userId }) => userId === photo.userId);
  expect(rows).toEqual([expect.objectContaining({ photoId: photo.photoId, status: 'ready', metadata: photo.metadata })]);
  expect(rows[0]).not.toHaveProperty('expiresAt');
  const object = await service.stored.object(originalKey(photo));
  expect(object.bytes.equals(bytes)).toBe(true);
}

export interface Refusal {
  status: number;
  code: string;
  /** JSON pointers in `errors`. */
  paths?: string[];
  detail?: RegExp;
}

interface ProblemAnswer {
  status: number;
  headers: Record<string, unknown>;
  body: { status?: number; code?: string; type?: string; detail?: string; errors?: { path: string; message: string }[] };
}

/** What `send` asks for is refused as said, and nothing in the table or the bucket is other than before. */
export async function expectRefused<A extends ProblemAnswer>(
  service: TestService,
  refusal: Refusal,
  send: () => PromiseLike<A>,
): Promise<A> {
  const before = await service.stored.everything();
  const answer = await send();
  const { status, code, paths, detail } = refusal;
  expect({ ...answer.body, status: answer.status }).toMatchObject({ status, code, type: `/problems/${code}` });
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  if (paths) expect(answer.body.errors?.map(({ path }) => path)).toEqual(paths);
  if (detail) expect(answer.body.detail).toMatch(detail);
  expect(await service.stored.everything()).toEqual(before);
  return answer;
}

/** Posts with nothing but what is said: `chunked` leaves out the length. */
export function postRaw(url: string, headers: Headers, body: Buffer, { chunked = false } = {}): Promise<ProblemAnswer> {
  return new Promise((resolve, reject) => {
    const length = chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(body.length) };
    const sent = request(url, { method: 'POST', headers: { ...headers, ...length } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
      });
    });
    sent.once('error', reject).end(body);
  });
}
