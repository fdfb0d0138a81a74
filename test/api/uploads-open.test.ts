import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expectRefused } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';
import { abort, type Begun, begin, complete, declare, ofPng, rowOf, sendFile, smuggle, uploadKey } from '../support/uploads.ts';

const MOST = 20;
const TOO_MANY = { status: 429, code: 'rate-limited' };

let service: TestService;
let bytes: Buffer;
beforeAll(async () => {
  [service, bytes] = await Promise.all([startService(), image()]);
});
afterAll(() => service.close());

async function openMany(user: string, count: number): Promise<Begun[]> {
  const opened: Begun[] = [];
  for (let index = 0; index < count; index++) opened.push(await begin(service, user, ofPng(bytes)));
  return opened;
}
const openOf = async (user: string) =>
  (await service.stored.rows('photos')).filter(({ userId, status }) => userId === user && status === 'pending');

describe('how many uploads of one user are open at once', () => {
  test('when there are 20, then one more is refused by any method, and nothing is stored of it', async () => {
    await openMany('busy', MOST);
    for (const method of ['POST', 'PUT', 'MULTIPART']) {
      const answer = await expectRefused(service, TOO_MANY, () => declare(service, 'busy', ofPng(bytes, { method })));
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect((await declare(service, 'another', ofPng(bytes))).status).toBe(201);
  });

  const freeing: [string, (begun: Begun) => Promise<unknown>][] = [
    ['completed', async (begun) => [await sendFile(begun, bytes), await complete(service, begun)]],
    ['aborted', (begun) => abort(service, begun)],
    ['rejected', async (begun) => [await smuggle(service, begun, Buffer.from('no photo')), await complete(service, begun)]],
  ];
  test.each(freeing)('when one of them is %s, then there is room for one more, and not for two', async (how, free) => {
    const [first] = await openMany(how, MOST);
    await free(first as Begun);
    expect((await declare(service, how, ofPng(bytes))).status).toBe(201);
    await expectRefused(service, TOO_MANY, () => declare(service, how, ofPng(bytes)));
  });

  test('when photos come by form or are finished, then they take no place', async () => {
    const { photos } = service.services;
    for (let index = 0; index < 3; index++) {
      const photoId = `01890000-0000-7000-8000-00000000000${index}`;
      await photos.addPhoto({ kind: 'system', id: 'test' }, { userId: 'forms', bytes, metadata: {} }, photoId);
    }
    await openMany('forms', MOST);
    await expectRefused(service, TOO_MANY, () => declare(service, 'forms', ofPng(bytes)));
  });

  test('when 25 are begun at once, then never more than 20 are, and what was refused is gone', async () => {
    const answers = await Promise.all(Array.from({ length: 25 }, () => declare(service, 'at-once', ofPng(bytes, { method: 'MULTIPART' }))));
    const begun = answers.filter(({ status }) => status === 201).map(({ body }) => body.photo.photoId as string);

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(begun.length > 0 ? [201, 429] : [429]));
    expect(begun.length).toBeLessThanOrEqual(MOST);
    expect((await openOf('at-once')).map(({ photoId }) => photoId).toSorted()).toEqual(begun.toSorted());
    const keys = begun.map((photoId) => uploadKey({ userId: 'at-once', photoId }));
    const prefix = uploadKey({ userId: 'at-once', photoId: '' });
    expect((await service.stored.multipartUploads()).filter((key) => key.startsWith(prefix)).toSorted()).toEqual(keys.toSorted());
    await openMany('at-once', MOST - begun.length);
    await expectRefused(service, TOO_MANY, () => declare(service, 'at-once', ofPng(bytes)));
  });

  test('when an open one has expired, though its row is still there, then it takes no place', async () => {
    const [first] = await openMany('expired', MOST);
    const row = await rowOf(service, first as Begun);
    const { dynamodb } = service.services.clients;
    const Item = { ...row, expiresAt: Math.floor(Date.now() / 1000) - 1 };
    await dynamodb.send(new PutCommand({ TableName: service.config.tables.photos, Item }));
    expect((await declare(service, 'expired', ofPng(bytes))).status).toBe(201);
  });
});
