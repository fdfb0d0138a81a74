import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { type Actor, actorKey } from '../shared/actor.ts';
import { invalidInput, Problem } from '../shared/errors.ts';
import { PROBLEMS } from './problem.ts';

const KEY = /^[\x21-\x7e]{1,255}$/;

/** One try at a request that must happen once. `request` is the parsed one, a photo standing as its sha256. */
export interface Attempt {
  actor: Actor;
  route: string;
  key: string | undefined;
  request: unknown;
}

/** What is remembered of a request: never a body, only which thing it made and with what status. */
export interface RequestRecord {
  fingerprint: string;
  /** The id of what the request makes, chosen before it is made, so that a retry carries on with it. */
  resultId: string;
  /** Absent while a try is at work, or after one that died. */
  outcomeStatus?: number;
  /** Milliseconds since 1970 until which the try at work is left alone. */
  leaseUntil: number;
}

/**
 * The port to where requests are remembered. All writes are conditional: of two tries at once one wins, and a try that lost its lease
 * to another changes nothing any more.
 */
export interface RequestStore {
  /** Begins with a new record, or says which one is there. */
  begin(requestKey: string, record: RequestRecord): Promise<RequestRecord | undefined>;
  /** Takes over from a try whose lease is over; false when another try was faster. */
  takeOver(requestKey: string, seen: RequestRecord, leaseUntil: number): Promise<boolean>;
  finish(requestKey: string, lease: number, status: number): Promise<void>;
  /** Ends the lease now: the next try carries on with the same id. */
  release(requestKey: string, lease: number): Promise<void>;
  forget(requestKey: string, lease: number): Promise<void>;
  /** Rejects when the table does not answer. */
  ping(): Promise<void>;
}

export interface Outcome<T> {
  value: T;
  replayed: boolean;
}

/** JSON with sorted keys: the order in which a client writes a form's entries does not make it another request. */
function canonical(value: unknown): string {
  const sorted = (_key: string, entry: unknown) =>
    typeof entry === 'object' && entry !== null && !Array.isArray(entry)
      ? Object.fromEntries(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)))
      : entry;
  return JSON.stringify(value, sorted);
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url');

const atWork = () => new Problem('conflict', 'A request with this Idempotency-Key is at work right now.', { retryAfter: 1 });

/**
 * Makes a request happen once per actor, route and `Idempotency-Key`, for 24 hours.
 * @param leaseMs how long a try may be at work: the request's own time budget.
 */
export function idempotency(store: RequestStore, leaseMs: number) {
  /** The id to work under, or the outcome that is there already. */
  async function claim(requestKey: string, fingerprint: string): Promise<{ id: string; lease: number; done: boolean }> {
    const lease = Date.now() + leaseMs;
    const mine: RequestRecord = { fingerprint, resultId: uuidv7(), leaseUntil: lease };
    const seen = await store.begin(requestKey, mine);
    if (!seen) return { id: mine.resultId, lease, done: false };
    if (seen.fingerprint !== fingerprint)
      throw new Problem('idempotency-key-reused', 'This Idempotency-Key came before with another request.');
    if (seen.outcomeStatus !== undefined) return { id: seen.resultId, lease, done: true };
    if (seen.leaseUntil > Date.now() || !(await store.takeOver(requestKey, seen, lease))) throw atWork();
    return { id: seen.resultId, lease, done: false };
  }

  return {
    /**
     * @param run makes the thing under the id given; it is called again, with the same id, when a try died half way.
     * @param recall reads what an earlier try made.
     * @throws `conflict` while another try is at work, `idempotency-key-reused`, `invalid-input` for an impossible key.
     */
    async once<T>(
      attempt: Attempt,
      status: number,
      run: (id: string) => Promise<T>,
      recall: (id: string) => Promise<T>,
    ): Promise<Outcome<T>> {
      const { actor, route, key, request } = attempt;
      if (key === undefined) return { value: await run(uuidv7()), replayed: false };
      if (!KEY.test(key)) throw invalidInput({ path: '', message: 'Idempotency-Key must be 1–255 visible characters' });
      const requestKey = sha256(canonical([actorKey(actor), route, key]));
      const { id, lease, done } = await claim(requestKey, sha256(canonical(request)));
      if (done) return { value: await recall(id), replayed: true };
      try {
        const value = await run(id);
        await store.finish(requestKey, lease, status);
        return { value, replayed: false };
      } catch (error) {
        const isRefusal = error instanceof Problem && PROBLEMS[error.code].status < 500;
        if (isRefusal) await store.forget(requestKey, lease);
        // should this fail too, the lease ends by itself
        else await Promise.allSettled([store.release(requestKey, lease)]);
        throw error;
      }
    },
  };
}

export type Idempotency = ReturnType<typeof idempotency>;
