import { Writable } from 'node:stream';
import { UNHURRIED } from '../../src/shared/event-handler.ts';
import { createLogger } from '../../src/shared/log.ts';
import type { SweepPart } from '../../src/shared/sweep.ts';
import { sweeper } from '../../src/sweep/operations.ts';
import { sweepMarks } from '../../src/sweep/store.ts';
import { useEngines } from '../contracts/engines.ts';
import { at } from '../support/clock.ts';

const engines = useEngines();

const { jest } = import.meta;

let logged = '';
const write = (line: unknown) => {
  logged += line;
};
const log = createLogger('info', new Writable({ write: (line, _encoding, done) => done(void write(line)) }));

/** A part with so many pages of one finding each, which notes what was mended. */
function pagesOf(name: string, pages: number, mended: string[], mend: (page: number) => Promise<boolean> = async () => true): SweepPart {
  return {
    name,
    async look(after) {
      const page = Number(after ?? 0);
      const target = `${name} ${page}`;
      const finding = { action: 'mend', target, mend: async () => (await mend(page)) && mended.push(target) > 0 };
      return { looked: 10, findings: [finding], next: page + 1 < pages ? String(page + 1) : undefined };
    },
  };
}
const sweepOf = (...parts: SweepPart[]) =>
  sweeper(parts, sweepMarks(engines.current.clients.tables, engines.current.tables.requests), log).sweep;
const targets = (name: string, from: number, to: number) => Array.from({ length: to - from }, (_, index) => `${name} ${from + index}`);

test('when there is more than one run takes, then the next goes on behind it, and after the last it begins anew', async () => {
  const mended: string[] = [];
  const sweep = sweepOf(pagesOf('long', 30, mended));
  const first = await sweep(UNHURRIED);
  expect(first.parts).toEqual([{ part: 'long', looked: 200, found: expect.any(Array), mended: 20, failed: 0, isThrough: false }]);
  const second = await sweep(UNHURRIED);
  expect(second.parts[0]).toMatchObject({ looked: 100, mended: 10, isThrough: true });
  expect(mended.toSorted()).toEqual(targets('long', 0, 30).toSorted());
  mended.length = 0;
  await sweep(UNHURRIED);
  expect(mended.toSorted()).toEqual(targets('long', 0, 20).toSorted());
});

test('when it is dry, then it tells what the next run would do, and neither mends nor moves on', async () => {
  const mended: string[] = [];
  const sweep = sweepOf(pagesOf('dry', 30, mended));
  await sweep(UNHURRIED);
  mended.length = 0;
  const dry = [await sweep(UNHURRIED, { dryRun: true }), await sweep(UNHURRIED, { dryRun: true })];
  expect(mended).toEqual([]);
  expect(dry[0]).toEqual(dry[1]);
  expect(dry[0]?.parts[0]?.found.map(({ target }) => target)).toEqual(targets('dry', 20, 30));
  await sweep(UNHURRIED);
  expect(mended).toEqual(targets('dry', 20, 30));
});

test('when something can’t be mended, or a part can’t even look, then the rest is done, and the log tells', async () => {
  const mended: string[] = [];
  const broken: SweepPart = { name: 'broken', look: () => Promise.reject(new Error('cannot look')) };
  const half = pagesOf('half', 4, mended, (page) => (page === 1 ? Promise.reject(new Error('cannot mend')) : Promise.resolve(page !== 2)));
  const { parts } = await sweepOf(broken, half, pagesOf('after', 1, mended))(UNHURRIED);
  expect(parts.map(({ part, mended, failed, isThrough }) => ({ part, mended, failed, isThrough }))).toEqual([
    { part: 'broken', mended: 0, failed: 1, isThrough: false },
    { part: 'half', mended: 2, failed: 1, isThrough: true },
    { part: 'after', mended: 1, failed: 0, isThrough: true },
  ]);
  expect(mended).toEqual(['half 0', 'half 3', 'after 0']);
  for (const words of ['cannot look', 'cannot mend', 'half 1']) expect(logged).toContain(words);
  expect(logged).not.toContain('half 2');
});

test('when there is no time, then nothing is begun; when a part uses up its share, then those after it have theirs', async () => {
  const mended: string[] = [];
  const none = await sweepOf(pagesOf('none', 2, mended))({ remainingMs: () => 5_000 });
  expect([none.parts[0]?.looked, mended]).toEqual([0, []]);

  const slow = pagesOf('slow', 1_000, mended, async () => {
    jest.setSystemTime(Date.now() + 30_000);
    return true;
  });
  const ends = Date.now() + 300_000;
  const turn = { remainingMs: () => ends - Date.now() };
  const { parts } = await at(Date.now(), () => sweepOf(slow, pagesOf('last', 2, mended))(turn));
  expect(parts.map(({ isThrough }) => isThrough)).toEqual([false, true]);
  expect(mended).toContain('last 1');
});
