import { CsvError, Parser } from 'csv-parse';
import { ImportFailure, type ImportLimits } from '../import.ts';
import { rowMaker } from './csv-header.ts';
import { malformed, type Row, type RowReader } from './row.ts';

/** What of csv-parse's faults is told; it names options and inner states otherwise. */
const SAID: Record<string, string> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote that is never closed',
  CSV_INVALID_CLOSING_QUOTE: 'something between a closing quote and the next comma',
  INVALID_OPENING_QUOTE: 'a quote in the middle of a field that is not quoted',
};

/** CSV (RFC 4180) with a header row. What is no CSV ends the file there: nobody can tell where the next row begins. */
export function csvReader({ importRowBytes }: Pick<ImportLimits, 'importRowBytes'>): RowReader {
  let rows: Row[] = [];
  let row = 0;
  let lines = 0;
  let make: ReturnType<typeof rowMaker> | undefined;
  const parser = new Parser({
    bom: true,
    record_delimiter: ['\r\n', '\n'],
    skip_empty_lines: true,
    relax_column_count: true, // a row with too few or too many fields is its own fault alone
    max_record_size: importRowBytes,
    on_record(fields: string[], context) {
      const line = lines + 1;
      lines = context.lines;
      if (!make) make = rowMaker(fields);
      else rows.push({ row: ++row, line, ...make(fields) });
    },
  });
  parser.on('error', () => {}); // each write is told of it

  function failureOf(error: Error): Error {
    if (!(error instanceof CsvError)) return error;
    const line = String(error.lines ?? lines + 1);
    if (error.code === 'CSV_MAX_RECORD_SIZE')
      return new ImportFailure('row-too-large', `The row at line ${line} is over ${importRowBytes} bytes.`);
    return malformed(`The file is no CSV from line ${line} on: ${SAID[error.code] ?? 'it cannot be told where its fields end'}.`);
  }

  const sent = (send: (done: (error?: Error | null) => void) => void) =>
    new Promise<void>((resolve, reject) => send((error) => (error ? reject(failureOf(error)) : resolve())));

  return {
    write: (chunk) => sent((done) => parser.write(chunk, done)),
    async end() {
      await sent((done) => parser.end(done));
      if (!make) throw malformed('The file is empty: it has no header.');
    },
    take() {
      const whole = rows;
      rows = [];
      return whole;
    },
  };
}
