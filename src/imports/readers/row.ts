import { ImportFailure } from '../import.ts';

/** One row of a data file as it arrived, nobody having checked it: a value, or what is wrong with it as text. */
export type Row = { row: number; line?: number } & ({ value: unknown } | { fault: string });

/** Turns bytes into rows, however the bytes are cut; it holds no more of them than one row and one chunk. */
export interface RowReader {
  /** @throws ImportFailure when the file is none of its format from here on; the rows before that can be taken. */
  write(chunk: Buffer): void | Promise<void>;
  /** The file is over. @throws ImportFailure when that is in the middle of a row */
  end(): void | Promise<void>;
  /** Rows that are whole by now, each once. */
  take(): Row[];
}

export const malformed = (detail: string) => new ImportFailure('malformed-file', detail);
