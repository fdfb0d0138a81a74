import { setTimeout as delay } from 'node:timers/promises';
import { BatchGetCommand, BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { deadlineSignal, timeLeft } from './deadline.ts';
import { unavailable } from './errors.ts';

/** What one call takes (DynamoDB's service quotas). */
const GETS = 100;
const WRITES = 25;
const FIRST_DELAY_MS = 25;
const LONGEST_DELAY_MS = 1_000;

export type Key = Record<string, string>;

export function chunk<T>(items: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}

/** A key as text; DynamoDB may give its attributes back in another order. */
const identity = (key: Key) => JSON.stringify(Object.entries(key).sort());

/** Waits before the `attempt`-th repetition, with full jitter so that many callers don't come back together. */
async function backOff(attempt: number): Promise<void> {
  const ms = Math.random() * Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt);
  if (timeLeft() <= ms) throw unavailable('The database is too busy to take all of this right now; try again.');
  await delay(ms, undefined, { signal: deadlineSignal() });
}

/**
 * Reads what there is of these keys, strongly consistent, in no promised order; what DynamoDB left out is asked for again.
 * @throws `unavailable` when the surrounding deadline comes first.
 */
export async function batchGet(tables: DynamoDBDocumentClient, table: string, keys: Key[], attributes: string[]): Promise<Key[]> {
  const found: Key[] = [];
  // the projection goes with every call: what comes back as unprocessed may have lost it
  const names = Object.fromEntries(attributes.map((name, index) => [`#${index}`, name]));
  const projection = { ExpressionAttributeNames: names, ProjectionExpression: Object.keys(names).join(', '), ConsistentRead: true };
  for (const group of chunk(keys, GETS)) {
    let rest: Key[] = group;
    for (let attempt = 0; rest.length > 0; attempt++) {
      if (attempt > 0) await backOff(attempt);
      const { Responses, UnprocessedKeys } = await tables.send(
        new BatchGetCommand({ RequestItems: { [table]: { Keys: rest, ...projection } } }),
      );
      found.push(...((Responses?.[table] ?? []) as Key[]));
      rest = (UnprocessedKeys?.[table]?.Keys ?? []) as Key[];
    }
  }
  return found;
}

/**
 * Deletes these keys, in groups; what DynamoDB left undone is asked for again.
 * @param gone is told of each group's keys once they are gone, before the next group begins.
 * @throws `unavailable` when the surrounding deadline comes first.
 */
export async function batchDelete(
  tables: DynamoDBDocumentClient,
  table: string,
  keys: Key[],
  gone: (keys: Key[]) => Promise<void>,
): Promise<void> {
  for (const group of chunk(keys, WRITES)) {
    let rest = group;
    for (let attempt = 0; rest.length > 0; attempt++) {
      if (attempt > 0) await backOff(attempt);
      const { UnprocessedItems } = await tables.send(
        new BatchWriteCommand({ RequestItems: { [table]: rest.map((Key) => ({ DeleteRequest: { Key } })) } }),
      );
      const undone = new Set((UnprocessedItems?.[table] ?? []).map(({ DeleteRequest }) => identity((DeleteRequest?.Key ?? {}) as Key)));
      const done = rest.filter((key) => !undone.has(identity(key)));
      if (done.length > 0) await gone(done);
      rest = rest.filter((key) => undone.has(identity(key)));
    }
  }
}
