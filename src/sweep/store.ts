import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';

/** The port to where each part of the sweep keeps its place. */
export interface SweepMarks {
  get(part: string): Promise<string | undefined>;
  /** @param mark where the next run goes on; undefined: from the beginning. */
  set(part: string, mark: string | undefined): Promise<void>;
}

/** After so long without a run, the next one begins anew. */
const KEPT_SECONDS = 7 * 24 * 60 * 60;

/** Marks are items of the `requests` table, beside idempotency keys, which are hashes: no name of a part can be one. */
export function sweepMarks(tables: DynamoDBDocumentClient, table: string): SweepMarks {
  const at = (part: string) => ({ TableName: table, Key: { requestKey: `sweep:${part}` } });
  return {
    async get(part) {
      const { Item } = await tables.send(new GetCommand({ ...at(part), ConsistentRead: true }));
      return Item?.mark as string | undefined;
    },
    async set(part, mark) {
      const { TableName, Key } = at(part);
      const expiresAt = Math.floor(Date.now() / 1000) + KEPT_SECONDS;
      if (mark === undefined) await tables.send(new DeleteCommand({ TableName, Key }));
      else await tables.send(new PutCommand({ TableName, Item: { ...Key, mark, expiresAt } }));
    },
  };
}
