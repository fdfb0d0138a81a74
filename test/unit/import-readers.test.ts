import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Format, ImportLimits } from '../../src/imports/import.ts';
import type { Row } from '../../src/imports/readers/row.ts';
import { rowsOf } from '../../src/imports/readers/rows.ts';

const LIMITS: ImportLimits = { importBytes: 1e6, importRows: 1e6, importRowBytes: 5_000, importRatio: 1_000 };

async function* piecesOf(bytes: Buffer, cuts: number[]): AsyncGenerator<Buffer> {
  let from = 0;
  for (const cut of cuts.map((part) => part % (bytes.length + 1)).toSorted((a, b) => a - b)) {
    if (cut > from) yield bytes.subarray(from, cut);
    from = Math.max(from, cut);
  }
  if (from < bytes.length) yield bytes.subarray(from);
}

/** The rows of a file that comes cut into pieces, and what ended it. */
async function read(format: Format, bytes: Buffer, cuts: number[] = [], limits = LIMITS) {
  const rows: Row[] = [];
  try {
    for await (const some of rowsOf(piecesOf(bytes, cuts), { format, mustBeGzip: false, bytes: bytes.length }, limits)) rows.push(...some);
  } catch (error) {
    return { rows, error: String(error) };
  }
  return { rows };
}

const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const user = fc.record({
  userId: fc.stringMatching(/^[a-z0-9|]{1,9}$/),
  name: words,
  email: words,
  attributes: fc.record({ 'a,"b"': words }),
});
const users = fc.array(user, { minLength: 1, maxLength: 20 });
type User = { userId: string; name: string; email: string; attributes: { 'a,"b"': string } };
const cuts = fc.array(fc.nat(), { maxLength: 12 });
const newline = fc.constantFrom('\n', '\r\n');

const quoted = (field: string) => `"${field.replaceAll('"', '""')}"`;
const csvOf = (rows: User[], end: string) =>
  [
    ['userId', 'name', 'email', 'attributes.a,"b"'],
    ...rows.map(({ userId, name, email, attributes }) => [userId, name, email, attributes['a,"b"']]),
  ]
    .map((fields) => fields.map(quoted).join(',') + end)
    .join('');
const FILES: Record<Format, (rows: User[], end: string) => string> = {
  csv: csvOf,
  json: (rows, end) => `[${rows.map((row) => JSON.stringify(row)).join(`,${end}`)}]`,
  ndjson: (rows, end) => rows.map((row) => JSON.stringify(row) + end).join(''),
};
const FORMATS = Object.keys(FILES) as Format[];

describe.each(FORMATS)('reading %s', (format) => {
  test('when a file is cut anywhere, gzipped or not, then its rows are those that were written', async () => {
    await fc.assert(
      fc.asyncProperty(users, newline, cuts, fc.boolean(), fc.boolean(), async (rows, end, places, hasBom, isGzip) => {
        const text = Buffer.from((hasBom ? '\ufeff' : '') + FILES[format](rows, end));
        const { rows: found, error } = await read(format, isGzip ? gzipSync(text) : text, places);
        expect(error).toBeUndefined();
        expect(found.map((row) => 'value' in row && row.value)).toEqual(rows);
        expect(found.map(({ row }) => row)).toEqual(rows.map((_, index) => index + 1));
      }),
    );
  });

  test('when bytes of a file are broken, then it ends the same wherever it is cut, and no row is made up', async () => {
    await fc.assert(
      fc.asyncProperty(users, cuts, fc.nat(), fc.nat({ max: 255 }), async (rows, places, at, byte) => {
        const bytes = Buffer.from(FILES[format](rows, '\n'));
        bytes[at % bytes.length] = byte;
        const [whole, cut] = [await read(format, bytes), await read(format, bytes, places)];
        // where exactly it was noticed that bytes are no UTF-8 depends on the cuts, and rows before that may have been given by then
        if (!whole.error?.includes('UTF-8')) expect(cut).toEqual(whole);
        else expect(cut.error).toContain('UTF-8');
      }),
    );
  });

  test('when a file is cut off, then no row is given that was not whole', async () => {
    await fc.assert(
      fc.asyncProperty(users, fc.nat(), async (rows, at) => {
        const gzip = gzipSync(FILES[format](rows, '\n'));
        const beginning = gzip.subarray(0, 2 + (at % (gzip.length - 2))); // with less than two bytes nobody can tell that it is a gzip
        const { rows: found, error } = await read(format, beginning);
        expect(error).toBeDefined();
        expect(found.map((row) => 'value' in row && row.value)).toEqual(rows.slice(0, found.length));
      }),
    );
  });

  test('when a row is over its limit, then it is told, however it is cut, and however long it is', async () => {
    const long = { userId: 'long', name: 'x'.repeat(40_000), email: 'e', attributes: { 'a,"b"': 'a' } };
    const bytes = Buffer.from(FILES[format]([long], '\n'));
    for (const places of [[], [10, 4_000], Array.from({ length: 60 }, (_, index) => index * 700)]) {
      const { rows, error = '' } = await read(format, bytes, places);
      expect(JSON.stringify([rows, error])).toContain('is over 5000 bytes');
    }
  });
});

test('when lines nest deeper than a stack is deep, then each is one row', async () => {
  const deep = `${'['.repeat(2_000)}${']'.repeat(2_000)}`;
  const { rows } = await read('ndjson', Buffer.from(`${deep}\n${'{"a":'.repeat(900)}\n`));
  expect(rows.map((row) => ('fault' in row ? row.fault : 'value'))).toEqual(['value', 'is not JSON']);
});

test('when rows hold __proto__, then it is a field like any other, for the schema to refuse', async () => {
  const row = '{"__proto__": {"userId": "a", "name": "N"}}';
  for (const [format, text] of [
    ['json', `[${row}]`],
    ['ndjson', row],
  ] as const) {
    const { rows } = await read(format, Buffer.from(text));
    expect(Object.keys((rows[0] as { value: object }).value)).toEqual(['__proto__']);
  }
  const { rows } = await read('csv', Buffer.from('userId,name,attributes.__proto__\na,N,x\n'));
  expect(Object.keys((rows[0] as { value: { attributes: object } }).value.attributes)).toEqual(['__proto__']);
});
