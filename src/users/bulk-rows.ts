import { type InputFault, invalidInput } from '../shared/errors.ts';
import { faultsOf } from '../shared/faults.ts';
import { userInput } from './input.ts';
import { BULK_USERS, type UserInput } from './user.ts';

/** One row of many as it arrived: parsed, or what is wrong with it as text. */
export type Row = { value: unknown } | { fault: string };

export interface RejectedRow {
  index: number;
  /** As far as the row had one. */
  userId?: string;
  code: 'invalid-input' | 'unavailable';
  /** Pointers lead into the row. */
  errors: InputFault[];
}

export interface CheckedRows {
  good: { index: number; user: UserInput }[];
  /** Rows that a later good one with the same userId made moot. */
  replaced: { index: number; by: number }[];
  rejected: RejectedRow[];
}

/** Rejected rows in one answer are many: each names its first faults only. */
const FAULTS_A_ROW = 3;

/** A rejected row as an answer has room for it that is full of others. */
export function inBrief({ index, code }: RejectedRow): RejectedRow {
  return { index, code, errors: [{ path: '', message: 'is refused as others are; no room is left to say why' }] };
}

/** The userId of a row that is no user otherwise, for whoever looks for it. */
function idOf(value: unknown): { userId?: string } {
  const id = typeof value === 'object' && value !== null ? (value as { userId?: unknown }).userId : undefined;
  return typeof id === 'string' ? { userId: id.slice(0, 255).toWellFormed() } : {};
}

/** Lines of NDJSON as rows; blank lines are none. */
export function rowsOfLines(text: string): Row[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0 || lines.length > BULK_USERS)
    throw invalidInput({ path: '', message: `has ${lines.length} lines, must have 1–${BULK_USERS}` });
  return lines.map((line) => {
    try {
      return { value: JSON.parse(line) as unknown };
    } catch {
      return { fault: 'is not JSON' };
    }
  });
}

/** One row on its own: the user it is, or what is wrong with it. */
export function checkRow(row: Row): { user: UserInput } | Pick<RejectedRow, 'userId' | 'errors'> {
  if ('fault' in row) return { errors: [{ path: '', message: row.fault }] };
  const parsed = userInput.safeParse(row.value);
  if (parsed.success) return { user: parsed.data };
  return { ...idOf(row.value), errors: faultsOf(parsed.error).slice(0, FAULTS_A_ROW) };
}

/** Sorts rows into good and bad. Of good rows with one userId the last one wins. */
export function checkRows(rows: Row[]): CheckedRows {
  const winners = new Map<string, { index: number; user: UserInput }>();
  const lost: { index: number; userId: string }[] = [];
  const rejected: RejectedRow[] = [];
  for (const [index, row] of rows.entries()) {
    const checked = checkRow(row);
    if ('errors' in checked) {
      rejected.push({ index, ...checked, code: 'invalid-input' });
      continue;
    }
    const { user } = checked;
    const earlier = winners.get(user.userId);
    if (earlier) lost.push({ index: earlier.index, userId: user.userId });
    winners.set(user.userId, { index, user });
  }
  const replaced = lost.map(({ index, userId }) => ({ index, by: winners.get(userId)?.index ?? index }));
  return { good: [...winners.values()], replaced, rejected };
}
