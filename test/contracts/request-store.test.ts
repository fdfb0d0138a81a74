import { randomUUID } from 'node:crypto';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { RequestRecord, RequestStore } from '../../src/http/idempotency.ts';
import { requestStore } from '../../src/http/request-store.ts';
import { useEngines } from './engines.ts';
import { nowSeconds } from './photos.ts';

const DAY_SECONDS = 24 * 60 * 60;

const aRecord = (said: Partial<RequestRecord> = {}): RequestRecord => ({
  fingerprint: randomUUID(),
  resultId: randomUUID(),
  leaseUntil: Date.now() + 10_000,
  ...said,
});

describe('the store of requests', () => {
  const engines = useEngines();
  let requests: RequestStore;
  beforeAll(() => {
    requests = requestStore(engines.current.clients.tables, engines.current.tables.requests);
  });

  const table = () => ({ TableName: engines.current.tables.requests });
  const row = async (requestKey: string) =>
    (await engines.current.clients.tables.send(new GetCommand({ ...table(), Key: { requestKey }, ConsistentRead: true }))).Item;

  async function begun(said: Partial<RequestRecord> = {}): Promise<{ key: string; record: RequestRecord }> {
    const [key, record] = [randomUUID(), aRecord(said)];
    await requests.begin(key, record);
    return { key, record };
  }

  test('when a request begins, then it is remembered for a day', async () => {
    const [key, record, before] = [randomUUID(), aRecord(), nowSeconds()];
    expect(await requests.begin(key, record)).toBeUndefined();
    const { expiresAt, ...rest } = (await row(key)) ?? {};
    expect(rest).toEqual({ requestKey: key, ...record });
    expect(expiresAt).toBeGreaterThanOrEqual(before + DAY_SECONDS);
    expect(expiresAt).toBeLessThanOrEqual(nowSeconds() + DAY_SECONDS);
  });

  test('when it begins again, then the record that is there is told and stays', async () => {
    const { key, record } = await begun();
    expect(await requests.begin(key, aRecord())).toMatchObject(record);
    expect(await row(key)).toMatchObject(record);
  });

  test('when many begin at once, then one does and all others are told of its record', async () => {
    const key = randomUUID();
    const records = Array.from({ length: 8 }, () => aRecord());
    const seen = await Promise.all(records.map((record) => requests.begin(key, record)));
    const winners = records.filter((_, index) => seen[index] === undefined);
    expect(winners).toHaveLength(1);
    for (const other of seen) if (other) expect(other).toMatchObject(winners[0] as RequestRecord);
  });

  test('when the record has expired, then a new one takes its place and nothing of it is left', async () => {
    const [key, record] = [randomUUID(), aRecord()];
    const old = { requestKey: key, ...aRecord({ outcomeStatus: 201 }), expiresAt: nowSeconds() - 1 };
    await engines.current.clients.tables.send(new PutCommand({ ...table(), Item: old }));
    expect(await requests.begin(key, record)).toBeUndefined();
    expect(await row(key)).toEqual({ requestKey: key, ...record, expiresAt: expect.any(Number) });
  });

  test('when a try is taken over, then the lease is new and all else as it was', async () => {
    const { key, record } = await begun({ leaseUntil: 1 });
    expect(await requests.takeOver(key, record, 2)).toBe(true);
    expect(await requests.begin(key, aRecord())).toMatchObject({ ...record, leaseUntil: 2 });
  });

  test('when many take over at once, then one does', async () => {
    const { key, record } = await begun({ leaseUntil: 1 });
    const tries = await Promise.all(Array.from({ length: 8 }, (_, index) => requests.takeOver(key, record, 100 + index)));
    expect(tries.filter(Boolean)).toHaveLength(1);
    expect(await row(key)).toMatchObject({ leaseUntil: 100 + tries.indexOf(true) });
  });

  test('when the lease seen is not the one there, then it is not taken over', async () => {
    const { key, record } = await begun({ leaseUntil: 5 });
    expect(await requests.takeOver(key, { ...record, leaseUntil: 4 }, 9)).toBe(false);
    expect(await row(key)).toMatchObject({ leaseUntil: 5 });
  });

  test('when the request is finished or forgotten, then it is not taken over', async () => {
    const [finished, forgotten] = [await begun(), await begun()];
    await requests.finish(finished.key, finished.record.leaseUntil, 201);
    await requests.forget(forgotten.key, forgotten.record.leaseUntil);
    expect(await requests.takeOver(finished.key, finished.record, 9)).toBe(false);
    expect(await requests.takeOver(forgotten.key, forgotten.record, 9)).toBe(false);
    expect(await row(forgotten.key)).toBeUndefined();
  });

  test('when a request is finished, then who begins it again is told its status', async () => {
    const { key, record } = await begun();
    await requests.finish(key, record.leaseUntil, 201);
    expect(await requests.begin(key, aRecord())).toMatchObject({ ...record, outcomeStatus: 201 });
  });

  test('when a lease is released, then the next try carries on with the same id', async () => {
    const { key, record } = await begun();
    await requests.release(key, record.leaseUntil);
    const seen = await requests.begin(key, aRecord());
    expect(seen).toMatchObject({ resultId: record.resultId, fingerprint: record.fingerprint });
    expect(seen?.leaseUntil).toBeLessThan(Date.now());
    expect(await requests.takeOver(key, seen as RequestRecord, 9)).toBe(true);
  });

  test('when a request is forgotten, then it begins anew; forgetting it again is harmless', async () => {
    const { key, record } = await begun();
    await requests.forget(key, record.leaseUntil);
    await requests.forget(key, record.leaseUntil);
    expect(await requests.begin(key, aRecord())).toBeUndefined();
  });

  test('when a try has lost its lease to another, then whatever it still does changes nothing', async () => {
    const { key, record } = await begun({ leaseUntil: 1 });
    await requests.takeOver(key, record, 2);
    await requests.finish(key, 1, 201);
    await requests.release(key, 1);
    await requests.forget(key, 1);
    expect(await row(key)).toMatchObject({ ...record, leaseUntil: 2 });
  });

  test('when a forgotten request is finished or released, then it does not come back', async () => {
    const key = randomUUID();
    await requests.finish(key, 1, 201);
    await requests.release(key, 1);
    expect(await row(key)).toBeUndefined();
  });

  test('when the table answers, then ping resolves; when there is no such table, then it rejects', async () => {
    await expect(requests.ping()).resolves.toBeUndefined();
    await expect(requestStore(engines.current.clients.tables, 'no-such-table').ping()).rejects.toThrow();
  });
});
