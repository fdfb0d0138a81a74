import { AsyncLocalStorage } from 'node:async_hooks';
import { unavailable } from './errors.ts';

/** Of a budget: with less than this left, time is short. */
const SHORT_PART = 0.4;

/** Kept back of a surrounding budget, so that who set it is still told by who works within it. */
const TO_TELL_MS = 50;

/** Said to what is still at work when a budget ends. One for all: the DOMException that `abort()` makes by itself captures a stack each time. */
const OVER = new Error('the budget is over');

/** The end of a time budget. */
class Deadline {
  readonly ms: number;
  readonly at: number;
  // made for who asks: a controller, and above all its abort, costs more than the rest of a small request
  #overdue: AbortController | undefined;
  #isOver = false;

  constructor(ms: number) {
    this.ms = ms;
    this.at = Date.now() + ms;
  }

  get signal(): AbortSignal {
    this.#overdue ??= new AbortController();
    if (this.#isOver) this.#overdue.abort(OVER);
    return this.#overdue.signal;
  }

  /** Nobody waits for the work any more: what of it is still going on ends too. */
  end(): void {
    this.#isOver = true;
    this.#overdue?.abort(OVER);
  }
}

const current = new AsyncLocalStorage<Deadline>();

const overdue = () => unavailable('The service took too long; try again.');

/**
 * Runs `work` under a time budget that everything it awaits can see, so that no call to AWS outlives the request it serves.
 * @throws `unavailable` once `budgetMs` milliseconds, or nearly all that a surrounding budget has left, have passed, whatever `work` is waiting for.
 */
export async function withDeadline<T>(budgetMs: number, work: () => Promise<T>): Promise<T> {
  const ms = Math.min(budgetMs, timeLeft() - TO_TELL_MS);
  if (ms <= 0) throw overdue();
  const deadline = new Deadline(ms);
  return await new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(overdue());
      deadline.end();
    }, ms);
    const end = () => {
      clearTimeout(timer);
      deadline.end();
    };
    current
      .run(deadline, async () => work())
      .finally(end)
      .then(resolve, reject);
  });
}

/** The signal that aborts when the surrounding budget is spent; none outside of one. */
export function deadlineSignal(): AbortSignal | undefined {
  return current.getStore()?.signal;
}

/**
 * Runs `work` under a part of the time that is left, so that the rest is enough to tell how far it got.
 * @throws `unavailable` when that part is spent.
 */
export function withinPart<T>(part: number, work: () => Promise<T>): Promise<T> {
  const ms = timeLeft() * part;
  return Number.isFinite(ms) ? withDeadline(ms, work) : work();
}

/** Whether most of the budget is spent, so that no more work should be begun that cannot be left half done. */
export function isTimeShort(): boolean {
  const deadline = current.getStore();
  return deadline !== undefined && deadline.at - Date.now() < deadline.ms * SHORT_PART;
}

/** Milliseconds left of the surrounding budget; endless outside of one. */
export function timeLeft(): number {
  return (current.getStore()?.at ?? Number.POSITIVE_INFINITY) - Date.now();
}
