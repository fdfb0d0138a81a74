import { AsyncLocalStorage } from 'node:async_hooks';
import { unavailable } from './errors.ts';

interface Deadline {
  at: number;
  signal: AbortSignal;
}

const current = new AsyncLocalStorage<Deadline>();

/**
 * Runs `work` under a time budget that everything it awaits can see, so that no call to AWS outlives the request it serves.
 * @throws `unavailable` once `ms` milliseconds have passed, whatever `work` is waiting for.
 */
export async function withDeadline<T>(ms: number, work: () => Promise<T>): Promise<T> {
  const overdue = new AbortController();
  const timer = setTimeout(() => overdue.abort(unavailable('The service took too long; try again.')), ms);
  const expired = new Promise<never>((_, reject) => overdue.signal.addEventListener('abort', () => reject(overdue.signal.reason)));
  try {
    return await current.run({ at: Date.now() + ms, signal: overdue.signal }, () => Promise.race([work(), expired]));
  } finally {
    clearTimeout(timer);
  }
}

/** The signal that aborts when the surrounding budget is spent; none outside of one. */
export function deadlineSignal(): AbortSignal | undefined {
  return current.getStore()?.signal;
}

/** Milliseconds left of the surrounding budget; endless outside of one. */
export function timeLeft(): number {
  return (current.getStore()?.at ?? Number.POSITIVE_INFINITY) - Date.now();
}
