import type { ImportLease, Taken } from './store-lease.ts';

/** How long the lease is held without a word: who died blocks the others for so long. */
const LEASE_MS = 60_000;
/** With less than this left nothing is begun under it before it is renewed. */
const LEAST_MS = 30_000;

/** Another run has the lease by now, or the record: this one stops where it is. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** The lease in the hands of one run. */
export interface Hold {
  run: string;
  /** How the lease was when it was taken. */
  found: Taken;
  /** Holds the lease longer, for this import. @throws LeaseLost */
  renew(importId: string): Promise<void>;
  /** Makes sure that the lease lasts for what is begun now. @throws LeaseLost */
  ensure(importId: string): Promise<void>;
  /** Gives it back. @param isFinished whether the import is; if not, it goes on before another begins */
  release(isFinished: boolean): Promise<void>;
}

/** Takes the lease for a run; undefined when another has it. */
export async function takeLease(lease: ImportLease, run: string): Promise<Hold | undefined> {
  let until = Date.now() + LEASE_MS;
  const taken = await lease.take(run, until);
  if (!taken) return undefined;

  async function renew(importId: string): Promise<void> {
    const next = Date.now() + LEASE_MS;
    if (!(await lease.renew(run, importId, next))) throw new LeaseLost();
    until = next;
  }

  return {
    run,
    found: taken,
    renew,
    async ensure(importId) {
      if (until - Date.now() < LEAST_MS) await renew(importId);
    },
    release: (isFinished) => lease.release(run, isFinished),
  };
}
