import { withDeadline } from '../shared/deadline.ts';
import type { Outcome, Turn } from '../shared/event-handler.ts';
import type { Logger } from '../shared/log.ts';
import type { DataFile, ImportBucket } from './bucket.ts';
import { type Hold, LeaseLost } from './hold.ts';
import { type Format, type Import, ImportFailure, type ImportLimits, isFinished, type Progress } from './import.ts';
import { type Loaded, type Loader, loadRows, type RowTarget } from './load.ts';
import { rowsOf } from './readers/rows.ts';
import type { Ending, ImportStore } from './store.ts';

const CHECKPOINT_MS = 5_000;
/** What one group may take: less than the lease lasts for at least, so that none lands after the lease. */
const WRITE_MS = 20_000;
/** With less time than this left a run saves its checkpoint and comes again. */
const SHORT_MS = 60_000;
/** An import that kills its runs would keep all others waiting. */
const MOST_CRASHES = 5;

/** An import that is to run. */
export interface Wanted {
  importId: string;
  /** Of the file that there is, should the record not say it yet. */
  etag?: string | undefined;
  /** Whether the run before this one died over it. */
  crashed: boolean;
}

export interface ImportPieces<T> {
  store: ImportStore;
  bucket: ImportBucket;
  target: RowTarget<T>;
  limits: ImportLimits;
  log: Logger;
}

/** What can be said of an import before its file is opened. */
function checkedFormat({ crashes, format, key, bytes }: Import, { importBytes }: ImportLimits): Format {
  if (crashes > MOST_CRASHES) throw new ImportFailure('gave-up', `The service broke down over it ${crashes} times in succession.`);
  if (!format) throw new ImportFailure('unknown-format', `${key} does not end in .csv, .json, .ndjson or .jsonl, with or without .gz.`);
  if (bytes > importBytes) throw new ImportFailure('too-large', `The file has ${bytes} bytes, ${importBytes} are allowed.`);
  return format;
}

/** One run of one import, as far as the time goes. Whoever calls holds the lease. */
export function importRunner<T>({ store, bucket, target, limits, log }: ImportPieces<T>) {
  /** Loads what is not loaded yet. @throws ImportFailure when there is nothing to load */
  async function load(record: Import, hold: Hold, turn: Turn): Promise<Loaded & Progress> {
    const { importId, settled: settledBefore } = record;
    const format = checkedFormat(record, limits);
    const file = await bucket.open(record.key, record.etag);
    let [bytesRead, settled, checkpointAt] = [0, settledBefore, Date.now() + CHECKPOINT_MS];

    async function* counted(): AsyncGenerator<Buffer> {
      for await (const chunk of file.read()) {
        bytesRead += chunk.length;
        yield chunk;
      }
    }

    async function goOn(loader: Loader): Promise<boolean> {
      // a run gets further than the one before in any case, or it would come again for ever
      if (turn.remainingMs() < SHORT_MS && loader.progress().read > settledBefore) return false;
      if (Date.now() < checkpointAt) return true;
      checkpointAt = Date.now() + CHECKPOINT_MS;
      await loader.flush();
      await hold.renew(importId);
      const progress = { ...loader.progress(), bytesRead };
      if (progress.settled > settled) await save(importId, hold, progress);
      settled = progress.settled;
      return true;
    }

    const put = async (items: T[]) => {
      await hold.ensure(importId);
      await withDeadline(WRITE_MS, () => target.put(items));
    };
    const rows = rowsOf(counted(), factsOf(file, record, format), limits);
    const startRejects = () => bucket.startRejects(importId);
    try {
      const loaded = await loadRows({ rows, settledBefore, target: { ...target, put }, limits, startRejects, goOn });
      return { ...loaded, bytesRead };
    } finally {
      file.drop();
    }
  }

  async function save(importId: string, { run }: Hold, { read, written, rejected, bytesRead, settled }: Progress): Promise<void> {
    if (!(await store.checkpoint(importId, run, { read, written, rejected, bytesRead, settled }))) throw new LeaseLost();
  }

  async function finish(importId: string, { run }: Hold, progress: Progress, failure: ImportFailure | undefined): Promise<'done'> {
    const { read, written, rejected, bytesRead, settled } = progress;
    const ending: Ending = failure ? { state: 'failed', error: { code: failure.code, detail: failure.message } } : { state: 'done' };
    if (!(await store.finish(importId, run, { read, written, rejected, bytesRead, settled }, ending))) throw new LeaseLost();
    // alarms count `rejected` (cdk/watching.ts)
    log[failure || rejected > 0 ? 'warn' : 'info']({ importId, read, written, rejected, code: failure?.code }, `import ${ending.state}`);
    return 'done';
  }

  /** @throws LeaseLost; what is trouble of ours */
  return async function runImport({ importId, etag, crashed }: Wanted, hold: Hold, turn: Turn): Promise<Outcome> {
    const record = await store.get(importId);
    if (!record || isFinished(record)) return 'done';
    await hold.renew(importId); // from here on it goes on before any other begins
    const begun = await store.begin(importId, hold.run, etag, crashed);
    if (!begun) return 'done';
    try {
      const loaded = await load(begun, hold, turn);
      await hold.ensure(importId);
      if (loaded.isWhole || loaded.failure) {
        await loaded.rejects?.end();
        return await finish(importId, hold, loaded, loaded.failure);
      }
      await loaded.rejects?.drop();
      await save(importId, hold, loaded);
      return { againInSeconds: 0 };
    } catch (error) {
      if (error instanceof ImportFailure) return finish(importId, hold, begun, error);
      throw error;
    }
  };
}

const factsOf = ({ bytes }: DataFile, { gzip = false }: Import, format: Format) => ({ format, mustBeGzip: gzip, bytes });

export type RunImport = ReturnType<typeof importRunner>;
