import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { STORE_CREDENTIALS } from '../../src/local/laptop.ts';
import { startObjectStore } from '../../src/local/object-store/index.ts';
import { expectRefused, expectStored, originalKey, type PhotoBody, postJson } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { backToPending } from '../support/photos.ts';
import { startService, type TestService } from '../support/service.ts';

const KEY = { 'idempotency-key': 'k' };

let service: TestService;
let bytes: Buffer;
let photo: string;
beforeAll(async () => {
  [service, bytes] = await Promise.all([startService(), image()]);
  photo = bytes.toString('base64');
});
afterAll(() => service.close());

const seconds = () => Math.floor(Date.now() / 1000);
const write = (command: UpdateCommand | DeleteCommand) => service.services.clients.dynamodb.send(command as UpdateCommand);

function removeObject(made: PhotoBody) {
  return service.services.clients.s3.send(new DeleteObjectCommand({ Bucket: service.config.buckets.photos, Key: originalKey(made) }));
}

function removeRow({ userId, photoId }: PhotoBody) {
  return write(new DeleteCommand({ TableName: service.config.tables.photos, Key: { userId, photoId } }));
}

/** Turns the record of a finished request back into that of one at work. */
async function backToWork({ photoId }: PhotoBody, leaseUntil: number) {
  const record = (await service.stored.rows('requests')).find(({ resultId }) => resultId === photoId);
  await write(
    new UpdateCommand({
      TableName: service.config.tables.requests,
      Key: { requestKey: record?.requestKey },
      UpdateExpression: 'SET leaseUntil = :l REMOVE outcomeStatus',
      ExpressionAttributeValues: { ':l': leaseUntil },
    }),
  );
}

const post = (user: string) => postJson(service, user, { photo, metadata: { a: '1' } }, KEY);

describe('a retry of a form whose first try died', () => {
  const crashes: [string, (made: PhotoBody) => Promise<unknown>][] = [
    ['before the row', async (made) => [await removeRow(made), await removeObject(made)]],
    ['before the bytes', async (made) => [await backToPending(service, made), await removeObject(made)]],
    ['before the row was made ready', (made) => backToPending(service, made)],
    ['before the outcome was remembered', async () => undefined],
  ];
  test.each(crashes)('when that was %s, then the retry carries on with the same id', async (when, crash) => {
    const user = `died-${when.replaceAll(' ', '-')}`;
    const made: PhotoBody = (await post(user)).body.photo;
    await crash(made);
    await backToWork(made, Date.now() - 1);

    const retry = await post(user);
    expect([retry.status, retry.body.photo.photoId, retry.headers['idempotency-replayed']]).toEqual([201, made.photoId, undefined]);
    await expectStored(service, retry.body.photo, bytes);
    const third = await post(user);
    expect([third.status, third.headers['idempotency-replayed'], third.body]).toEqual([201, 'true', retry.body]);
  });

  test('when the first try may still be at work, then the retry is to wait', async () => {
    const made: PhotoBody = (await post('at-work')).body.photo;
    await backToPending(service, made);
    await backToWork(made, Date.now() + 60_000);
    const answer = await expectRefused(service, { status: 409, code: 'conflict' }, () => post('at-work'));
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });
});

test('when storage is down, then 503, a pending row that expires, and nothing to be seen; once it is back, the retry ends it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'photoform-'));
  const objects = await startObjectStore({ ...STORE_CREDENTIALS, folder });
  const own = await startService({ S3_ENDPOINT: objects.endpoint });
  await objects.close();
  try {
    const refused = await postJson(own, 'storm', { photo }, KEY);
    expect([refused.status, refused.body.code, Number(refused.headers['retry-after']) > 0]).toEqual([503, 'unavailable', true]);
    const [row] = await own.stored.rows('photos');
    expect(row).toMatchObject({ userId: 'storm', status: 'pending' });
    expect(Number(row?.expiresAt)).toBeGreaterThan(seconds());
    const list = await own.api.get('/v1/users/me/photos').set(await own.as('storm'));
    expect(list.body).toEqual({ items: [], next: null });

    const back = await startObjectStore({ ...STORE_CREDENTIALS, folder, port: Number(new URL(objects.endpoint).port) });
    const retry = await postJson(own, 'storm', { photo }, KEY);
    expect([retry.status, retry.body.photo?.photoId]).toEqual([201, row?.photoId]);
    await expectStored(own, retry.body.photo, bytes);
    await back.close();
  } finally {
    await own.close();
    await rm(folder, { recursive: true });
  }
});
