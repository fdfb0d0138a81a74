import fc from 'fast-check';
import type { S3Event } from '../../src/shared/s3-event.ts';
import { anotherImporter, Mortal, type Pieces, runOutLease } from '../support/importers.ts';
import { drop, getImport, namesOf, ndjson, rejectsOf } from '../support/imports.ts';
import { startService, type TestService } from '../support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

/** One delivery of one file's event: perhaps with little time, perhaps to a process that dies. */
interface Delivery {
  file: number;
  isHurried: boolean;
  /** At its how-many-th effect it dies; 0 for never. */
  dieAt: number;
  isAfter: boolean;
}

const FILES = 3;
/** Rows name one of few users, or nobody, so that files and rows meet. */
const file = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 40 });
const delivery = fc.record<Delivery>({
  file: fc.nat({ max: FILES - 1 }),
  isHurried: fc.boolean(),
  dieAt: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 30 })),
  isAfter: fc.boolean(),
});
const history = fc.record({
  files: fc.array(file, { minLength: FILES, maxLength: FILES }),
  deliveries: fc.array(delivery, { maxLength: 8 }),
});

let runs = 0;

test('when events come twice, late, out of order, and to processes that die, then each user is as in the last import that started', async () => {
  await fc.assert(
    fc.asyncProperty(history, async ({ files, deliveries }) => {
      const prefix = `history-${++runs}`;
      const rowsOf = (index: number) =>
        (files[index] ?? []).map((user, row) => ({ userId: `${prefix}-${user}`, ...(user > 0 && { name: `file ${index} row ${row}` }) }));
      const keyOf = (index: number) => `imports/${prefix}-${index}.ndjson`;
      const events: S3Event[] = [];
      for (const index of files.keys()) {
        await drop(service, keyOf(index), ndjson(rowsOf(index)));
        events.push(await service.events.next(keyOf(index)));
      }

      let tries = 0;
      const started: string[] = [];
      const watching = ({ store, ...pieces }: Pieces): Pieces => ({
        ...pieces,
        store: {
          ...store,
          async begin(importId, ...rest) {
            const begun = await store.begin(importId, ...rest);
            if (begun && !started.includes(importId)) started.push(importId);
            return begun;
          },
        },
      });
      const deliver = async ({ file, isHurried, dieAt, isAfter }: Delivery) => {
        await runOutLease(service);
        const mortal = new Mortal(dieAt || Number.POSITIVE_INFINITY, isAfter);
        const importer = anotherImporter(service, (pieces) => mortal.pieces(watching(pieces)));
        const turn = { remainingMs: () => (isHurried ? 59_000 : 600_000) };
        const outcome = await importer(events[file] as S3Event, turn).catch((error: Error) => error.name);
        if (dieAt === 0) expect(['done', { againInSeconds: 0 }]).toContainEqual(outcome);
        if (++tries > 300) throw new Error(`It never ends: ${JSON.stringify(outcome)}`);
        return outcome === 'done';
      };

      for (const each of deliveries) await deliver(each);
      for (const index of files.keys()) while (!(await deliver({ file: index, isHurried: index === 0, dieAt: 0, isAfter: false }))) {}

      const imports = (await service.stored.rows('imports')).filter(({ key }) => String(key).startsWith(`imports/${prefix}-`));
      expect(imports.map(({ state }) => state)).toEqual(files.map(() => 'done'));
      const indexOf = (importId: string) => Number(/-(\d)\./.exec(String(imports.find((each) => each.importId === importId)?.key))?.[1]);
      const order = started.map(indexOf);
      expect(order.toSorted()).toEqual([...files.keys()]);
      const expected = Object.fromEntries(
        order.flatMap((index) => rowsOf(index).flatMap(({ userId, name }) => (name === undefined ? [] : [[userId, name]]))),
      );
      expect(await namesOf(service, `${prefix}-`)).toEqual(expected);
      for (const { importId, ...counts } of imports) {
        const rows = rowsOf(indexOf(String(importId)));
        const bad = rows.flatMap(({ name }, row) => (name === undefined ? [row + 1] : []));
        expect(counts).toMatchObject({ read: rows.length, written: rows.length - bad.length, rejected: bad.length });
        if (bad.length === 0) continue;
        expect((await rejectsOf(await getImport(service, String(importId)))).map(({ row }) => row)).toEqual(bad);
      }
    }),
    { numRuns: Number(process.env.IMPORT_HISTORIES ?? 60), endOnFailure: true },
  );
}, 300_000);
