import type { InputFault } from '../shared/errors.ts';
import type { RejectsFile } from './bucket.ts';
import { groupWriter } from './group-writer.ts';
import { ImportFailure, type ImportLimits, type Progress } from './import.ts';
import type { Row } from './readers/row.ts';

/** What an import needs of the users, who know what a row must be and where it goes. */
export interface RowTarget<T> {
  check(row: Row): { key: string; item: T } | { userId?: string; errors: InputFault[] };
  /** Writes rows whole, no two with one key, over whatever is there. @throws `unavailable` unless all of them are written */
  put(items: T[]): Promise<void>;
}

export interface Loading<T> {
  rows: AsyncIterable<Row[]>;
  /** Rows up to this one are settled already: they are checked, so that the rejects are whole, and not written again. */
  settledBefore: number;
  target: RowTarget<T>;
  limits: Pick<ImportLimits, 'importRows'>;
  /** Begins the file of rejected rows, when there is the first. */
  startRejects(): RejectsFile;
  /** Called between chunks; false stops the loading. */
  goOn(loader: Loader): Promise<boolean>;
}

/** A file on its way into the table. */
export interface Loader {
  /** Sends what is waiting for its group to be full. */
  flush(): Promise<void>;
  progress(): Omit<Progress, 'bytesRead'>;
}

/** What came of it: all rows, as many as there was time for, or those before the file was at fault. */
export interface Loaded extends Omit<Progress, 'bytesRead'> {
  isWhole: boolean;
  failure?: ImportFailure;
  rejects?: RejectsFile | undefined;
}

/** Loads rows: good ones into the table, bad ones into the rejects. What it resolves to is settled. */
export async function loadRows<T>({ rows, settledBefore, target, limits, startRejects, goOn }: Loading<T>): Promise<Loaded> {
  const writer = groupWriter<T>(target.put);
  let [read, rejected] = [0, 0];
  let rejects: RejectsFile | undefined;

  const loader: Loader = {
    flush: writer.flush,
    progress() {
      return { read, rejected, written: read - rejected - writer.unsettled(), settled: Math.max(settledBefore, writer.settled(read)) };
    },
  };

  async function reject(row: Row, why: { userId?: string; errors: InputFault[] }): Promise<void> {
    rejected += 1;
    rejects ??= startRejects();
    const { row: number, line } = row;
    await rejects.write(JSON.stringify({ row: number, ...(line !== undefined && { line }), ...why }));
  }

  async function loadAll(): Promise<boolean> {
    for await (const chunk of rows) {
      for (const row of chunk) {
        if (read === limits.importRows) throw new ImportFailure('too-many-rows', `The file has more than ${limits.importRows} rows.`);
        read += 1;
        const checked = target.check(row);
        const wait = 'errors' in checked ? reject(row, checked) : row.row > settledBefore && writer.add(row.row, checked.key, checked.item);
        if (wait) await wait;
      }
      if (!(await goOn(loader))) return false;
    }
    return true;
  }

  /** The fault of the file, if there is one: what came before it is loaded all the same. */
  async function loadAsFarAsItGoes(): Promise<Pick<Loaded, 'isWhole' | 'failure'>> {
    try {
      return { isWhole: await loadAll() };
    } catch (error) {
      if (error instanceof ImportFailure) return { isWhole: false, failure: error };
      throw error;
    }
  }

  try {
    const outcome = await loadAsFarAsItGoes();
    await writer.drain();
    return { ...loader.progress(), ...outcome, rejects };
  } catch (error) {
    await Promise.allSettled([rejects?.drop()]);
    throw error;
  }
}
