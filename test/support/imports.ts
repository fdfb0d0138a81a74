import { gzipSync } from 'node:zlib';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Outcome, Turn } from '../../src/shared/event-handler.ts';
import { UNHURRIED } from './object-events.ts';
import type { TestService } from './service.ts';
import { anAdmin } from './users.ts';

/** What the API says of an import. */
export interface ShownImport {
  importId: string;
  state: string;
  read: number;
  written: number;
  rejected: number;
  progress: number;
  error?: { code: string; detail: string };
  rejects?: { url: string; expiresAt: string };
  [more: string]: unknown;
}

/** Drops a file into the bucket, as any tool would. */
export async function drop(service: TestService, key: string, content: string | Buffer): Promise<void> {
  const s3 = service.services.clients.s3 as S3Client;
  await s3.send(new PutObjectCommand({ Bucket: service.config.buckets.imports, Key: key, Body: Buffer.from(content) }));
}

/** Hands the earliest event of a key to the handler. */
export async function deliver(service: TestService, key: string, turn: Turn = UNHURRIED): Promise<Outcome> {
  return service.jobs.onImportEvent(await service.events.next(key), turn);
}

export async function listImports(service: TestService): Promise<ShownImport[]> {
  const { status, body } = await service.api
    .get('/v1/imports')
    .query({ limit: 100 })
    .set(await anAdmin(service));
  expect(status).toBe(200);
  return body.items;
}

export async function getImport(service: TestService, importId: string): Promise<ShownImport> {
  const { status, body } = await service.api.get(`/v1/imports/${importId}`).set(await anAdmin(service));
  expect(status).toBe(200);
  return body.import;
}

/** The import that a key became; it must be one. */
export async function importOf(service: TestService, key: string): Promise<ShownImport> {
  const found = (await listImports(service)).filter((each) => each.key === key);
  expect(found).toHaveLength(1);
  return getImport(service, String(found[0]?.importId));
}

/** Drops a file, lets it be imported, and says what became of it. */
export async function imported(service: TestService, key: string, content: string | Buffer): Promise<ShownImport> {
  await drop(service, key, content);
  expect(await deliver(service, key)).toBe('done');
  return importOf(service, key);
}

/** The rejected rows of an import, as its link gives them. */
export async function rejectsOf(shown: ShownImport): Promise<Record<string, unknown>[]> {
  const answer = await fetch(String(shown.rejects?.url));
  expect(answer.status).toBe(200);
  const lines = (await answer.text()).split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line));
}

/** Names of users in the table, by their ids. */
export async function namesOf(service: TestService, prefix: string): Promise<Record<string, unknown>> {
  const rows = (await service.stored.rows('users')).filter(({ userId }) => String(userId).startsWith(prefix));
  return Object.fromEntries(rows.map(({ userId, name }) => [String(userId), name]));
}

export const gzipped = (text: string) => gzipSync(text);
export const ndjson = (rows: unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
