import { setTimeout as delay } from 'node:timers/promises';
import { BatchGetCommand, BatchWriteCommand, type BatchWriteCommandInput, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { deadlineSignal, timeLeft, withinPart } from './deadline.ts';
import { isProblem, unavailable } from './errors.ts';

/** What one call takes (DynamoDB's service quotas). */
export const GETS = 100;
export const WRITES = 25;
/** Calls at work at once: enough to hide their latency, too few to be throttled for by themselves. */
export const IN_FLIGHT = 4;
const FIRST_DELAY_MS = 25;
const LONGEST_DELAY_MS = 1_000;
/** Of the time left for writing: the rest is for saying what was not written. */
const WRITING_PART = 0.9;

export type Key = Record<string, string>;
type Request = NonNullable<NonNullable<BatchWriteCommandInput['RequestItems']>[string]>[number];

/** One write of many. `key` names the item; no two writes of a batch may have the same. */
export interface Write {
  key: Key;
  /** The whole item to put; absent, the item is deleted. */
  item?: Record<string, unknown>;
}

export function chunk<T>(items: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}

/** Does `work` for each item, at most `limit` at once; after a failure no more are begun. */
export async function eachInFlight<T>(limit: number, items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  let hasFailed = false;
  const lane = async () => {
    for (const item of queue) {
      if (hasFailed) return;
      await work(item).catch((error) => {
        hasFailed = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: limit }, lane));
}

/** Waits before the `attempt`-th repetition, with full jitter so that many callers don't come back together. */
async function backOff(attempt: number): Promise<void> {
  const left = timeLeft();
  const ms = Math.random() * Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt, left);
  if (left < FIRST_DELAY_MS) throw unavailable('The database is too busy to take all of this right now; try again.');
  await delay(ms, undefined, { signal: deadlineSignal() });
}

/**
 * Reads what there is of these keys, strongly consistent, in no promised order; what DynamoDB left out is asked for again.
 * @param keys no two alike.
 * @param attributes of each item; absent, all of them.
 * @throws `unavailable` when the surrounding deadline comes first.
 */
export async function batchGet<T>(tables: DynamoDBDocumentClient, table: string, keys: Key[], attributes: string[] = []): Promise<T[]> {
  const found: T[] = [];
  const names = Object.fromEntries(attributes.map((name, index) => [`#${index}`, name]));
  // the projection goes with every call: what comes back as unprocessed may have lost it
  const projection = attributes.length > 0 && { ExpressionAttributeNames: names, ProjectionExpression: Object.keys(names).join(', ') };
  await eachInFlight(IN_FLIGHT, chunk(keys, GETS), async (group) => {
    let rest: Key[] = group;
    for (let attempt = 0; rest.length > 0; attempt++) {
      if (attempt > 0) await backOff(attempt);
      const request = { [table]: { Keys: rest, ConsistentRead: true, ...projection } };
      const { Responses, UnprocessedKeys } = await tables.send(new BatchGetCommand({ RequestItems: request }));
      found.push(...((Responses?.[table] ?? []) as T[]));
      rest = (UnprocessedKeys?.[table]?.Keys ?? []) as Key[];
    }
  });
  return found;
}

/** One call: those of the writes that were left undone, which is all of them when the table is too busy. */
async function writeGroup(tables: DynamoDBDocumentClient, table: string, group: Write[]): Promise<Write[]> {
  const requests = group.map(({ key, item }): Request => (item ? { PutRequest: { Item: item } } : { DeleteRequest: { Key: key } }));
  try {
    const { UnprocessedItems } = await tables.send(new BatchWriteCommand({ RequestItems: { [table]: requests } }));
    const left = UnprocessedItems?.[table] ?? [];
    if (left.length === 0) return [];
    const isLeft = (key: Key) => left.some(({ PutRequest, DeleteRequest }) => names(PutRequest?.Item ?? DeleteRequest?.Key ?? {}, key));
    return group.filter(({ key }) => isLeft(key));
  } catch (error) {
    if (isProblem(error, 'unavailable')) return group;
    throw error;
  }
}

const names = (item: Record<string, unknown>, key: Key) => Object.entries(key).every(([attribute, value]) => item[attribute] === value);

/**
 * Puts and deletes, in groups, several in flight, what DynamoDB left undone again with full jitter, until it is done or nearly all of
 * the surrounding time budget is spent.
 * @param settled is told of writes as they are done.
 * @returns the writes that could not be done in time; one that was at work at that moment may have been done after all.
 */
export async function batchWrite(
  tables: DynamoDBDocumentClient,
  table: string,
  writes: Write[],
  settled?: (done: Write[]) => Promise<void>,
): Promise<Write[]> {
  const undone = new Set(writes);
  const settle = async (group: Write[]) => {
    let rest = group;
    for (let attempt = 0; rest.length > 0; attempt++) {
      if (attempt > 0) await backOff(attempt);
      const left = new Set(await writeGroup(tables, table, rest));
      const done = rest.filter((write) => !left.has(write));
      if (done.length > 0) await settled?.(done);
      for (const write of done) undone.delete(write);
      rest = [...left];
    }
  };
  try {
    await withinPart(WRITING_PART, () => eachInFlight(IN_FLIGHT, chunk(writes, WRITES), settle));
  } catch (error) {
    if (!isProblem(error, 'unavailable')) throw error;
  }
  return [...undone];
}
