import { type Format, ImportFailure, type ImportLimits } from '../import.ts';
import { csvReader } from './csv.ts';
import { plainBytes } from './gunzip.ts';
import { jsonReader } from './json.ts';
import { ndjsonReader } from './ndjson.ts';
import { malformed, type Row, type RowReader } from './row.ts';
import { onlyUtf8 } from './utf8.ts';

/** A file as its reader needs to know it. */
export interface FileFacts {
  format: Format;
  mustBeGzip: boolean;
  /** As stored. */
  bytes: number;
}

const READERS = { csv: csvReader, json: jsonReader, ndjson: ndjsonReader };

/**
 * The rows of a data file, as many at once as one chunk holds; memory is that of one chunk and one row, however long the file is.
 * @throws ImportFailure when the file ends, or goes on, otherwise than its format has it; rows before that have been given.
 */
export async function* rowsOf(
  chunks: AsyncIterable<Buffer>,
  { format, mustBeGzip, bytes }: FileFacts,
  limits: ImportLimits,
): AsyncGenerator<Row[]> {
  if (bytes > limits.importBytes) throw new ImportFailure('too-large', `The file has ${bytes} bytes, ${limits.importBytes} are allowed.`);
  const plain = plainBytes(chunks, mustBeGzip, bytes * limits.importRatio);
  const reader = READERS[format](limits);
  let isEmpty = true;
  for await (const chunk of format === 'ndjson' ? plain : onlyUtf8(plain)) {
    isEmpty = false;
    yield* taken(reader, () => reader.write(chunk));
  }
  if (isEmpty) throw malformed('The file is empty.');
  yield* taken(reader, () => reader.end());
}

/** The rows that a step makes whole, also those before the place where it fails. */
async function* taken(reader: RowReader, step: () => void | Promise<void>): AsyncGenerator<Row[]> {
  try {
    await step();
  } catch (error) {
    yield reader.take();
    throw error;
  }
  yield reader.take();
}
