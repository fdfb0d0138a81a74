import { IN_FLIGHT, WRITES } from '../shared/batches.ts';

interface Group<T> {
  items: Map<string, T>;
  firstRow: number;
  /** Rows in it, also those that a later one of its rows replaced. */
  rows: number;
}

/** Groups on their way, and the one that is being filled. */
export interface GroupWriter<T> {
  /** Takes a row in; a promise when there is something to wait for before the next. Of rows with one key the last one wins. */
  add(row: number, key: string, item: T): Promise<void> | undefined;
  /** Sends what there is, also if it is less than a group. */
  flush(): Promise<void>;
  /** Resolves when all that was taken in is written. */
  drain(): Promise<void>;
  /** Of so many rows, those that are settled without a gap. */
  settled(rows: number): number;
  /** Rows that were taken in and are not written yet. */
  unsettled(): number;
}

/**
 * Writes rows in groups, several at once.
 * @param put writes a group whole, no two of it with one key, or throws; then nothing more is begun.
 */
export function groupWriter<T>(put: (items: T[]) => Promise<void>): GroupWriter<T> {
  const onTheirWay = new Map<Group<T>, Promise<void>>();
  let open: Group<T> | undefined;
  let failure: { error: unknown } | undefined;

  const check = () => {
    if (failure) throw failure.error;
  };
  const groups = () => [...onTheirWay.keys(), ...(open ? [open] : [])];

  function rivalOf(key: string): Promise<void> | undefined {
    for (const [group, done] of onTheirWay) if (group.items.has(key)) return done;
    return undefined;
  }

  async function send(group: Group<T>): Promise<void> {
    try {
      await put([...group.items.values()]);
      onTheirWay.delete(group);
    } catch (error) {
      failure ??= { error }; // the group stays: its rows are not settled
    }
  }

  async function flush(): Promise<void> {
    while (onTheirWay.size >= IN_FLIGHT && !failure) await Promise.race(onTheirWay.values());
    check();
    if (!open) return;
    const group = open;
    open = undefined;
    onTheirWay.set(group, send(group));
  }

  /** A row must not overtake an earlier one with its key. */
  async function addAfter(rival: Promise<void>, row: number, key: string, item: T): Promise<void> {
    await rival;
    check();
    await add(row, key, item);
  }

  function add(row: number, key: string, item: T): Promise<void> | undefined {
    const rival = rivalOf(key);
    if (rival) return addAfter(rival, row, key, item);
    open ??= { items: new Map(), firstRow: row, rows: 0 };
    open.items.set(key, item);
    open.rows += 1;
    return open.items.size === WRITES ? flush() : undefined;
  }

  return {
    add,
    flush,
    async drain() {
      await flush();
      await Promise.all(onTheirWay.values());
      check();
    },
    settled: (rows) => groups().reduce((settled, { firstRow }) => Math.min(settled, firstRow - 1), rows),
    unsettled: () => groups().reduce((sum, group) => sum + group.rows, 0),
  };
}
