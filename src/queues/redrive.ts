import { s3EventOf } from './event-body.ts';
import type { Failure, FailureStore } from './failure.ts';
import type { Queue, TakenMessage } from './queue.ts';

/** Long enough for ten messages; one that was taken when the command was ended half way is back after it. */
const HIDDEN_SECONDS = 60;
/** A dry run holds all that it has shown, so that none is shown twice, and gives them back at its end. */
const DRY_HIDDEN_SECONDS = 300;
const WAIT_SECONDS = 1;
const MOST_TAKEN = 10;

export interface RedriveOptions {
  dryRun: boolean;
  /** Told what is found and done, line by line. */
  say(line: string): void;
}

/** What a message is about: the objects of its event, as it names them. */
function subject(body: string): string {
  try {
    const records = s3EventOf(body)?.Records ?? [];
    return records.map(({ eventName, s3 }) => `${eventName} ${s3.bucket.name}/${s3.object.key}`).join(', ') || 'no object';
  } catch {
    return `no S3 event: ${JSON.stringify(body.slice(0, 200))}`;
  }
}

function why(failure: Failure | undefined): string {
  if (!failure) return 'why is not known: it never came to its end, as when time ran out or the process died';
  const { times, lastAt, lastError } = failure;
  return `failed ${times} ${times === 1 ? 'time' : 'times'}, last at ${lastAt}: ${lastError}`;
}

/** All that there is, in groups. */
async function* takeAll(queue: Queue, hiddenSeconds: number): AsyncGenerator<TakenMessage> {
  for (;;) {
    const taken = await queue.take({ atMost: MOST_TAKEN, waitSeconds: WAIT_SECONDS, hiddenSeconds });
    if (taken.length === 0) return;
    yield* taken;
  }
}

/**
 * Moves a queue's dead letters back to it, after telling of each what it is and why it died. A message is sent before it is removed:
 * ended half way, one may be in both queues, and none is lost. Harmless to repeat.
 * @returns how many there were.
 */
export async function redrive(queue: Queue, failures: FailureStore, { dryRun, say }: RedriveOptions): Promise<number> {
  const dead = await queue.deadLetters();
  if (!dead) throw new Error(`${queue.name} has no dead-letter queue: it has no RedrivePolicy.`);
  say(`${queue.name}: about ${await dead.count()} in ${dead.name}`);
  const shown = new Map<string, TakenMessage>();
  for await (const message of takeAll(dead, dryRun ? DRY_HIDDEN_SECONDS : HIDDEN_SECONDS)) {
    if (shown.has(message.id)) break; // a dry run of more than it can hold
    shown.set(message.id, message);
    say(`  ${shown.size}. ${subject(message.body)}\n     ${why(await failures.find(message.id))}`);
    if (dryRun) continue;
    await queue.send(message.body);
    await dead.remove(message);
    say(`     moved back to ${queue.name}`);
  }
  if (dryRun) for (const message of shown.values()) await dead.hide(message, 0);
  say(`${queue.name}: ${shown.size} ${dryRun ? 'would be' : 'were'} moved back`);
  return shown.size;
}
