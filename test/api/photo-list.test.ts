import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { addPhotos, expectRefused, type PhotoBody } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { REPEATS_ARRIVE, startService, type TestService } from '../support/service.ts';

let service: TestService;
let bytes: Buffer;
beforeAll(async () => {
  [service, bytes] = await Promise.all([startService(), image()]);
});
afterAll(() => service.close());

interface Page {
  items: PhotoBody[];
  next: string | null;
}

interface Where {
  path?: string;
  on?: TestService;
  token?: { authorization: string };
}

async function list(user: string, query: object | string, { path = '/v1/users/me/photos', on = service, token }: Where = {}) {
  return on.api
    .get(path)
    .query(query)
    .set(token ?? (await on.as(user)));
}

/** All pages from the first to the last. */
async function walk(user: string, query: object, on = service): Promise<Page[]> {
  const pages: Page[] = [];
  for (let cursor: string | null | undefined; cursor !== null; cursor = pages.at(-1)?.next) {
    const { status, body } = await list(user, { ...query, ...(cursor && { cursor }) }, { on });
    expect(status).toBe(200);
    pages.push(body);
  }
  return pages;
}

const idsOf = (pages: Page[]) => pages.flatMap(({ items }) => items.map(({ photoId }) => photoId));

describe('the list of photos', () => {
  test('when there are none, then it is empty and has no next page', async () => {
    expect((await list('nobody', {})).body).toEqual({ items: [], next: null });
  });

  test('when it is walked by cursors, then each photo comes once, the newest first, and nobody else’s', async () => {
    await addPhotos(service, 'neighbour', 2, bytes);
    const ids = await addPhotos(service, 'walker', 7, bytes);

    const pages = await walk('walker', { limit: 3 });
    expect(idsOf(pages)).toEqual(ids);
    expect(pages.every(({ items }) => items.length <= 3)).toBe(true);
    expect(idsOf(await walk('walker', {}))).toEqual(ids);
  });

  test('when photos come and go during a walk, then those that were there all the time come once', async () => {
    const ids = await addPhotos(service, 'moving', 5, bytes);
    const first: Page = (await list('moving', { limit: 2 })).body;
    await addPhotos(service, 'moving', 1, bytes);
    await service.api.delete(`/v1/users/me/photos/${ids[1]}`).set(await service.as('moving'));
    const rest: Page = (await list('moving', { limit: 100, cursor: first.next })).body;
    expect(idsOf([first, rest])).toEqual(ids);
  });

  test('when a status is asked for, then only those come', async () => {
    const [newest, middle, oldest] = await addPhotos(service, 'states', 3, bytes);
    const expire = (photoId: string | undefined, expiresAt: number) =>
      service.services.clients.dynamodb.send(
        new UpdateCommand({
          TableName: service.config.tables.photos,
          Key: { userId: 'states', photoId },
          UpdateExpression: 'SET #s = :s, expiresAt = :e',
          ExpressionAttributeNames: { '#s': 'status' },
          ExpressionAttributeValues: { ':s': 'pending', ':e': expiresAt },
        }),
      );
    await expire(newest, Math.floor(Date.now() / 1000) + 1_000);
    await expire(oldest, Math.floor(Date.now() / 1000) - 1); // which TTL has not removed yet

    expect(idsOf(await walk('states', { limit: 1 }))).toEqual([middle]);
    expect(idsOf(await walk('states', { limit: 1, status: 'pending' }))).toEqual([newest]);
    expect(idsOf(await walk('states', { limit: 1, status: 'rejected' }))).toEqual([]);
    const { body } = await service.api.get(`/v1/users/me/photos/${newest}`).set(await service.as('states'));
    expect(body.photo.status).toBe('pending');
    for (const measured of ['contentType', 'bytes', 'width', 'height', 'sha256']) expect(body.photo).not.toHaveProperty(measured);
    const gone = await service.api.get(`/v1/users/me/photos/${oldest}`).set(await service.as('states'));
    expect(gone.status).toBe(404);
  });

  test('when a response may be small, then pages stop early, never empty, and the walk still has all', async () => {
    const small = await startService({ MAX_RESPONSE_BYTES: '2500' });
    try {
      const ids = await addPhotos(small, 'small', 5, bytes);
      const pages = await walk('small', {}, small);
      expect(idsOf(pages)).toEqual(ids);
      expect(pages.length).toBeGreaterThan(1);
      for (const page of pages) {
        expect(page.items.length).toBeGreaterThan(0);
        if (page.items.length > 1) expect(JSON.stringify(page).length).toBeLessThanOrEqual(2_500);
      }
    } finally {
      await small.close();
    }
  });

  const badLimits = [0, 101, 'x', '', '1.5', -1, ...(REPEATS_ARRIVE ? [[1, 2]] : [])];
  test.each(badLimits.map((limit) => ({ limit })))('when the query is %j, then limit is named', async (query) => {
    await expectRefused(service, { status: 400, code: 'invalid-input', paths: ['/limit'] }, () => list('limits', query));
  });

  test.each([
    [{ status: 'lost' }, '/status'],
    [{ colour: 'red' }, '/colour'],
    [{ cursor: '' }, '/cursor'],
    [{ cursor: 'AAAA' }, '/cursor'],
    [{ cursor: 'A'.repeat(200) }, '/cursor'],
    ['__proto__=x', '/__proto__'],
    ['constructor=x', '/constructor'],
  ])('when the query is %j, then %s is named', async (query, path) => {
    await expectRefused(service, { status: 400, code: 'invalid-input', paths: [path] }, () => list('queries', query));
  });
});
