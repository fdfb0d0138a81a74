import type { Credentials } from '../../src/shared/aws.ts';

export const FORMATS = ['csv', 'ndjson'] as const;
export type Format = (typeof FORMATS)[number];

/** What a process of `npm run bench -- import` is to do. */
export interface Work {
  what: 'import' | 'bare' | 'parse';
  format: Format;
  rows: number;
  /** The file in the bucket of imports. */
  key: string;
  env: Record<string, string>;
  credentials: Credentials;
}

const user = (index: number) => ({
  userId: `auth0|${index.toString(16).padStart(24, '0')}`,
  name: `Number ${index} of the Benchmark`,
  email: `number.${index}@example.com`,
  attributes: { team: 'blue', number: String(index), paid: String(index % 2 === 0), city: 'Reykjavík' },
});

const LINE = {
  ndjson: (index: number) => `${JSON.stringify(user(index))}\n`,
  csv(index: number) {
    const { userId, name, email, attributes } = user(index);
    return `${[userId, name, email, ...Object.values(attributes)].join(',')}\n`;
  },
};
const HEADER = { csv: 'userId,name,email,attributes.team,attributes.number,attributes.paid,attributes.city\n', ndjson: '' };

/** A data file, piece by piece. */
export function* writeRows(format: Format, rows: number): Generator<string> {
  yield HEADER[format];
  for (let from = 0; from < rows; from += 1_000) {
    yield Array.from({ length: Math.min(1_000, rows - from) }, (_, index) => LINE[format](from + index)).join('');
  }
}
