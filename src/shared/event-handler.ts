import type { S3Event } from './s3-event.ts';

/** What a handler may know of the time that it has. */
export interface Turn {
  /** Milliseconds until it is cut off; Infinity where nothing does. */
  remainingMs(): number;
}

/** All the time that there is. */
export const UNHURRIED: Turn = { remainingMs: () => Number.POSITIVE_INFINITY };

/**
 * What a message led to: settled for good, or to be delivered anew after so many seconds. To come again that way is no failure:
 * it is a fresh message, which does not count towards the dead letters.
 */
export type Outcome = 'done' | { againInSeconds: number };

/**
 * What an event of a bucket does. Messages may come twice, late and out of order, and may hold several records.
 * @throws what is trouble of ours (a throttle, a time-out), so that the message is delivered again, and ends among the dead letters.
 */
export type EventHandler = (event: S3Event, turn: Turn) => Promise<Outcome>;
