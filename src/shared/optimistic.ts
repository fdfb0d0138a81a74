import { Problem } from './errors.ts';
import { matches, type Precondition } from './precondition.ts';

/** How often a change without `If-Match` is tried anew when somebody else was faster. */
const TRIES = 5;

export function preconditionFailed(): Problem {
  return new Problem('precondition-failed', 'It has changed since you read it: read it again.');
}

/**
 * Changes a thing that others may be changing too, losing nobody's change.
 * @param read the thing as it is now.
 * @param write the change, on condition that the thing is still as read; undefined when it isn't.
 * @throws `precondition-failed`, or `conflict` when others are faster every time.
 */
export async function changeCurrent<T extends { version: string }, R>(
  ifMatch: Precondition | undefined,
  read: () => Promise<T>,
  write: (current: T) => Promise<R | undefined>,
): Promise<R> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const current = await read();
    if (!matches(ifMatch, current.version)) throw preconditionFailed();
    const written = await write(current);
    if (written !== undefined) return written;
  }
  throw new Problem('conflict', 'Others are changing it all the time; try again.', { retryAfter: 1 });
}
