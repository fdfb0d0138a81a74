import { unavailable } from './errors.ts';

const WAIT_MS = 1_000;

/**
 * A gate for work that takes much memory or CPU: lets `size` in at once; the others wait up to a second.
 * @throws `unavailable`, saying `detail`, after that.
 */
export function slots(size: number, detail: string) {
  let free = size;
  const waiting = new Set<() => void>();
  const enter = () =>
    new Promise<void>((resolve, reject) => {
      if (free > 0) {
        free -= 1;
        return resolve();
      }
      const admitted = () => {
        clearTimeout(timer);
        waiting.delete(admitted);
        resolve();
      };
      const timer = setTimeout(() => {
        waiting.delete(admitted);
        reject(unavailable(detail));
      }, WAIT_MS);
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
