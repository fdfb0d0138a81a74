import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

/**
 * A process that measures one handler: microseconds of CPU an invocation, over all threads (compiler and garbage collector among them).
 * An event comes as the text that the runtime API hands out, and the answer goes as text, as the runtime interface client has it.
 */
export interface Order {
  module: string;
  events: string[];
  warmUps: number;
  invocations: number;
}

export interface Measured {
  microseconds: number;
  /** The last answer. */
  answer: string;
}

const context = { awsRequestId: '8476a536-e9f4-11e8-9739-2dfe598c3fcd', getRemainingTimeInMillis: () => 30_000 };

process.once('message', async ({ module, events, warmUps, invocations }: Order) => {
  const { handler } = await import(pathToFileURL(module).href);
  let answer = '';
  let count = 0;
  const invoke = async (times: number) => {
    for (let time = 0; time < times; time++) {
      answer = JSON.stringify(await handler(JSON.parse(events[count++ % events.length] as string), context));
      await setImmediate(); // between two events the loop turns, and what was put off is done
    }
  };
  await invoke(warmUps);
  const before = process.cpuUsage();
  await invoke(invocations);
  const { user, system } = process.cpuUsage(before);
  process.send?.({ microseconds: (user + system) / invocations, answer } satisfies Measured);
  process.disconnect();
});
