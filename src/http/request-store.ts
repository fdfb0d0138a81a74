import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { ifHeld } from '../shared/aws.ts';
import type { RequestRecord, RequestStore } from './idempotency.ts';

const KEPT_SECONDS = 24 * 60 * 60;

const seconds = () => Math.floor(Date.now() / 1000);

/** The `requests` table: one item per idempotency key, dropped by TTL after a day. */
export function requestStore(tables: DynamoDBDocumentClient, table: string): RequestStore {
  /** Sets an attribute while nobody else has the lease. */
  async function set(requestKey: string, lease: number, name: 'outcomeStatus' | 'leaseUntil', value: number): Promise<boolean> {
    const update = new UpdateCommand({
      TableName: table,
      Key: { requestKey },
      UpdateExpression: `SET ${name} = :value`,
      ConditionExpression: 'leaseUntil = :lease AND attribute_not_exists(outcomeStatus)',
      ExpressionAttributeValues: { ':value': value, ':lease': lease },
    });
    return (await ifHeld(tables.send(update))) !== undefined;
  }

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
    takeOver: (requestKey, seen, leaseUntil) => set(requestKey, seen.leaseUntil, 'leaseUntil', leaseUntil),
    async finish(requestKey, lease, status) {
      await set(requestKey, lease, 'outcomeStatus', status);
    },
    async release(requestKey, lease) {
      await set(requestKey, lease, 'leaseUntil', 0);
    },
    async forget(requestKey, lease) {
      const condition = { ConditionExpression: 'leaseUntil = :lease', ExpressionAttributeValues: { ':lease': lease } };
      await ifHeld(tables.send(new DeleteCommand({ TableName: table, Key: { requestKey }, ...condition })));
    },
    async ping() {
      await tables.send(new GetCommand({ TableName: table, Key: { requestKey: '-' } }));
    },
  };
}
