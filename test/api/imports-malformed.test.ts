import { gzipped, imported, namesOf, ndjson } from '../support/imports.ts';
import { startService, type TestService } from '../support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService({ MAX_IMPORT_ROWS: '1000', MAX_IMPORT_BYTES: '3000000' });
});
afterAll(() => service.close());

const row = (userId: string) => JSON.stringify({ userId, name: 'N' });
const many = (prefix: string, count: number) =>
  ndjson(Array.from({ length: count }, (_, index) => ({ userId: `${prefix}-${index}`, name: 'N' })));
/** Random digits: what compresses badly, and is text. */
const noise = (length: number) => Array.from({ length }, () => Math.floor(Math.random() * 10)).join('');
const cut = (bytes: Buffer, end: number) => bytes.subarray(0, Math.floor(bytes.length * end));

const CSV = 'userId,name\n';
type Case = [what: string, ending: string, content: (prefix: string) => string | Buffer, code: string, says: RegExp, written: number];
const CASES: Case[] = [
  ['an empty CSV', 'csv', () => '', 'malformed-file', /empty/, 0],
  ['an empty JSON', 'json', () => '', 'malformed-file', /empty/, 0],
  ['an empty NDJSON', 'ndjson', () => '', 'malformed-file', /empty/, 0],
  ['nothing, gzipped', 'ndjson.gz', () => gzipped(''), 'malformed-file', /empty/, 0],
  ['a JSON of blanks', 'json', () => ' \n', 'malformed-file', /empty/, 0],
  ['a JSON object', 'json', (prefix) => row(prefix), 'malformed-file', /\[/, 0],
  ['a JSON string', 'json', () => '"[]"', 'malformed-file', /\[/, 0],
  ['CSV called JSON', 'json', (prefix) => `${CSV}${prefix},N\n`, 'malformed-file', /\[/, 0],
  ['JSON called CSV', 'csv', (prefix) => `[${row(prefix)}]`, 'malformed-file', /line 1/, 0],
  [
    'a JSON that breaks off',
    'json',
    (prefix) => `[${row(`${prefix}-1`)},${row(`${prefix}-2`).slice(0, -4)}`,
    'malformed-file',
    /after row 1/,
    1,
  ],
  ['a JSON without its end', 'json', (prefix) => `[${row(`${prefix}-1`)},${row(`${prefix}-2`)}`, 'malformed-file', /after row 2/, 2],
  [
    'a JSON that goes wrong',
    'json',
    (prefix) => `[${row(`${prefix}-1`)},{oops},${row(`${prefix}-2`)}]`,
    'malformed-file',
    /after row 1/,
    1,
  ],
  ['a JSON that goes on', 'json', (prefix) => `[${row(`${prefix}-1`)}] []`, 'malformed-file', /after row 1/, 1],
  ['a JSON that nests without end', 'json', () => '['.repeat(2_000_000), 'row-too-large', /Row 1/, 0],
  ['a JSON with a row of 1 MB', 'json', (prefix) => `[${row(`${prefix}-1`)},"${'x'.repeat(1_000_000)}"]`, 'row-too-large', /Row 2/, 1],
  [
    'a CSV with a row of 1 MB',
    'csv',
    (prefix) => `${CSV}${prefix}-1,N\n${prefix}-2,${'x'.repeat(1_000_000)}\n`,
    'row-too-large',
    /line 3/,
    1,
  ],
  [
    'a CSV whose quote never closes',
    'csv',
    (prefix) => `${CSV}${prefix}-1,N\n${prefix}-2,"N\n${'a,b\n'.repeat(100)}`,
    'malformed-file',
    /line \d+ on: a quote that is never closed/,
    1,
  ],
  [
    'a long CSV whose quote never closes',
    'csv',
    (prefix) => `${CSV}${prefix}-1,N\n${prefix}-2,"N\n${'a,b\n'.repeat(100_000)}`,
    'row-too-large',
    /line/,
    1,
  ],
  ['a CSV with a quote in a field', 'csv', (prefix) => `${CSV}${prefix}-1,N\n${prefix}-2,N"N\n`, 'malformed-file', /line 3/, 1],
  ['a CSV with text after a quote', 'csv', (prefix) => `${CSV}${prefix}-1,N\n${prefix}-2,"N"N\n`, 'malformed-file', /line 3/, 1],
  ['a CSV without a userId column', 'csv', () => 'id,name\n1,N\n', 'malformed-file', /userId/, 0],
  ['a CSV with an unknown column', 'csv', (prefix) => `userId,name,phone\n${prefix},N,1\n`, 'malformed-file', /phone/, 0],
  ['a CSV with a column twice', 'csv', (prefix) => `userId,name,name\n${prefix},N,N\n`, 'malformed-file', /twice/, 0],
  ['a CSV with semicolons', 'csv', (prefix) => `userId;name\n${prefix};N\n`, 'malformed-file', /userId;name/, 0],
  ['a CSV that is not UTF-8', 'csv', (prefix) => Buffer.from(`${CSV}${prefix},J\xfcrgen\n`, 'latin1'), 'malformed-file', /UTF-8/, 0],
  ['a CSV in UTF-16', 'csv', (prefix) => Buffer.from(`\ufeff${CSV}${prefix},N\n`, 'utf16le'), 'malformed-file', /UTF-8/, 0],
  [
    'a JSON that ends in half a character',
    'json',
    (prefix) => Buffer.concat([Buffer.from(`["${prefix}`), Buffer.from([0xe2, 0x82])]),
    'malformed-file',
    /character/,
    0,
  ],
  ['a gzip that is none', 'ndjson.gz', (prefix) => ndjson([{ userId: prefix, name: 'N' }]), 'malformed-file', /gzip/, 0],
  ['a gzip that breaks off at once', 'csv.gz', () => gzipped(CSV).subarray(0, 3), 'malformed-file', /gzip/, 0],
  [
    'a gzip that is broken',
    'csv.gz',
    (prefix) => Buffer.concat([gzipped(`${CSV}${prefix},N\n`).subarray(0, 10), Buffer.alloc(100, 0xff)]),
    'malformed-file',
    /gzip/,
    0,
  ],
  ['a gzip bomb', 'ndjson.gz', () => gzipped('\n'.repeat(50_000_000)), 'decompression-limit', /bytes/, 0],
  ['a gzip bomb of one row', 'json.gz', () => gzipped(`["${'x'.repeat(50_000_000)}"]`), 'row-too-large', /Row 1/, 0],
  ['a file that is too large', 'ndjson', () => Buffer.alloc(3_000_001, '\n'), 'too-large', /3000001.*3000000/, 0],
  ['a file with too many rows', 'ndjson', (prefix) => many(prefix, 1_001), 'too-many-rows', /1000/, 1_000],
  ['a file of no known kind', 'xlsx', () => 'PK', 'unknown-format', /xlsx/, 0],
  ['a file without an ending', 'csv.bak', (prefix) => `${CSV}${prefix},N\n`, 'unknown-format', /bak/, 0],
];

describe('files that cannot be loaded', () => {
  test.each(CASES)(
    'when %s is dropped, then the import fails at once, saying why, and no row is half in',
    async (what, ending, content, code, says, written) => {
      const prefix = what.replaceAll(/\W+/g, '-');
      const shown = await imported(service, `imports/${prefix}.${ending}`, content(prefix));

      expect([shown.state, shown.error?.code]).toEqual(['failed', code]);
      expect(shown.error?.detail).toMatch(says);
      expect([shown.written, shown.rejected]).toEqual([written, 0]);
      expect(Object.values(await namesOf(service, prefix))).toEqual(Array.from({ length: written }, () => 'N'));
    },
  );

  test('when a gzip breaks off in the middle, then what came whole is in, and nothing of the row where it broke', async () => {
    const rows = Array.from({ length: 900 }, (_, index) => ({ userId: `broken-${index}`, name: noise(250) }));
    const shown = await imported(service, 'imports/broken.ndjson.gz', cut(gzipped(ndjson(rows)), 0.5));

    expect(shown).toMatchObject({ state: 'failed', error: { code: 'malformed-file' }, rejected: 0 });
    expect(shown.error?.detail).toMatch(/gzip .* after \d+ bytes/);
    expect(shown.written).toBeGreaterThan(0);
    const names = await namesOf(service, 'broken-');
    expect(names).toEqual(Object.fromEntries(rows.slice(0, shown.written).map(({ userId, name }) => [userId, name])));
  });

  test('when a file fails after rows that were rejected, then they are told all the same', async () => {
    const shown = await imported(service, 'imports/both.json', '[{"userId": "both"}, oops');
    expect(shown).toMatchObject({ state: 'failed', read: 1, rejected: 1, rejects: { url: expect.any(String) } });
  });

  test('when an object elsewhere, or a folder’s marker, comes to be, then nothing happens', async () => {
    const before = await service.stored.rows('imports');
    const created = (key: string) => ({
      eventName: 'ObjectCreated:Put',
      s3: { bucket: { name: 'b' }, object: { key, size: 1, eTag: 'e' } },
    });
    const Records = ['rejects/x.ndjson', 'imports/2026/', 'other.csv'].map(created);
    expect(await service.jobs.onImportEvent({ Records }, { remainingMs: () => 1e9 })).toBe('done');
    expect(await service.stored.rows('imports')).toEqual(before);
  });
});
