import { S3Error } from './errors.ts';

/** First and last byte, both included. */
export interface Range {
  start: number;
  end: number;
}

/**
 * Reads a Range header. As S3 does, several ranges at once or a malformed header mean the whole object.
 * @throws S3Error InvalidRange when it starts beyond the end
 */
export function readRange(header: string | undefined, size: number): Range | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [first, last] = [match[1] ?? '', match[2] ?? ''];
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (start <= end) return { start, end };
  throw new S3Error('InvalidRange', 'The requested range is not satisfiable', { RangeRequested: header ?? '', ActualObjectSize: size });
}
