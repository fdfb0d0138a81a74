import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Photo } from '../../src/photos/photo.ts';
import { originalKey } from './forms.ts';
import { UNHURRIED } from './object-events.ts';
import type { TestService } from './service.ts';

export type Headers = Record<string, string>;

/** A request that the service has signed. */
export interface Signed {
  url: string;
  fields?: Record<string, string>;
  headers?: Headers;
}

export interface UploadBody {
  method: 'POST' | 'PUT' | 'MULTIPART';
  url?: string;
  fields?: Record<string, string>;
  headers?: Headers;
  partSize?: number;
  parts?: { partNumber: number; bytes: number; url: string }[];
  expiresAt: string;
}

/** An upload that was begun: whose, which, and how to send it. */
export interface Begun {
  userId: string;
  photoId: string;
  upload: UploadBody;
}

export const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
export const asBase64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64');

const folder = (userId: string) => Buffer.from(userId).toString('base64url');
export const uploadKey = ({ userId, photoId }: Pick<Photo, 'userId' | 'photoId'>) => `uploads/${folder(userId)}/${photoId}`;

/** What the storage answers. */
export interface StorageAnswer {
  status: number;
  headers: Record<string, unknown>;
  text: string;
  /** The error's code, if the answer is one. */
  code: string | undefined;
}

/** Sends just what is said, of its own length unless the headers say otherwise: no library that mends it. */
export function sendRaw(method: string, url: string, headers: Headers = {}, body: Buffer | string = ''): Promise<StorageAnswer> {
  const { origin, hostname, port } = new URL(url);
  const path = url.slice(origin.length);
  const hasNone = method === 'GET' || method === 'DELETE' || headers['transfer-encoding'] !== undefined;
  const length = hasNone ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers: { ...length, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, code: /<Code>(\w+)<\/Code>/.exec(text)?.[1] });
      });
    });
    sent.once('error', reject).end(body);
  });
}

/** Posts a form's fields, then the file, as a browser does. */
export async function postForm({ url, fields = {} }: Signed, bytes: Buffer, headers: Headers = {}): Promise<StorageAnswer> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([new Uint8Array(bytes)]), 'photo');
  const answer = await fetch(url, { method: 'POST', body: form, headers });
  const text = await answer.text();
  return { status: answer.status, headers: Object.fromEntries(answer.headers), text, code: /<Code>(\w+)<\/Code>/.exec(text)?.[1] };
}

export const putFile = ({ url, headers = {} }: Signed, bytes: Buffer): Promise<StorageAnswer> => sendRaw('PUT', url, headers, bytes);

/** Puts parts where they belong in the file. */
export async function putParts({ partSize = 0 }: UploadBody, parts: UploadBody['parts'] & object, file: Buffer): Promise<void> {
  for (const { partNumber, bytes, url } of parts) {
    const start = (partNumber - 1) * partSize;
    expect((await putFile({ url }, file.subarray(start, start + bytes))).status).toBe(200);
  }
}

/** Sends a file as its upload says. */
export async function sendFile({ upload }: Begun, file: Buffer): Promise<void> {
  const { method, url = '', parts = [] } = upload;
  if (method === 'POST') expect((await postForm({ ...upload, url }, file)).status).toBe(204);
  else if (method === 'PUT') expect((await putFile({ ...upload, url }, file)).status).toBe(200);
  else await putParts(upload, parts, file);
}

/** Asks for an upload. */
export async function declare(service: TestService, user: string, declared: object, headers: Headers = {}) {
  return service.api
    .post('/v1/uploads')
    .set(await service.as(user))
    .set(headers)
    .send(declared);
}

/** An upload that was begun. */
export async function begin(service: TestService, user: string, declared: object): Promise<Begun> {
  const { status, body } = await declare(service, user, declared);
  expect({ status, body }).toMatchObject({ status: 201 });
  return { userId: user, photoId: body.photo.photoId, upload: body.upload };
}

/** What is declared of a PNG. */
export const ofPng = (bytes: Buffer, more: object = {}) => ({ contentType: 'image/png', bytes: bytes.length, ...more });

type Upload = Pick<Begun, 'userId' | 'photoId'>;

/** Calls a route of an upload as its owner. */
export async function call(service: TestService, { userId, photoId }: Upload, method: 'get' | 'post' | 'delete', path = '', body?: object) {
  const sent = service.api[method](`/v1/uploads/${photoId}${path}`).set(await service.as(userId));
  return body ? sent.send(body) : sent;
}

export const complete = (service: TestService, upload: Upload) => call(service, upload, 'post', '/complete');
export const stateOf = (service: TestService, upload: Upload) => call(service, upload, 'get');
export const abort = (service: TestService, upload: Upload) => call(service, upload, 'delete');

/** The row as it is in the table, expired or not. */
export async function rowOf(service: TestService, { userId, photoId }: Upload): Promise<Photo | undefined> {
  const get = new GetCommand({ TableName: service.config.tables.photos, Key: { userId, photoId }, ConsistentRead: true });
  return (await service.services.clients.dynamodb.send(get)).Item as Photo | undefined;
}

/** Puts bytes where only a signed request could, past every signature: what it would have refused has arrived. */
export async function smuggle(service: TestService, upload: Upload, bytes: Buffer): Promise<void> {
  const s3 = service.services.clients.s3 as S3Client;
  await s3.send(new PutObjectCommand({ Bucket: service.config.buckets.photos, Key: uploadKey(upload), Body: bytes }));
}

/** Delivers the event of what arrived. */
export async function deliver(service: TestService, upload: Upload): Promise<void> {
  await service.jobs.onPhotoEvent(await service.events.next(uploadKey(upload)), UNHURRIED);
}

/** The photo is ready, with these very bytes, and nothing else of it is left anywhere. */
export async function expectFinished(service: TestService, upload: Upload, bytes: Buffer): Promise<void> {
  const row = await rowOf(service, upload);
  expect(row).toMatchObject({ status: 'ready', bytes: bytes.length, sha256: sha256(bytes) });
  expect(row).not.toHaveProperty('expiresAt');
  const original = await service.stored.object(originalKey(upload));
  expect(original.bytes.equals(bytes)).toBe(true);
  expect(original).toMatchObject({ contentType: row?.contentType, sha256: asBase64(sha256(bytes)) });
  await expectNothingOf(service, upload, [originalKey(upload)]);
}

/** In the bucket there is nothing of it, but for what is named. */
export async function expectNothingOf(service: TestService, { photoId }: Upload, but: string[] = []): Promise<void> {
  const { keys, multipartUploads } = await service.stored.everything();
  expect([...keys, ...multipartUploads].filter((key) => key.includes(photoId))).toEqual(but);
}
