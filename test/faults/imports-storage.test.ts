import { deliver, drop, importOf, namesOf, ndjson } from '../support/imports.ts';
import { type StorageTroubledService, startStorageTroubledService } from '../support/troubled-storage.ts';
import { numbered } from '../support/users.ts';

let service: StorageTroubledService;
beforeAll(async () => {
  service = await startStorageTroubledService();
});
afterEach(() => service.storageTrouble(() => undefined));
afterAll(() => service.close());

const throttled = { status: 503, code: 'SlowDown' };

/** Drops a file of so many good rows and a bad one. */
async function dropped(prefix: string): Promise<string> {
  const key = `imports/${prefix}.ndjson`;
  await drop(service, key, ndjson([...numbered(30, prefix), { userId: `${prefix}-bad` }]));
  return key;
}

async function expectWhole(prefix: string, key: string): Promise<void> {
  const shown = await importOf(service, key);
  expect(shown).toMatchObject({ state: 'done', read: 31, written: 30, rejected: 1 });
  expect(Object.keys(await namesOf(service, `${prefix}-`))).toHaveLength(30);
  expect(await service.stored.keys('imports')).toContain(`rejects/${shown.importId}.ndjson`);
}

describe('a storage in trouble', () => {
  test.each([
    ['refuses the file', 'GET', 'imports/', throttled],
    ['breaks off in the middle of it', 'GET', 'imports/', 'breaks off'],
    ['refuses the rejects', 'PUT', 'rejects/', throttled],
  ] as const)('when it %s, then the import is to come again, and ends as if nothing had been', async (what, method, path, fault) => {
    const prefix = what.replaceAll(' ', '-');
    const key = await dropped(prefix);
    const event = await service.events.next(key);
    service.storageTrouble((asked, at) => (asked === method && at.includes(path) ? fault : undefined));
    await expect(service.jobs.onImportEvent(event, { remainingMs: () => 1e9 })).rejects.toMatchObject({ code: 'unavailable' });
    expect((await importOf(service, key)).state).toBe('running');
    service.storageTrouble(() => undefined);
    expect(await service.jobs.onImportEvent(event, { remainingMs: () => 1e9 })).toBe('done');
    await expectWhole(prefix, key);
  });

  test.each([
    ['denied', { status: 403, code: 'AccessDenied' }, 'file-unreadable'],
    ['gone', { status: 404, code: 'NoSuchKey' }, 'file-gone'],
  ])('when the file is %s, then the import has failed, and nobody waits for it', async (what, fault, code) => {
    const key = await dropped(what);
    service.storageTrouble((method, path) => (method === 'GET' && path.includes(key) ? fault : undefined));
    expect(await deliver(service, key)).toBe('done');
    expect(await importOf(service, key)).toMatchObject({ state: 'failed', error: { code }, read: 0 });
  });
});
