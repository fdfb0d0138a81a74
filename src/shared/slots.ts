import { unavailable } from './errors.ts';

const WAIT_MS = 1_000;

/** Runs work when there is room for it. */
export type Slot = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * A gate for work that takes much memory or CPU: lets `size` in at once; the others wait.
 * @param waitMs how long they do, a second when not said; Infinity for what nobody waits for.
 * @throws `unavailable`, saying `detail`, after that.
 */
export function slots(size: number, detail: string, waitMs = WAIT_MS): Slot {
  let free = size;
  const waiting = new Set<() => void>();
  const enter = () =>
    new Promise<void>((resolve, reject) => {
      if (free > 0) {
        free -= 1;
        return resolve();
      }
      const giveUp = () => {
        waiting.delete(admitted);
        reject(unavailable(detail));
      };
      const admitted = () => {
        clearTimeout(timer);
        waiting.delete(admitted);
        resolve();
      };
      const timer = Number.isFinite(waitMs) ? setTimeout(giveUp, waitMs) : undefined;
      waiting.add(admitted);
    });
  const leave = () => {
    const [next] = waiting;
    if (next) next();
    else free += 1;
  };
  return async <T>(work: () => Promise<T>): Promise<T> => {
    await enter();
    return work().finally(leave);
  };
}
