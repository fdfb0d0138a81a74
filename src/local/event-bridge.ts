import { setTimeout as delay } from 'node:timers/promises';
import type { EventHandler } from '../shared/event-handler.ts';
import type { S3Event } from '../shared/s3-event.ts';

/** As often as a queue delivers a message before it goes to the dead letters. */
const DELIVERIES = 5;
const FIRST_DELAY_MS = 200;
/** What is still waiting to be delivered again keeps no process from ending. */
const UNREFD = { ref: false };

/**
 * Stands between an engine's events and a handler as a queue does on AWS: delivers again, later and later, what the handler failed on.
 * @param deadLetter told of what failed every time, with its last error.
 */
export function eventBridge(handle: EventHandler, deadLetter: (event: S3Event, error: unknown) => void): (event: S3Event) => Promise<void> {
  return async (event) => {
    for (let delivery = 1; ; delivery++) {
      try {
        const outcome = await handle(event, { remainingMs: () => Number.POSITIVE_INFINITY });
        if (outcome === 'done') return;
        await delay(outcome.againInSeconds * 1000, undefined, UNREFD);
        delivery = 0;
      } catch (error) {
        if (delivery === DELIVERIES) return deadLetter(event, error);
        await delay(FIRST_DELAY_MS * 2 ** delivery, undefined, UNREFD);
      }
    }
  };
}
