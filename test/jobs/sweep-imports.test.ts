import type { SweepReport } from '../../src/shared/sweep.ts';
import { at } from '../support/clock.ts';
import { deliver, getImport, namesOf, ndjson } from '../support/imports.ts';
import { UNHURRIED } from '../support/object-events.ts';
import { startService, type TestService } from '../support/service.ts';
import { anAdmin } from '../support/users.ts';

const HOUR = 60 * 60;
const DAY = 24 * HOUR;
const ROWS = ndjson([{ userId: 'swept', name: 'Swept' }]);

let service: TestService;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service.close());

const sweepIn = (seconds: number, dryRun = false) => at(Date.now() + seconds * 1000, () => service.jobs.sweep(UNHURRIED, { dryRun }));
const foundIn = ({ parts }: SweepReport) => parts.flatMap(({ found }) => found.map(({ action }) => action));

async function made(): Promise<{ importId: string; key: string; upload: { url: string; headers: Record<string, string> } }> {
  const answer = await service.api
    .post('/v1/imports')
    .set(await anAdmin(service))
    .send({ format: 'ndjson', bytes: Buffer.byteLength(ROWS) });
  return { ...answer.body.import, upload: answer.body.upload };
}

test('when the event of a file was lost, then a day later its import is set going again, once it is looked for', async () => {
  const { importId, key, upload } = await made();
  await fetch(upload.url, { method: 'PUT', headers: upload.headers, body: ROWS });
  await service.events.next(key); // lost
  expect(foundIn(await sweepIn(DAY - HOUR))).toEqual([]);

  expect(foundIn(await sweepIn(DAY + HOUR, true))).toEqual(['restart import']);
  expect((await getImport(service, importId)).state).toBe('waiting');
  const report = await sweepIn(DAY + HOUR);
  expect(report.parts.find(({ part }) => part === 'stopped imports')).toMatchObject({ looked: 1, mended: 1, failed: 0 });
  expect(await deliver(service, key)).toBe('done');
  expect(await getImport(service, importId)).toMatchObject({ state: 'done', written: 1 });
  expect(await namesOf(service, 'swept')).toEqual({ swept: 'Swept' });
  expect(foundIn(await sweepIn(2 * DAY))).toEqual([]);
});

test('when the file of an import never came, then a day later the import is given up', async () => {
  const { importId } = await made();
  expect(foundIn(await sweepIn(DAY - HOUR))).toEqual([]);
  expect(foundIn(await sweepIn(DAY + HOUR))).toEqual(['give up import']);
  expect(await getImport(service, importId)).toMatchObject({ state: 'failed', error: { code: 'file-gone' } });
});
