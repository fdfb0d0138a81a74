import { isUtf8 } from 'node:buffer';
import type { ImportLimits } from '../import.ts';
import type { Row, RowReader } from './row.ts';

const NEWLINE = 0x0a;
const BOM = '\ufeff';
/** Of UTF-8, for one unit of a JavaScript string. */
const MOST_BYTES_A_UNIT = 3;

function parsed(text: string): { value: unknown } | { fault: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { fault: 'is not JSON' };
  }
}

/** Newline-delimited JSON: each line is a row, and a line that is no JSON is its own fault alone. Blank lines are none. */
export function ndjsonReader({ importRowBytes }: Pick<ImportLimits, 'importRowBytes'>): RowReader {
  let rows: Row[] = [];
  let [line, row] = [0, 0];
  /** What has arrived of the line that is not whole yet, as long as it isn't too long. */
  let open: Buffer[] = [];
  let openBytes = 0;

  const isTooLong = (text: string) => text.length * MOST_BYTES_A_UNIT > importRowBytes && Buffer.byteLength(text) > importRowBytes;

  function take(parsedOrNot: { value: unknown } | { fault: string }): void {
    row += 1;
    rows.push({ row, line, ...parsedOrNot });
  }

  const tooLong = { fault: `is over ${importRowBytes} bytes` };

  function takeText(text: string): void {
    line += 1;
    const bare = line === 1 && text.startsWith(BOM) ? text.slice(1) : text;
    if (bare.trim() !== '') take(isTooLong(bare) ? tooLong : parsed(bare));
  }

  /** Lines that are whole; all at once where it can be, as looking at each costs as much as parsing it. */
  function takeLines(bytes: Buffer): void {
    if (isUtf8(bytes)) {
      for (const text of bytes.toString().split('\n')) takeText(text);
      return;
    }
    for (const each of linesOf(bytes)) {
      if (isUtf8(each)) takeText(each.toString());
      else refuse('is not UTF-8');
    }
  }

  function refuse(fault: string): void {
    line += 1;
    take({ fault });
  }

  function keepOpen(bytes: Buffer): void {
    openBytes += bytes.length;
    if (openBytes > importRowBytes) open = [];
    else if (bytes.length > 0) open.push(bytes);
  }

  function closeOpen(): void {
    if (openBytes > importRowBytes) refuse(tooLong.fault);
    else takeLines(Buffer.concat(open));
    open = [];
    openBytes = 0;
  }

  return {
    write(chunk) {
      const first = chunk.indexOf(NEWLINE);
      if (first < 0) return keepOpen(chunk);
      keepOpen(chunk.subarray(0, first));
      closeOpen();
      const last = chunk.lastIndexOf(NEWLINE);
      if (last > first) takeLines(chunk.subarray(first + 1, last));
      keepOpen(chunk.subarray(last + 1));
    },
    end() {
      if (openBytes > 0) closeOpen();
    },
    take() {
      const whole = rows;
      rows = [];
      return whole;
    },
  };
}

function* linesOf(bytes: Buffer): Generator<Buffer> {
  let from = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, from)) {
    yield bytes.subarray(from, at);
    from = at + 1;
  }
  yield bytes.subarray(from);
}
