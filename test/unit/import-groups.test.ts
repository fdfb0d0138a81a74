import fc from 'fast-check';
import { groupWriter } from '../../src/imports/group-writer.ts';

/** A table whose writes wait until a test lets them through, in any order. */
function slowTable() {
  const table = new Map<string, number>();
  const waiting: { write(): void; fail(): void }[] = [];
  const put = (items: { key: string; row: number }[]) =>
    new Promise<void>((resolve, reject) =>
      waiting.push({
        write() {
          for (const { key, row } of items) table.set(key, row);
          resolve();
        },
        fail: () => reject(new Error('down')),
      }),
    );
  return { table, waiting, put };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('when writes end in any order, then the last row of each key is what stays, and what is said to be settled is written', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat({ max: 60 }), { minLength: 100, maxLength: 300 }),
      fc.array(fc.nat(), { minLength: 1, maxLength: 50 }),
      async (keys, picks) => {
        const { table, waiting, put } = slowTable();
        const writer = groupWriter(put);
        let [added, pick] = [0, 0];
        const checkSettled = () => {
          const settled = writer.settled(added);
          for (const [index, key] of keys.slice(0, settled).entries()) expect(table.get(String(key))).toBeGreaterThanOrEqual(index + 1);
        };
        const adding = (async () => {
          for (const [index, key] of keys.entries()) {
            await writer.add(index + 1, String(key), { key: String(key), row: index + 1 });
            added = index + 1;
          }
          await writer.drain();
          return 'done';
        })();
        for (let isDone = false; !isDone; ) {
          isDone = (await Promise.race([adding, turn()])) === 'done';
          expect(waiting.length).toBeLessThanOrEqual(4);
          checkSettled();
          waiting.splice((picks[pick++ % picks.length] ?? 0) % Math.max(1, waiting.length), 1)[0]?.write();
        }
        expect(table).toEqual(new Map(keys.map((key, index) => [String(key), index + 1])));
        expect([writer.settled(keys.length), writer.unsettled()]).toEqual([keys.length, 0]);
      },
    ),
    { numRuns: 30 },
  );
});

test('when a group cannot be written, then nothing more is begun, and what came before it counts as settled', async () => {
  const { waiting, put } = slowTable();
  const writer = groupWriter(put);
  const add = (row: number) => writer.add(row, `key-${row}`, { key: `key-${row}`, row });
  for (let row = 1; row <= 75; row++) await add(row);
  waiting[0]?.write();
  waiting[1]?.fail();
  await turn();
  for (let row = 76; row < 100; row++) add(row);
  await expect(add(100)).rejects.toThrow('down');
  waiting[2]?.write();
  await expect(writer.drain()).rejects.toThrow('down');
  expect([writer.settled(100), waiting.length]).toEqual([25, 3]);
});
