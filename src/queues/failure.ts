/** Why a message could not be delivered. */
export interface Failure {
  /** How often it failed. */
  times: number;
  lastError: string;
  /** RFC 3339. */
  lastAt: string;
}

/** The port to where failures are kept, for as long as a dead letter can lie. */
export interface FailureStore {
  /** Counts one more failure of a message; the latest error is the one that is kept. */
  add(messageId: string, failure: { error: string; at: Date }): Promise<void>;
  find(messageId: string): Promise<Failure | undefined>;
}

const LONGEST = 1_000;

/** An error and what caused it, on one line of at most 1,000 characters. */
export function inWords(error: unknown): string {
  const words: string[] = [];
  for (let at = error; at !== undefined && at !== null; at = at instanceof Error ? at.cause : undefined) {
    words.push(at instanceof Error ? `${at.name}: ${at.message}` : String(at));
  }
  return words
    .join(' ← ')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .slice(0, LONGEST)
    .toWellFormed();
}
