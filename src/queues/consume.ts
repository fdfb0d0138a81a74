import { setTimeout as delay } from 'node:timers/promises';
import type { Turn } from '../shared/event-handler.ts';
import type { Logger } from '../shared/log.ts';
import type { Deliver } from './deliver.ts';
import type { Queue, TakenMessage } from './queue.ts';

/**
 * A quarter of what SQS allows, as stopping takes as long: a poll that is broken off may go on where it was asked, and take a message
 * that nobody gets.
 */
const WAIT_SECONDS = 5;
/** A worker that dies holds its messages back for no longer; one that lives extends. */
const HIDDEN_SECONDS = 60;
/** What SQS hands out at once. */
const MOST_TAKEN = 10;
const PAUSE_MS = 2_000;

export interface ConsumeOptions {
  /** Messages that are worked on at once. */
  atOnce: number;
  turn: Turn;
  log: Logger;
  hiddenSeconds?: number;
  waitSeconds?: number;
}

export interface Consuming {
  /** When the queue last answered, in milliseconds since 1970. */
  answeredAt(): number;
  /** Takes no more messages, gives back what comes all the same, and ends what is at work. */
  stop(): Promise<void>;
}

/**
 * Takes messages off a queue, a bounded number at once, hides each for as long as it is worked on, and removes what is settled. What
 * is not comes again by itself. A queue that does not answer is asked again until it does.
 */
export function startConsuming({ queue, deliver }: { queue: Queue; deliver: Deliver }, options: ConsumeOptions): Consuming {
  const { atOnce, turn, log, hiddenSeconds = HIDDEN_SECONDS, waitSeconds = WAIT_SECONDS } = options;
  const stopping = new AbortController();
  const isStopping = () => stopping.signal.aborted;
  const atWork = new Set<Promise<void>>();
  let answeredAt = Date.now();

  async function take(): Promise<TakenMessage[]> {
    const atMost = Math.min(atOnce - atWork.size, MOST_TAKEN);
    try {
      const taken = await queue.take({ atMost, waitSeconds, hiddenSeconds });
      answeredAt = Date.now();
      return taken;
    } catch (error) {
      log.error({ queue: queue.name, err: error }, 'the queue does not answer');
      await delay(PAUSE_MS, undefined, { signal: stopping.signal }).catch(() => undefined); // aborted: no more to wait for
      return [];
    }
  }

  async function hide(message: TakenMessage, seconds: number): Promise<void> {
    try {
      await queue.hide(message, seconds);
      answeredAt = Date.now();
    } catch (error) {
      // another worker may take it as well; handlers are made for that
      log.warn({ queue: queue.name, messageId: message.id, err: error }, 'how long a message is hidden could not be changed');
    }
  }

  async function work(message: TakenMessage): Promise<void> {
    const extending = setInterval(() => void hide(message, hiddenSeconds), (hiddenSeconds * 1_000) / 3);
    try {
      if (await deliver(message, turn)) await queue.remove(message);
    } catch (error) {
      log.error({ queue: queue.name, messageId: message.id, err: error }, 'a settled message could not be removed: it comes again');
    } finally {
      clearInterval(extending);
    }
  }

  async function run(): Promise<void> {
    while (!isStopping()) {
      if (atWork.size >= atOnce) await Promise.race(atWork);
      for (const message of await take()) {
        const working = (isStopping() ? hide(message, 0) : work(message)).finally(() => atWork.delete(working));
        atWork.add(working);
      }
    }
    await Promise.all(atWork);
  }

  const running = run();
  return {
    answeredAt: () => answeredAt,
    stop() {
      stopping.abort();
      return running;
    },
  };
}
