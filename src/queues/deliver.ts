import type { EventHandler, Turn } from '../shared/event-handler.ts';
import type { Logger } from '../shared/log.ts';
import { s3EventOf } from './event-body.ts';
import { type FailureStore, inWords } from './failure.ts';
import type { Message, Queue } from './queue.ts';

/** The longest that SQS holds a message back. A handler that wants more is asked again in between. */
const LONGEST_DELAY_SECONDS = 900;

/** Hands a message to its handler; whether that settled it. It never throws: what failed is delivered again by the queue. */
export type Deliver = (message: Message, turn: Turn) => Promise<boolean>;

/**
 * What Lambda and worker do alike with each message. What is to come again later is sent as a fresh message, before this one is
 * settled: of a crash in between comes a second message, never none. Why a delivery failed is kept for `npm run redrive`.
 */
export function deliverer(handle: EventHandler, queue: Pick<Queue, 'name' | 'send'>, failures: FailureStore, log: Logger): Deliver {
  async function settle({ body }: Message, turn: Turn): Promise<void> {
    const event = s3EventOf(body);
    const outcome = event ? await handle(event, turn) : 'done';
    if (outcome !== 'done') await queue.send(body, Math.min(Math.max(0, Math.ceil(outcome.againInSeconds)), LONGEST_DELAY_SECONDS));
  }

  async function keepWhy({ id }: Message, error: unknown): Promise<void> {
    log.error({ queue: queue.name, messageId: id, err: error }, 'delivery failed');
    try {
      await failures.add(id, { error: inWords(error), at: new Date() });
    } catch (unkept) {
      log.error({ queue: queue.name, messageId: id, err: unkept }, 'why a delivery failed could not be kept');
    }
  }

  return async (message, turn) => {
    try {
      await settle(message, turn);
      return true;
    } catch (error) {
      await keepWhy(message, error);
      return false;
    }
  };
}
