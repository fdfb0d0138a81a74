import { JSONParser } from '@streamparser/json';
import { ImportFailure, type ImportLimits } from '../import.ts';
import { malformed, type Row, type RowReader } from './row.ts';

/** A BOM, and the white space that JSON has. */
const BLANK = new Set([0xef, 0xbb, 0xbf, 0x20, 0x09, 0x0a, 0x0d]);
const OPENING = 0x5b;
/** So little at once that a row can't pass its limit by much unseen. */
const SLICE_BYTES = 8_192;

/** One JSON array: each of its elements is a row. What is no JSON ends the file there. */
export function jsonReader({ importRowBytes }: Pick<ImportLimits, 'importRowBytes'>): RowReader {
  let rows: Row[] = [];
  let [row, rowBytes] = [0, 0];
  let hasBegun = false;
  const parser = new JSONParser({ paths: ['$.*'], keepStack: false });
  parser.onValue = ({ value }) => {
    row += 1;
    rowBytes = 0;
    rows.push({ row, value });
  };

  /** What the parser itself says names its inner states, so only the place is told. */
  const inTheMiddle = (cause: unknown) => {
    if (cause instanceof ImportFailure) throw cause;
    throw malformed(`The file is no JSON array any more after row ${row}.`);
  };

  function checkBeginning(chunk: Buffer): void {
    const first = chunk.find((byte) => !BLANK.has(byte));
    if (first === undefined) return;
    if (first !== OPENING) throw malformed('The file is no JSON array: it does not begin with [.');
    hasBegun = true;
  }

  function readSlice(slice: Buffer): void {
    if (parser.isEnded && slice.every((byte) => BLANK.has(byte))) return; // the file may end with a newline, or many
    rowBytes += slice.length;
    parser.write(slice);
    if (rowBytes > importRowBytes + SLICE_BYTES)
      throw new ImportFailure('row-too-large', `Row ${row + 1} is over ${importRowBytes} bytes.`);
  }

  return {
    write(chunk) {
      if (!hasBegun) checkBeginning(chunk);
      try {
        for (let from = 0; from < chunk.length; from += SLICE_BYTES) readSlice(chunk.subarray(from, from + SLICE_BYTES));
      } catch (error) {
        inTheMiddle(error);
      }
    },
    end() {
      if (!hasBegun) throw malformed('The file is empty.');
      if (!parser.isEnded) throw malformed(`The file breaks off after row ${row}: its array has no end.`);
    },
    take() {
      const whole = rows;
      rows = [];
      return whole;
    },
  };
}
