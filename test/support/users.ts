import { request } from 'node:http';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { startDynamoDb } from '../../src/local/dynamodb.ts';
import type { Photo } from '../../src/photos/photo.ts';
import { batchWrite } from '../../src/shared/batches.ts';
import type { User, UserInput } from '../../src/users/user.ts';
import { type Fault, troubled } from '../contracts/faults.ts';
import { startService, type TestService } from './service.ts';

export type Headers = Record<string, string>;

/** An admin's authorization. */
export const anAdmin = (service: TestService) => service.as('root', { groups: ['admins'] });

/** The row of a user as it is in the table; undefined when there is none. */
export async function storedUser(service: TestService, userId: string): Promise<User | undefined> {
  const { clients } = service.services;
  const get = new GetCommand({ TableName: service.config.tables.users, Key: { userId }, ConsistentRead: true });
  return (await clients.dynamodb.send(get)).Item as User | undefined;
}

/** A user that is there. */
export async function aUser(service: TestService, input: UserInput): Promise<User> {
  const answer = await service.api
    .post('/v1/users')
    .set(await anAdmin(service))
    .send(input);
  expect(answer.status).toBe(201);
  return answer.body.user;
}

/** Rows of photos, past the app: as many, and in whatever state, as a test needs. */
export async function insertPhotos(service: TestService, photos: Photo[]): Promise<void> {
  const { clients } = service.services;
  const writes = photos.map((photo) => ({ key: { userId: photo.userId, photoId: photo.photoId }, item: { ...photo } }));
  expect(await batchWrite(clients.dynamodb, service.config.tables.photos, writes)).toEqual([]);
}

/** What a user takes of its own 64,000 bytes of JSON, version and time of writing included. */
const STAMP_BYTES = 100;

/** A user of exactly so many bytes, version and time included, full of one character (and of `x` where it doesn't come out even). */
export function userOfSize(userId: string, bytes: number, filling = 'x'): UserInput {
  const empty = { userId, name: 'n', attributes: { text: '' } };
  const room = bytes - STAMP_BYTES - Buffer.byteLength(JSON.stringify(empty));
  const each = Buffer.byteLength(JSON.stringify(filling)) - 2;
  return { ...empty, attributes: { text: filling.repeat(Math.floor(room / each)) + 'x'.repeat(room % each) } };
}

export const numbered = (count: number, prefix: string): UserInput[] =>
  Array.from({ length: count }, (_, index) => ({ userId: `${prefix}-${index}`, name: `Number ${index}` }));

export interface RawAnswer {
  status: number;
  headers: Record<string, unknown>;
  /** Bytes of the body as they came over the wire. */
  bytes: number;
  text: string;
}

/** Sends a path and a body just as they are: no library that normalises `..` or escapes what a test wants unescaped. */
export function sendRaw(
  service: TestService,
  method: string,
  path: string,
  headers: Headers,
  body: string | Buffer = '',
): Promise<RawAnswer> {
  const length = body.length > 0 ? { 'content-length': String(Buffer.byteLength(body)) } : {};
  return new Promise((resolve, reject) => {
    const sent = request(service.url, { method, path, headers: { ...headers, ...length } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () => {
        const all = Buffer.concat(chunks);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes: all.length, text: all.toString() });
      });
    });
    sent.once('error', reject).end(body);
  });
}

export interface TroubledService extends TestService {
  /** What becomes of calls to DynamoDB from now on; undefined, nothing is wrong. */
  trouble(fault: Fault<object> | undefined): void;
}

/** A service whose DynamoDB can be given trouble. */
export async function startTroubledService(env: Record<string, string> = {}): Promise<TroubledService> {
  let current: Fault<object> | undefined;
  const engine = await startDynamoDb();
  const proxy = await troubled<object>(engine.endpoint, (call, forward) => (current ? current(call, forward) : forward(call.body)));
  const service = await startService({ DYNAMODB_ENDPOINT: proxy.endpoint, ...env });
  return {
    ...service,
    trouble(fault) {
      current = fault;
    },
    async close() {
      await service.close();
      await proxy.close();
      await engine.close();
    },
  };
}
