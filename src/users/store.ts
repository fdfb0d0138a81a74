import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { ifHeld } from '../shared/aws.ts';
import { batchGet, batchWrite } from '../shared/batches.ts';
import type { User } from './user.ts';

export interface UserPage {
  users: User[];
  /** The userId to go on after; absent at the end. */
  next?: string;
}

/** On what condition a user is written: over whatever is there, only when nothing is, or over exactly this version. */
export type Over = 'anything' | 'nothing' | { version: string };

/** The port to where users are. Single and bulk reads are strongly consistent; the list is in no promised order. */
export interface UserStore {
  get(userId: string): Promise<User | undefined>;
  /** Writes a user; whether it replaced one, or undefined when the condition did not hold. */
  put(user: User, over: Over): Promise<{ replaced: boolean } | undefined>;
  /** Removes a user of this version; false when it is gone or has another. */
  remove(userId: string, version: string): Promise<boolean>;
  list(limit: number, after?: string): Promise<UserPage>;
  /** Those that exist. */
  getMany(userIds: string[]): Promise<Map<string, User>>;
  /** Writes users over whatever is there, no two with one userId; the userIds that could not be written in time. */
  putMany(users: User[]): Promise<string[]>;
  /** The userIds that could not be removed in time. */
  removeMany(userIds: string[]): Promise<string[]>;
  /** Rejects when the table does not answer. */
  ping(): Promise<void>;
}

export function userStore(tables: DynamoDBDocumentClient, table: string): UserStore {
  const idsOf = (undone: { key: Record<string, string> }[]) => undone.map(({ key }) => String(key.userId));

  async function get(userId: string): Promise<User | undefined> {
    const { Item } = await tables.send(new GetCommand({ TableName: table, Key: { userId }, ConsistentRead: true }));
    return Item as User | undefined;
  }

  return {
    get,

    async put(user, over) {
      const condition =
        typeof over === 'object'
          ? { ConditionExpression: 'version = :seen', ExpressionAttributeValues: { ':seen': over.version } }
          : over === 'nothing' && { ConditionExpression: 'attribute_not_exists(userId)' };
      const write = new PutCommand({ TableName: table, Item: user, ReturnValues: 'ALL_OLD', ...condition });
      const answer = await ifHeld(tables.send(write));
      if (answer) return { replaced: answer.Attributes !== undefined };
      // the SDK repeats a write whose answer was lost, and then its own first try is in the way
      const there = await get(user.userId);
      const isOurs = there?.version === user.version && there.updatedAt === user.updatedAt;
      return isOurs ? { replaced: over !== 'nothing' } : undefined;
    },

    async remove(userId, version) {
      const condition = { ConditionExpression: 'version = :seen', ExpressionAttributeValues: { ':seen': version } };
      return (await ifHeld(tables.send(new DeleteCommand({ TableName: table, Key: { userId }, ...condition })))) !== undefined;
    },

    async list(limit, after) {
      const users: User[] = [];
      let from = after === undefined ? undefined : { userId: after };
      do {
        const start = from && { ExclusiveStartKey: from };
        const page = await tables.send(new ScanCommand({ TableName: table, Limit: limit - users.length, ...start }));
        users.push(...((page.Items ?? []) as User[]));
        from = page.LastEvaluatedKey as typeof from;
      } while (from && users.length < limit);
      return { users, ...(from && { next: from.userId }) };
    },

    async getMany(userIds) {
      const users = await batchGet<User>(
        tables,
        table,
        userIds.map((userId) => ({ userId })),
      );
      return new Map(users.map((user) => [user.userId, user]));
    },

    async putMany(users) {
      return idsOf(
        await batchWrite(
          tables,
          table,
          users.map((user) => ({ key: { userId: user.userId }, item: { ...user } })),
        ),
      );
    },

    async removeMany(userIds) {
      return idsOf(
        await batchWrite(
          tables,
          table,
          userIds.map((userId) => ({ key: { userId } })),
        ),
      );
    },

    async ping() {
      await tables.send(new GetCommand({ TableName: table, Key: { userId: '-' } }));
    },
  };
}
