import { setTimeout as delay } from 'node:timers/promises';

/** As often as a queue delivers a message before it goes to the dead letters. */
const DELIVERIES = 5;
const FIRST_DELAY_MS = 200;

/**
 * Stands between an engine's events and a handler as a queue does on AWS: delivers again, later and later, what the handler failed on.
 * @param deadLetter told of what failed every time, with its last error.
 */
export function eventBridge<E>(
  handle: (event: E) => Promise<void>,
  deadLetter: (event: E, error: unknown) => void,
): (event: E) => Promise<void> {
  return async (event) => {
    for (let delivery = 1; ; delivery++) {
      try {
        return await handle(event);
      } catch (error) {
        if (delivery === DELIVERIES) return deadLetter(event, error);
        await delay(FIRST_DELAY_MS * 2 ** delivery);
      }
    }
  };
}
