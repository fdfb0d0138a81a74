import { v7 as uuidv7 } from 'uuid';
import { batchGet, batchWrite, chunk, type Key, type Write } from '../../src/shared/batches.ts';
import { useEngines } from './engines.ts';

const KEY = ['userId', 'photoId'];

describe('batches', () => {
  const engines = useEngines();
  const tables = () => engines.current.clients.tables;
  const table = () => engines.current.tables.photos;

  const newKeys = (count: number): Key[] => {
    const userId = uuidv7();
    return Array.from({ length: count }, () => ({ userId, photoId: uuidv7() }));
  };
  const puts = (keys: Key[], more: Record<string, string> = {}): Write[] => keys.map((key) => ({ key, item: { ...key, ...more } }));
  const deletes = (keys: Key[]): Write[] => keys.map((key) => ({ key }));
  async function written(keys: Key[], more?: Record<string, string>): Promise<Key[]> {
    expect(await batchWrite(tables(), table(), puts(keys, more))).toEqual([]);
    return keys;
  }
  const there = (keys: Key[]) => batchGet<Key>(tables(), table(), keys, KEY);
  const inOrder = (keys: Key[]) => keys.map(({ userId, photoId }) => `${userId} ${photoId}`).toSorted();

  test('when more are asked for than a call takes, then all that are there come, each once', async () => {
    const keys = await written(newKeys(230));
    expect(inOrder(await there([...keys, ...newKeys(20)]))).toEqual(inOrder(keys));
  });

  test('when attributes are named, then only they come; when none are, then all do', async () => {
    const [key] = (await written(newKeys(1), { status: 'ready', other: 'x' })) as [Key];
    expect(await batchGet(tables(), table(), [key], ['photoId', 'status', 'none'])).toEqual([{ photoId: key.photoId, status: 'ready' }]);
    expect(await batchGet(tables(), table(), [key])).toEqual([{ ...key, status: 'ready', other: 'x' }]);
  });

  test('when rows are too large for one answer, then those left out are asked for again', async () => {
    const keys = newKeys(44); // of 395 kB each: an answer takes 16 MiB
    // few at a time: dynalite takes much longer over a large body
    for (const few of chunk(keys, 2)) await written(few, { ballast: 'x'.repeat(395_000) });
    expect(inOrder(await there(keys))).toEqual(inOrder(keys));
  });

  test('when there is nothing to do, then nothing comes and nobody is told', async () => {
    expect(await there([])).toEqual([]);
    const settled: Write[] = [];
    expect(await batchWrite(tables(), table(), [], async (done) => void settled.push(...done))).toEqual([]);
    expect(settled).toEqual([]);
  });

  test('when 1,000 are put and deleted in one go, then each is told of once, when it is done', async () => {
    const [old, fresh] = [await written(newKeys(500)), newKeys(500)];
    const writes = [...deletes(old), ...puts(fresh, { status: 'new' })];
    const settled: Write[] = [];
    const undone = await batchWrite(tables(), table(), writes, async (done) => {
      settled.push(...done);
      expect(inOrder(await there(done.map(({ key }) => key)))).toEqual(inOrder(done.filter(({ item }) => item).map(({ key }) => key)));
    });
    expect(undone).toEqual([]);
    expect(inOrder(settled.map(({ key }) => key))).toEqual(inOrder([...old, ...fresh]));
    expect(await there(old)).toEqual([]);
    expect(inOrder(await there(fresh))).toEqual(inOrder(fresh));
  });

  test('when an item is there, then putting it replaces it whole', async () => {
    const [key] = (await written(newKeys(1), { status: 'old', other: 'x' })) as [Key];
    await written([key], { status: 'new' });
    expect(await batchGet(tables(), table(), [key])).toEqual([{ ...key, status: 'new' }]);
  });

  test('when keys to be deleted are not there, then that is no failure', async () => {
    expect(await batchWrite(tables(), table(), deletes(newKeys(3)))).toEqual([]);
  });

  test('when there is no such table, then the batch fails', async () => {
    await expect(batchWrite(tables(), 'no-such-table', deletes(newKeys(1)))).rejects.toThrow();
    await expect(batchGet(tables(), 'no-such-table', newKeys(1))).rejects.toThrow();
  });
});
