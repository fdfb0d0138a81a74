import type { Import } from '../../src/imports/import.ts';
import { stoppedImports } from '../../src/imports/stopped.ts';
import { systemActor } from '../../src/shared/actor.ts';
import type { S3Event } from '../../src/shared/s3-event.ts';
import { throttled } from '../contracts/faults.ts';
import { ago } from '../support/clock.ts';
import { Gate } from '../support/finishers.ts';
import { anotherImporter, inPieces, type Pieces, piecesOf, runOutLease } from '../support/importers.ts';
import { deliver, drop, importOf, namesOf, ndjson } from '../support/imports.ts';
import { UNHURRIED } from '../support/object-events.ts';
import { numbered, startTroubledService, type TroubledService } from '../support/users.ts';

const US = systemActor('test');
const AGAIN = { againInSeconds: 5 };
const HURRIED = { remainingMs: () => 59_000 };

let service: TroubledService;
beforeAll(async () => {
  service = await startTroubledService();
});
afterEach(() => service.trouble(undefined));
afterAll(() => service.close());

const named = (prefix: string, name: string, count: number) => numbered(count, prefix).map(({ userId }) => ({ userId, name }));
const keyOf = (prefix: string) => `imports/${prefix}.ndjson`;
const allNamed = (prefix: string, name: string, count: number) =>
  Object.fromEntries(named(prefix, name, count).map(({ userId }) => [userId, name]));

/** A file that was dropped, and its event. */
async function dropped(prefix: string, name = 'new', count = 120): Promise<S3Event> {
  await drop(service, keyOf(prefix), ndjson(named(prefix, name, count)));
  return service.events.next(keyOf(prefix));
}

/** An importer whose download waits at its `piece`-th piece of 500 bytes. */
const waiting = (gate: Gate, piece: number) => {
  let passed = 0;
  return anotherImporter(service, ({ bucket }) => ({
    bucket: inPieces(bucket, 500, async () => {
      if (++passed === piece) await gate.pass();
    }),
  }));
};

describe('two importers at once', () => {
  test('when another import runs, then this one waits for its turn, and comes again', async () => {
    const [first, second, gate] = [await dropped('turn-1'), await dropped('turn-2'), new Gate()];
    const running = waiting(gate, 4)(first, UNHURRIED);
    await gate.reached;
    expect(await service.jobs.onImportEvent(second, UNHURRIED)).toEqual(AGAIN);
    expect(await service.jobs.onImportEvent(first, UNHURRIED)).toEqual(AGAIN); // the same message, twice
    expect((await importOf(service, keyOf('turn-2'))).state).toBe('waiting');
    gate.open();
    expect(await running).toBe('done');
    expect(await service.jobs.onImportEvent(second, UNHURRIED)).toBe('done');
    for (const prefix of ['turn-1', 'turn-2']) expect(await namesOf(service, `${prefix}-`)).toEqual(allNamed(prefix, 'new', 120));
  });

  test('when a run was away for so long that it lost the lease, then it writes nothing more, and its import is finished by another', async () => {
    const [old, gate] = [await dropped('lost', 'old', 400), new Gate()];
    const { sleeper } = await ago(120, async () => {
      const begun = { sleeper: waiting(gate, 8)(old, UNHURRIED) };
      await gate.reached;
      return begun;
    });
    await runOutLease(service);
    await drop(service, 'imports/lost-2.ndjson', ndjson(named('lost', 'new', 400)));
    expect(await service.jobs.onImportEvent(await service.events.next('imports/lost-2.ndjson'), UNHURRIED)).toBe('done');
    const after = await service.stored.rows('users');
    gate.open();
    expect(await sleeper).toEqual(AGAIN);
    expect(await service.stored.rows('users')).toEqual(after);
    expect(await namesOf(service, 'lost-')).toEqual(allNamed('lost', 'new', 400));
    expect((await importOf(service, keyOf('lost'))).state).toBe('done');
    expect(await service.jobs.onImportEvent(old, UNHURRIED)).toBe('done');
    expect(await service.stored.rows('users')).toEqual(after);
  });
});

describe('an import that goes on later', () => {
  test('when there is little time, then it saves how far it is, writes each row once, and says to come again at once', async () => {
    const event = await dropped('hurried', 'new', 200);
    const written: string[] = [];
    const watched = ({ bucket, target }: Pieces): Partial<Pieces> => ({
      bucket: inPieces(bucket, 2_000),
      target: { ...target, put: async (items) => target.put(items).then(() => void written.push(...items.map(({ userId }) => userId))) },
    });
    const seen: number[] = [];
    while ((await anotherImporter(service, watched)(event, HURRIED)) !== 'done') {
      const { state, read, written: done, progress } = await importOf(service, keyOf('hurried'));
      expect([state, done]).toEqual(['running', read]);
      expect(progress).toBeGreaterThan(seen.at(-1) ?? 0);
      seen.push(progress);
    }
    expect(seen.length).toBeGreaterThan(2);
    expect(written.toSorted()).toEqual(
      named('hurried', '', 200)
        .map(({ userId }) => userId)
        .toSorted(),
    );
    expect(await importOf(service, keyOf('hurried'))).toMatchObject({ state: 'done', read: 200, written: 200, progress: 1 });
  });

  test('when the file was replaced meanwhile, then it fails as changed, and the new file is an import of its own', async () => {
    const event = await dropped('replaced', 'old', 200);
    const slow = anotherImporter(service, ({ bucket }) => ({ bucket: inPieces(bucket, 2_000) }));
    expect(await slow(event, HURRIED)).toEqual({ againInSeconds: 0 });
    await drop(service, keyOf('replaced'), ndjson(named('replaced', 'new', 200)));
    expect(await slow(event, UNHURRIED)).toBe('done');
    expect(await deliver(service, keyOf('replaced'))).toBe('done');

    const rows = (await service.stored.rows('imports')) as unknown as Import[];
    const states = rows.filter(({ key }) => key === keyOf('replaced')).map(({ state, error }) => [state, error?.code]);
    expect(states.toSorted()).toEqual([
      ['done', undefined],
      ['failed', 'file-changed'],
    ]);
    expect(await namesOf(service, 'replaced-')).toEqual(allNamed('replaced', 'new', 200));
  });

  test('when it kills its runs again and again, then it is given up, and others get their turn', async () => {
    const event = await dropped('killer');
    const dying = anotherImporter(service, ({ lease, target }) => ({
      lease: { ...lease, release: () => Promise.reject(new Error('dead')) },
      target: { ...target, put: () => Promise.reject(new Error('dead')) },
    }));
    for (let times = 0; times < 6; times++) {
      await expect(dying(event, UNHURRIED)).rejects.toThrow('dead');
      await runOutLease(service);
    }
    const next = await dropped('after-killer');
    expect(await service.jobs.onImportEvent(next, UNHURRIED)).toBe('done');
    expect(await importOf(service, keyOf('killer'))).toMatchObject({ state: 'failed', error: { code: 'gave-up' } });
    expect((await importOf(service, keyOf('after-killer'))).state).toBe('done');
  });
});

describe('tables in trouble', () => {
  test('when writes are refused now and then, then every row gets in all the same', async () => {
    let calls = 0;
    service.trouble((call, forward) =>
      call.operation === 'BatchWriteItem' && ++calls % 4 ? Promise.resolve(throttled) : forward(call.body),
    );
    const event = await dropped('throttled');
    expect(await service.jobs.onImportEvent(event, UNHURRIED)).toBe('done');
    expect(await namesOf(service, 'throttled-')).toEqual(allNamed('throttled', 'new', 120));
  });

  test.each(['PutItem', 'GetItem', 'UpdateItem'])(
    'when %s does not work, then the event is to come again, and the import ends as if nothing had been',
    async (operation) => {
      const prefix = `no-${operation.toLowerCase()}`;
      const event = await dropped(prefix);
      service.trouble((call, forward) => (call.operation === operation ? Promise.resolve(throttled) : forward(call.body)));
      await expect(service.jobs.onImportEvent(event, UNHURRIED)).rejects.toMatchObject({ code: 'unavailable' });
      service.trouble(undefined);
      await runOutLease(service);
      expect(await service.jobs.onImportEvent(event, UNHURRIED)).toBe('done');
      expect(await namesOf(service, `${prefix}-`)).toEqual(allNamed(prefix, 'new', 120));
    },
  );

  test('when the table of users is down, then the import is none the worse for it, and the lease is free for the next try', async () => {
    const event = await dropped('down');
    const down = anotherImporter(service, ({ target }) => ({ target: { ...target, put: () => Promise.reject(new Error('down')) } }));
    for (let times = 0; times < 8; times++) await expect(down(event, UNHURRIED)).rejects.toThrow('down');
    expect(await importOf(service, keyOf('down'))).toMatchObject({ state: 'running', written: 0 });
    expect(await service.jobs.onImportEvent(event, UNHURRIED)).toBe('done');
    expect(await importOf(service, keyOf('down'))).toMatchObject({ state: 'done', written: 120 });
  });
});

describe('imports that stopped', () => {
  const stopped = () => {
    const { store, lease, bucket } = piecesOf(service);
    return stoppedImports(store, lease, bucket, service.config.buckets.imports);
  };
  const all = async () => {
    const found = await stopped().find(US, 100);
    return found.stopped.map(({ record, hasFile }) => ({ key: record.key, hasFile, record }));
  };

  test('when messages were lost, then imports that run without a lease or wait for a day are found, set going or given up', async () => {
    const interrupted = await dropped('stopped-running', 'new', 200);
    await anotherImporter(service, ({ bucket }) => ({ bucket: inPieces(bucket, 2_000) }))(interrupted, HURRIED);
    const { imports } = service.services;
    const id = (end: number) => `01890000-0000-7000-8000-00000000000${end}`;
    const declared = { format: 'csv', bytes: 9, gzip: false } as const;
    await ago(24 * 60 * 60 + 1, () => imports.createImport(US, declared, id(1)));
    await imports.createImport(US, declared, id(2));

    const found = await all();
    expect(found.map(({ key, hasFile }) => [key, hasFile]).toSorted()).toEqual([
      [`imports/${id(1)}.csv`, false],
      [keyOf('stopped-running'), true],
    ]);
    const { lease } = piecesOf(service);
    await lease.take('somebody', Date.now() + 60_000);
    expect((await all()).map(({ key }) => key)).toEqual([`imports/${id(1)}.csv`]);
    await lease.release('somebody', false);

    const [without, running] = found.toSorted((a, b) => Number(a.hasFile) - Number(b.hasFile));
    if (!without || !running) throw new Error('two were found above');
    expect(await stopped().giveUp(US, without)).toBe(true);
    expect(await stopped().giveUp(US, without)).toBe(false);
    expect(await service.jobs.onImportEvent(stopped().restart(running.record), UNHURRIED)).toBe('done');
    expect(await all()).toEqual([]);
    expect(await importOf(service, keyOf('stopped-running'))).toMatchObject({ state: 'done', written: 200 });
    expect(await importOf(service, without.key)).toMatchObject({ state: 'failed', error: { code: 'file-gone' } });
  });
});
