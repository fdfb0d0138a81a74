import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { ifHeld } from '../shared/aws.ts';
import type { RequestRecord, RequestStore } from './idempotency.ts';

const KEPT_SECONDS = 24 * 60 * 60;

const seconds = () => Math.floor(Date.now() / 1000);

/** The `requests` table: one item per idempotency key, dropped by TTL after a day. */
export function requestStore(tables: DynamoDBDocumentClient, table: string): RequestStore {
  const set = (requestKey: string, name: 'outcomeStatus' | 'leaseUntil', value: number, condition: string, values = {}) =>
    tables.send(
      new UpdateCommand({
        TableName: table,
        Key: { requestKey },
        UpdateExpression: `SET ${name} = :value`,
        ConditionExpression: condition,
        ExpressionAttributeValues: { ':value': value, ...values },
      }),
    );

  return {
    async begin(requestKey, record) {
      const now = seconds();
      const put = new PutCommand({
        TableName: table,
        Item: { requestKey, ...record, expiresAt: now + KEPT_SECONDS },
        // TTL deletes late: what is expired counts as gone
        ConditionExpression: 'attribute_not_exists(requestKey) OR expiresAt <= :now',
        ExpressionAttributeValues: { ':now': now },
      });
      if (await ifHeld(tables.send(put))) return undefined;
      const { Item } = await tables.send(new GetCommand({ TableName: table, Key: { requestKey }, ConsistentRead: true }));
      // gone between the two calls: its try was refused, which is as good as being at work still
      return (Item as RequestRecord | undefined) ?? record;
    },
    async takeOver(requestKey, seen, leaseUntil) {
      return (
        (await ifHeld(
          set(requestKey, 'leaseUntil', leaseUntil, 'leaseUntil = :seen AND attribute_not_exists(outcomeStatus)', {
            ':seen': seen.leaseUntil,
          }),
        )) !== undefined
      );
    },
    async finish(requestKey, status) {
      await set(requestKey, 'outcomeStatus', status, 'attribute_exists(requestKey)');
    },
    async release(requestKey) {
      await set(requestKey, 'leaseUntil', 0, 'attribute_exists(requestKey)');
    },
    async forget(requestKey) {
      await tables.send(new DeleteCommand({ TableName: table, Key: { requestKey } }));
    },
    async ping() {
      await tables.send(new GetCommand({ TableName: table, Key: { requestKey: '-' } }));
    },
  };
}
