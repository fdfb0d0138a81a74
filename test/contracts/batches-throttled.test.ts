import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { v7 as uuidv7 } from 'uuid';
import type { LocalServer } from '../../src/local/listen.ts';
import { photoStore } from '../../src/photos/store.ts';
import type { AwsClients } from '../../src/shared/aws.ts';
import { batchGet, batchWrite, type Key, type Write } from '../../src/shared/batches.ts';
import { withDeadline } from '../../src/shared/deadline.ts';
import { clientsOf, useEngines } from './engines.ts';
import { type Answer, type Fault, throttled, troubled } from './faults.ts';

type Group = { Keys: object[]; ProjectionExpression?: string } | object[];
interface Batch {
  RequestItems: Record<string, Group>;
}

const KEY = ['userId', 'photoId'];

/** Does the first half of a batch, and says of the rest that it was not done: without the projection, which a real answer may lose, too. */
const halfDone: Fault<Batch> = async ({ operation, body }, forward): Promise<Answer> => {
  const [[table, group]] = Object.entries(body.RequestItems) as [[string, Group]];
  const entries = Array.isArray(group) ? group : group.Keys;
  const half = Math.ceil(entries.length / 2);
  const [done, undone] = [entries.slice(0, half), entries.slice(half)];
  const answer = await forward({ RequestItems: { [table]: Array.isArray(group) ? done : { ...group, Keys: done } } });
  if (undone.length === 0) return answer;
  const rest =
    operation === 'BatchGetItem' ? { UnprocessedKeys: { [table]: { Keys: undone } } } : { UnprocessedItems: { [table]: undone } };
  return { ...answer, body: { ...answer.body, ...rest } };
};

const nothingDone: Fault<Batch> = async ({ operation, body }) => {
  const left =
    operation === 'BatchGetItem' ? { Responses: {}, UnprocessedKeys: body.RequestItems } : { UnprocessedItems: body.RequestItems };
  return { status: 200, body: left };
};

describe('batches on a table that is too busy', () => {
  const engines = useEngines();
  const open: { proxy: LocalServer; clients: AwsClients }[] = [];
  afterEach(async () => {
    for (const { proxy, clients } of open.splice(0)) {
      for (const client of Object.values(clients)) client.destroy();
      await proxy.close();
    }
  });

  async function busy(fault: Fault<Batch>): Promise<DynamoDBDocumentClient> {
    const proxy = await troubled(engines.current.dynamodb, fault);
    const clients = clientsOf({ dynamodb: proxy.endpoint });
    open.push({ proxy, clients });
    return clients.tables;
  }

  const table = () => engines.current.tables.photos;
  async function written(count: number): Promise<Key[]> {
    const userId = uuidv7();
    const keys = Array.from({ length: count }, () => ({ userId, photoId: uuidv7() }));
    await batchWrite(
      engines.current.clients.tables,
      table(),
      keys.map((key) => ({ key, item: { ...key, other: 'not asked for' } })),
    );
    return keys;
  }
  const deletes = (keys: Key[]): Write[] => keys.map((key) => ({ key }));
  const there = (keys: Key[]) => batchGet<Key>(engines.current.clients.tables, table(), keys, KEY);
  const inOrder = (keys: Key[]) => keys.map(({ userId, photoId }) => `${userId} ${photoId}`).toSorted();

  test('when reads are left half done, then they are repeated until all are there, and only with what was asked for', async () => {
    const keys = await written(130);
    const found = await batchGet<Key>(await busy(halfDone), table(), keys, KEY);
    expect(inOrder(found)).toEqual(inOrder(keys));
    for (const row of found) expect(Object.keys(row).toSorted()).toEqual(KEY.toSorted());
  });

  test('when writes are left half done, then they are repeated until all are done, and each is told of once', async () => {
    const old = await written(30);
    const fresh = (await written(30)).map((key) => ({ ...key, photoId: uuidv7() }));
    const settled: Write[] = [];
    const writes = [...deletes(old), ...fresh.map((key) => ({ key, item: { ...key, status: 'new' } }))];
    const undone = await batchWrite(await busy(halfDone), table(), writes, async (done) => void settled.push(...done));
    expect(undone).toEqual([]);
    expect(inOrder(settled.map(({ key }) => key))).toEqual(inOrder([...old, ...fresh]));
    expect(inOrder(await there([...old, ...fresh]))).toEqual(inOrder(fresh));
  });

  test('when calls are throttled now and then, then nothing is lost', async () => {
    let calls = 0;
    const client = await busy(async ({ body }, forward) => (calls++ % 2 === 0 ? throttled : forward(body)));
    const keys = await written(30);
    expect(inOrder(await batchGet(client, table(), keys, KEY))).toEqual(inOrder(keys));
    const settled: Write[] = [];
    expect(await batchWrite(client, table(), deletes(keys), async (done) => void settled.push(...done))).toEqual([]);
    expect(inOrder(settled.map(({ key }) => key))).toEqual(inOrder(keys));
    expect(await there(keys)).toEqual([]);
  });

  test.each<[string, Fault<Batch>]>([
    ['calls are throttled', async () => throttled],
    ['nothing gets done', nothingDone],
  ])('when %s until the deadline, then reads are unavailable, and writes say that none was done', async (_, fault) => {
    const client = await busy(fault);
    const keys = await written(30);
    const get = withDeadline(300, () => batchGet(client, table(), keys, KEY));
    await expect(get).rejects.toMatchObject({ code: 'unavailable' });
    const settled: Write[] = [];
    const undone = await withDeadline(300, () => batchWrite(client, table(), deletes(keys), async (done) => void settled.push(...done)));
    expect(inOrder(undone.map(({ key }) => key))).toEqual(inOrder(keys));
    expect(settled).toEqual([]);
    expect(inOrder(await there(keys))).toEqual(inOrder(keys));
  });

  test('when the deadline comes half way, then what is told to be done is done, and the rest is told to be undone', async () => {
    const keys = await written(60);
    let calls = 0;
    const client = await busy((call, forward) => (calls++ === 0 ? halfDone(call, forward) : nothingDone(call, forward)));
    const settled: Write[] = [];
    const undone = await withDeadline(500, () => batchWrite(client, table(), deletes(keys), async (done) => void settled.push(...done)));
    expect(settled.length).toBeGreaterThan(0);
    expect(inOrder(undone.map(({ key }) => key))).toEqual(inOrder(await there(keys)));
    expect(inOrder([...settled, ...undone].map(({ key }) => key))).toEqual(inOrder(keys));
  });

  test('when photos can’t all be removed in time, then removing them is unavailable, and those told of are gone', async () => {
    const keys = await written(60);
    let calls = 0;
    // the first call asks which photos are there
    const client = await busy((call, forward) => (calls++ < 2 ? halfDone(call, forward) : nothingDone(call, forward)));
    const gone: string[] = [];
    const remove = withDeadline(500, () =>
      photoStore(client, table()).removeMany(
        String(keys[0]?.userId),
        keys.map(({ photoId }) => String(photoId)),
        async (ids) => void gone.push(...ids),
      ),
    );
    await expect(remove).rejects.toMatchObject({ code: 'unavailable' });
    const left = (await there(keys)).map(({ photoId }) => String(photoId));
    expect([...left, ...gone].toSorted()).toEqual(keys.map(({ photoId }) => String(photoId)).toSorted());
  });
});
