import { gzipSync } from 'node:zlib';
import { gzipped, imported, ndjson, rejectsOf } from '../support/imports.ts';
import { startService, type TestService } from '../support/service.ts';
import { storedUser } from '../support/users.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

const HEADER = 'userId,name,email,attributes.team,attributes.Größe';
const ANN = { name: 'Ann "the" Anders, PhD', email: 'ann@example.com', attributes: { team: 'field\nand lab', Größe: '1,7' } };
const BEN = { name: 'Ben' };
const csv = (prefix: string, newline = '\n') =>
  [HEADER, `${prefix}-ann,"Ann ""the"" Anders, PhD",ann@example.com,"field\nand lab","1,7"`, `${prefix}-ben,Ben,,,`, ''].join(newline);
const users = (prefix: string) => [
  { userId: `${prefix}-ann`, ...ANN },
  { userId: `${prefix}-ben`, ...BEN },
];
const BOM = '\ufeff';

/** By ending, and how the same two users look in it. */
const FILES: [string, string, (prefix: string) => string | Buffer][] = [
  ['CSV', 'csv', (prefix) => csv(prefix)],
  ['CSV with a BOM and CRLF', 'csv', (prefix) => BOM + csv(prefix, '\r\n')],
  ['CSV without a newline at its end', 'CSV', (prefix) => csv(prefix).trimEnd()],
  ['CSV with blank lines', 'csv', (prefix) => csv(prefix, '\n\n')],
  ['gzipped CSV', 'csv.gz', (prefix) => gzipped(csv(prefix))],
  ['a JSON array', 'json', (prefix) => JSON.stringify(users(prefix))],
  ['a JSON array with a BOM, over many lines', 'json', (prefix) => `${BOM}\n ${JSON.stringify(users(prefix), null, 2)}\n\n`],
  ['a gzipped JSON array', 'json.gz', (prefix) => gzipped(JSON.stringify(users(prefix)))],
  ['NDJSON', 'ndjson', (prefix) => ndjson(users(prefix))],
  ['NDJSON called jsonl', 'jsonl', (prefix) => ndjson(users(prefix))],
  [
    'NDJSON with a BOM, CRLF, blank lines and no end',
    'ndjson',
    (prefix) => `${BOM}${ndjson(users(prefix)).replaceAll('\n', '\r\n \r\n').trimEnd()}`,
  ],
  ['gzipped NDJSON', 'ndjson.gz', (prefix) => gzipped(ndjson(users(prefix)))],
  ['gzip that is not called so', 'ndjson', (prefix) => gzipped(ndjson(users(prefix)))],
  ['a gzip of several gzips', 'ndjson.gz', (prefix) => Buffer.concat(users(prefix).map((user) => gzipSync(ndjson([user]))))],
];

describe('importing each format', () => {
  test.each(FILES)('when %s is dropped, then its users are in, as they are', async (name, ending, content) => {
    const prefix = name.replaceAll(/\W+/g, '-');
    const file = content(prefix);
    const shown = await imported(service, `imports/${prefix}.${ending}`, file);

    expect(shown).toMatchObject({ state: 'done', read: 2, written: 2, rejected: 0, progress: 1, bytes: Buffer.byteLength(file) });
    expect(shown).not.toHaveProperty('error');
    expect(shown).not.toHaveProperty('rejects');
    for (const { userId, ...user } of users(prefix)) {
      const { version, updatedAt, ...stored } = { ...(await storedUser(service, userId)) };
      expect([stored, typeof version, typeof updatedAt]).toEqual([{ userId, ...user }, 'string', 'string']);
    }
    expect(await service.stored.keys('imports')).not.toContain(`rejects/${shown.importId}.ndjson`);
  });

  test('when a JSON array is empty, then the import is done, with no rows', async () => {
    expect(await imported(service, 'imports/none.json', ' [ ] ')).toMatchObject({ state: 'done', read: 0, written: 0, rejected: 0 });
  });

  test('when JSON rows hold numbers and booleans, then they are kept', async () => {
    const attributes = { age: 41, tiny: 1e-9, member: true, note: '' };
    await imported(service, 'imports/typed.json', JSON.stringify([{ userId: 'typed', name: 'T', attributes }]));
    expect((await storedUser(service, 'typed'))?.attributes).toEqual(attributes);
  });
});

describe('rows that are no users', () => {
  const good = { userId: 'rows-good', name: 'Good' };
  const bad: [unknown, string | undefined, string][] = [
    [{ userId: 'rows-a', name: '' }, 'rows-a', '/name'],
    [{ userId: 'has space', name: 'B' }, 'has space', '/userId'],
    [{ name: 'C' }, undefined, '/userId'],
    [{ userId: 'rows-d', name: 'D', admin: true }, 'rows-d', '/admin'],
    [{ userId: 'rows-e', name: 'E', attributes: { list: [1] } }, 'rows-e', '/attributes/list'],
    ['rows-f', undefined, ''],
    [null, undefined, ''],
    [[], undefined, ''],
  ];

  test.each(['ndjson', 'json'])(
    'when some rows of %s are no users, then they are rejected with place and reason, and the others get in',
    async (format) => {
      const rows = [...bad.map(([row]) => row), good];
      const shown = await imported(service, `imports/rows.${format}`, format === 'json' ? JSON.stringify(rows) : ndjson(rows));

      expect(shown).toMatchObject({ state: 'done', read: rows.length, written: 1, rejected: bad.length });
      const rejects = await rejectsOf(shown);
      expect(rejects).toEqual(
        bad.map(([, userId, path], index) => ({
          row: index + 1,
          ...(format === 'ndjson' && { line: index + 1 }),
          ...(userId && { userId }),
          errors: expect.arrayContaining([{ path, message: expect.any(String) }]),
        })),
      );
      expect(await storedUser(service, 'rows-good')).toMatchObject(good);
      expect(await storedUser(service, 'rows-a')).toBeUndefined();
    },
  );

  test('when rows of a CSV are no users, then each is rejected with the line where it begins', async () => {
    const lines = [
      'userId,name,attributes.note',
      'csv-1,One,"two\nlines"',
      'csv-2,',
      '',
      'csv-3,Three,',
      ',Nobody,',
      'csv-5,',
      'csv-6,Six,x,y',
      'csv-7,Seven,x',
    ];
    const shown = await imported(service, 'imports/rows.csv', lines.join('\n'));

    expect(shown).toMatchObject({ state: 'done', read: 7, written: 3, rejected: 4 });
    const rejects = await rejectsOf(shown);
    expect(rejects.map(({ row, line, userId }) => [row, line, userId])).toEqual([
      [2, 4, undefined],
      [4, 7, undefined],
      [5, 8, undefined],
      [6, 9, undefined],
    ]);
    expect(rejects[0]?.errors).toEqual([{ path: '', message: 'has 2 fields, the header names 3' }]);
    expect(rejects[1]?.errors).toEqual([{ path: '/userId', message: expect.any(String) }]);
  });

  test('when lines of NDJSON are no JSON, too long, or not UTF-8, then they alone are rejected', async () => {
    const long = JSON.stringify({ userId: 'long', name: 'L', attributes: { text: 'x'.repeat(1_000_000) } });
    const content = Buffer.concat([
      Buffer.from(`{"userId": "line-1", "name": "One"}\n{"userId": "line-2", \n${long}\n\n`),
      Buffer.from([0x22, 0xff, 0xfe, 0x22, 0x0a]),
      Buffer.from('{"userId": "line-6", "name": "Six"}'),
    ]);
    const shown = await imported(service, 'imports/lines.ndjson', content);

    expect(shown).toMatchObject({ state: 'done', read: 5, written: 2, rejected: 3 });
    expect(await rejectsOf(shown)).toEqual([
      { row: 2, line: 2, errors: [{ path: '', message: 'is not JSON' }] },
      { row: 3, line: 3, errors: [{ path: '', message: 'is over 64000 bytes' }] },
      { row: 4, line: 5, errors: [{ path: '', message: 'is not UTF-8' }] },
    ]);
    expect(await storedUser(service, 'line-6')).toMatchObject({ name: 'Six' });
  });

  test('when a row comes again and again, then the last one wins, and all count as written', async () => {
    const rows = Array.from({ length: 400 }, (_, index) => ({ userId: `twice-${index % 7}`, name: `Number ${index}` }));
    const shown = await imported(service, 'imports/twice.ndjson', ndjson(rows));
    expect(shown).toMatchObject({ state: 'done', read: 400, written: 400, rejected: 0 });
    for (const { userId, name } of rows.slice(-7)) expect(await storedUser(service, userId)).toMatchObject({ name });
  });
});
