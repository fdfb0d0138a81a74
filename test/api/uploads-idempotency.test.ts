import type { Fault } from '../contracts/faults.ts';
import { throttled } from '../contracts/faults.ts';
import { expectRefused } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { abort, complete, declare, expectFinished, expectNothingOf, ofPng, sendFile } from '../support/uploads.ts';
import { startTroubledService, type TroubledService } from '../support/users.ts';

const KEY = { 'idempotency-key': 'k' };

let service: TroubledService;
let bytes: Buffer;
beforeAll(async () => {
  [service, bytes] = await Promise.all([startTroubledService(), image()]);
});
afterAll(() => service.close());

/** Calls of one operation on the table of photos fail, for the user who is named after it. */
const failing: Fault<object> = (call, forward) => {
  const { TableName } = call.body as { TableName?: string };
  const isIt = TableName === service.config.tables.photos && JSON.stringify(call.body).includes(userOf(call.operation));
  return isIt ? Promise.resolve(throttled) : forward(call.body);
};
const userOf = (operation: string) => `died-${operation.toLowerCase()}`;
const rowsOf = async (user: string) => (await service.stored.rows('photos')).filter(({ userId }) => userId === user);
const replayed = ({ headers }: { headers: Record<string, string> }) => headers['idempotency-replayed'];

describe('beginning an upload under an Idempotency-Key', () => {
  test.each(['POST', 'PUT', 'MULTIPART'])('when it is repeated, by %s, then it is the same photo, and URLs are fresh', async (method) => {
    const user = `repeats-${method.toLowerCase()}`;
    const send = () => declare(service, user, ofPng(bytes, { method, metadata: { a: '1' } }), KEY);
    const [first, second] = [await send(), await send()];

    expect([first.status, replayed(first), second.status, replayed(second)]).toEqual([201, undefined, 201, 'true']);
    expect(second.body.photo).toEqual(first.body.photo);
    expect(second.headers.location).toBe(first.headers.location);
    expect(Object.keys(second.body.upload)).toEqual(Object.keys(first.body.upload));
    expect(await rowsOf(user)).toHaveLength(1);
    const begun = { userId: user, photoId: second.body.photo.photoId, upload: second.body.upload };
    await sendFile(begun, bytes);
    expect((await complete(service, begun)).status).toBe(200);
    await expectFinished(service, begun, bytes);
    const third = await send();
    expect([third.status, third.body.photo.status, third.body.upload.url]).toEqual([201, 'ready', undefined]);
  });

  test('when another is asked for under the key, then that is told, and nothing is stored', async () => {
    await declare(service, 'reuses', ofPng(bytes), KEY);
    for (const other of [ofPng(bytes, { fileName: 'x' }), { ...ofPng(bytes), bytes: 1 }, ofPng(bytes, { method: 'PUT' })])
      await expectRefused(service, { status: 422, code: 'idempotency-key-reused' }, () => declare(service, 'reuses', other, KEY));
  });
});

describe('beginning again an upload whose first try died', () => {
  const send = (user: string) => declare(service, user, ofPng(bytes, { method: 'MULTIPART' }), KEY);
  const OPERATIONS = ['PutItem', 'Query', 'UpdateItem'];
  let died: Map<string, Awaited<ReturnType<typeof send>>>;
  // all at once: each takes the SDK's own back-off
  beforeAll(async () => {
    service.trouble(failing);
    died = new Map(await Promise.all(OPERATIONS.map(async (operation) => [operation, await send(userOf(operation))] as const)));
    service.trouble(undefined);
  });

  test.each([
    ['before its row', 'PutItem'],
    ['before it was counted', 'Query'],
    ['before its multipart upload was noted', 'UpdateItem'],
  ])('when the first try died %s, then the retry carries on, and aborting leaves nothing of either', async (_when, operation) => {
    const user = userOf(operation);
    const first = died.get(operation);
    const rows = await rowsOf(user);
    const retry = await send(user);

    expect([first?.status, first?.body.code, retry.status, replayed(retry)]).toEqual([503, 'unavailable', 201, undefined]);
    for (const { photoId } of rows) expect(retry.body.photo.photoId).toBe(photoId);
    const begun = { userId: user, photoId: retry.body.photo.photoId, upload: retry.body.upload };
    await sendFile(begun, bytes);
    expect((await abort(service, begun)).status).toBe(204);
    expect(await rowsOf(user)).toEqual([]);
    await expectNothingOf(service, begun);
  });
});
