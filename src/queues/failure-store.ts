import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { FailureStore } from './failure.ts';

/** As long as SQS keeps a dead letter at most. */
const KEPT_SECONDS = 14 * 24 * 60 * 60;

/** Idempotency keys are hashes in this table, which have no slash. */
const keyOf = (messageId: string) => ({ requestKey: `failure/${messageId}` });

/** Failures of deliveries, in the `requests` table, dropped by TTL after 14 days. */
export function failureStore(tables: DynamoDBDocumentClient, table: string): FailureStore {
  return {
    async add(messageId, { error, at }) {
      const update = new UpdateCommand({
        TableName: table,
        Key: keyOf(messageId),
        UpdateExpression: 'SET lastError = :error, lastAt = :at, expiresAt = :end ADD times :one',
        ExpressionAttributeValues: {
          ':error': error,
          ':at': at.toISOString(),
          ':end': Math.floor(at.getTime() / 1000) + KEPT_SECONDS,
          ':one': 1,
        },
      });
      await tables.send(update);
    },
    async find(messageId) {
      const { Item } = await tables.send(new GetCommand({ TableName: table, Key: keyOf(messageId), ConsistentRead: true }));
      return Item && { times: Item.times, lastError: Item.lastError, lastAt: Item.lastAt };
    },
  };
}
