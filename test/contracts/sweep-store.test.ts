import { requestStore } from '../../src/http/request-store.ts';
import { type SweepMarks, sweepMarks } from '../../src/sweep/store.ts';
import { useEngines } from './engines.ts';

describe('the marks of the sweep', () => {
  const engines = useEngines();
  let marks: SweepMarks;
  beforeAll(() => {
    marks = sweepMarks(engines.current.clients.tables, engines.current.tables.requests);
  });

  test('when a part has no mark, then it begins anew', async () => {
    expect(await marks.get('never')).toBeUndefined();
    await marks.set('never', undefined);
    expect(await marks.get('never')).toBeUndefined();
  });

  test('when a mark is set, then it is what was set last, until it is taken away, and other parts have their own', async () => {
    for (const mark of ['a', 'originals/x/y', '{"userId":"猫"}']) {
      await marks.set('one', mark);
      await marks.set('two', `not ${mark}`);
      expect(await marks.get('one')).toBe(mark);
    }
    await marks.set('one', undefined);
    expect([await marks.get('one'), await marks.get('two')]).toEqual([undefined, 'not {"userId":"猫"}']);
  });

  test('when idempotency keys are kept beside, then neither is in the other’s way', async () => {
    const requests = requestStore(engines.current.clients.tables, engines.current.tables.requests);
    await marks.set('beside', 'mark');
    expect(await requests.begin('beside', { fingerprint: 'f', resultId: 'r', leaseUntil: 0 })).toBeUndefined();
    expect(await marks.get('beside')).toBe('mark');
  });
});
