import { randomUUID } from 'node:crypto';
import { type Import, type Progress, waitingImport } from '../../src/imports/import.ts';
import { type ImportStore, importStore } from '../../src/imports/store.ts';
import { type ImportLease, importLease } from '../../src/imports/store-lease.ts';
import { useEngines } from './engines.ts';

const PROGRESS: Progress = { read: 9, written: 6, rejected: 1, bytesRead: 100, settled: 7 };
const ERROR = { code: 'file-gone', detail: 'There is no file.' } as const;

const engines = useEngines();

const aRecord = (said: Partial<Import> = {}): Import => {
  const importId = randomUUID();
  return { ...waitingImport({ importId, key: `imports/${importId}.csv`, bytes: 100, format: 'csv', gzip: false }, 'first'), ...said };
};

describe('the store of imports', () => {
  let imports: ImportStore;
  beforeAll(() => {
    imports = importStore(engines.current.clients.tables, engines.current.tables.imports);
  });

  async function inserted(said: Partial<Import> = {}): Promise<Import> {
    const record = aRecord(said);
    expect(await imports.insert(record)).toBe(true);
    return record;
  }
  async function running(run = 'run'): Promise<Import> {
    return (await imports.begin((await inserted()).importId, run, 'etag', false)) as Import;
  }

  test('when a record is inserted, then it can be read as it is, and another under its id is refused', async () => {
    const record = await inserted();
    expect(await imports.get(record.importId)).toEqual(record);
    expect(await imports.insert({ ...record, bytes: 1 })).toBe(false);
    expect(await imports.get(record.importId)).toEqual(record);
    expect(await imports.get(randomUUID())).toBeUndefined();
  });

  test('when a run begins, then the record is running, and its etag and its start are those of the first run', async () => {
    const { importId } = await inserted();
    const first = await imports.begin(importId, 'one', 'etag', false);
    const second = await imports.begin(importId, 'two', 'other', true);
    expect(first).toMatchObject({ state: 'running', run: 'one', etag: 'etag', crashes: 0 });
    expect(second).toMatchObject({ state: 'running', run: 'two', etag: 'etag', crashes: 1, startedAt: first?.startedAt });
    expect(new Set(['first', first?.version, second?.version]).size).toBe(3);
    expect(await imports.get(importId)).toEqual(second);
  });

  test('when nobody knows the etag yet, then the run begins without one', async () => {
    const begun = await imports.begin((await inserted()).importId, 'run', undefined, false);
    expect(begun).not.toHaveProperty('etag');
  });

  test('when its run saves a checkpoint, then it is there, and crashes are forgotten', async () => {
    const { importId } = await inserted();
    await imports.begin(importId, 'one', 'etag', true);
    expect(await imports.checkpoint(importId, 'one', PROGRESS)).toBe(true);
    expect(await imports.get(importId)).toMatchObject({ ...PROGRESS, crashes: 0, state: 'running' });
  });

  test.each<[string, (importId: string, run: string) => Promise<boolean>]>([
    ['saves a checkpoint', (importId, run) => imports.checkpoint(importId, run, PROGRESS)],
    ['finishes', (importId, run) => imports.finish(importId, run, PROGRESS, { state: 'done' })],
  ])('when a run that lost it %s, then that is told, and nothing is changed', async (_what, write) => {
    const { importId } = await running('one');
    const now = await imports.begin(importId, 'two', 'etag', false);
    expect(await write(importId, 'one')).toBe(false);
    expect(await imports.get(importId)).toEqual(now);
  });

  test.each([{ state: 'done' }, { state: 'failed', error: ERROR }] as const)(
    'when it is finished as %j, then no run begins or changes it any more',
    async (ending) => {
      const { importId } = await running();
      expect(await imports.finish(importId, 'run', PROGRESS, ending)).toBe(true);
      const finished = await imports.get(importId);
      expect(finished).toMatchObject({ ...PROGRESS, ...ending, finishedAt: expect.any(String) });
      expect(await imports.begin(importId, 'other', 'etag', false)).toBeUndefined();
      expect(await imports.checkpoint(importId, 'run', PROGRESS)).toBe(false);
      expect(await imports.giveUp(finished as Import, ERROR)).toBe(false);
      expect(await imports.get(importId)).toEqual(finished);
    },
  );

  test('when one is given up, then it has failed; when it has changed since it was seen, it goes on', async () => {
    const record = await inserted();
    const begun = await imports.begin(record.importId, 'run', 'etag', false);
    expect(await imports.giveUp(record, ERROR)).toBe(false);
    expect(await imports.giveUp(begun as Import, ERROR)).toBe(true);
    expect(await imports.get(record.importId)).toMatchObject({ state: 'failed', error: ERROR });
  });

  test('when pages are walked, then each record is there once, and the lease is none; unfinished ones can be had alone', async () => {
    const lease = importLease(engines.current.clients.tables, engines.current.tables.imports);
    await lease.take('run', Date.now() - 1);
    const all = [await inserted(), await running(), await inserted()];
    const done = await running();
    await imports.finish(done.importId, 'run', PROGRESS, { state: 'done' });
    const walk = async (page: ImportStore['list']) => {
      const seen: string[] = [];
      for (let after: string | undefined = ''; after !== undefined; ) {
        const { imports: found, next } = await page(2, after || undefined);
        seen.push(...found.map(({ importId }) => importId));
        after = next;
      }
      return seen;
    };
    const [listed, unfinished] = [await walk(imports.list), await walk(imports.listUnfinished)];
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed).toEqual(expect.arrayContaining([...all, done].map(({ importId }) => importId)));
    expect(listed).not.toContain(':lease');
    expect(unfinished).toEqual(expect.arrayContaining(all.map(({ importId }) => importId)));
    expect(unfinished).not.toContain(done.importId);
  });
});

describe('the lease of imports', () => {
  let lease: ImportLease;
  beforeEach(async () => {
    lease = importLease(engines.current.clients.tables, engines.current.tables.imports);
    // whatever the test before has left: its holder dies, and somebody finishes
    await lease.renew('one', 'x', 1);
    await lease.renew('two', 'x', 1);
    await lease.take('cleaner', 1);
    await lease.release('cleaner', true);
  });
  const later = () => Date.now() + 60_000;

  test('when it is free, then one of many that want it has it', async () => {
    const runs = Array.from({ length: 6 }, (_, index) => (index === 0 ? 'one' : `other-${index}`));
    const taken = await Promise.all(runs.map((run) => lease.take(run, Date.now() + 300)));
    expect(taken.filter(Boolean)).toHaveLength(1);
    expect(await lease.isFree()).toBe(false);
    for (const run of runs) await lease.release(run, true);
    expect(await lease.isFree()).toBe(true);
  });

  test('when it is given back, then the next is told of what was not finished, and that nobody died', async () => {
    await lease.take('one', later());
    expect(await lease.renew('one', 'import-a', later())).toBe(true);
    await lease.release('one', false);
    expect(await lease.take('two', later())).toEqual({ current: 'import-a', crashed: false });
    await lease.release('two', true);
    expect(await lease.take('one', later())).toEqual({ current: undefined, crashed: false });
  });

  test('when its holder died, then it is free in time, and the next is told', async () => {
    await lease.take('one', later());
    await lease.renew('one', 'import-a', Date.now() - 1);
    expect(await lease.isFree()).toBe(true);
    expect(await lease.take('two', later())).toEqual({ current: 'import-a', crashed: true });
    expect(await lease.renew('one', 'import-a', later())).toBe(false);
    await lease.release('one', true); // too late: it is another's
    expect(await lease.isFree()).toBe(false);
  });

  test('when its own first try was in the way, as after an answer that was lost, then it has it', async () => {
    await lease.take('one', later());
    expect(await lease.take('one', later())).toMatchObject({ crashed: false });
    expect(await lease.take('two', later())).toBeUndefined();
  });
});
