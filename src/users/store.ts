import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { User } from './user.ts';

/** The port to where users are. */
export interface UserStore {
  /** Writes a user, over one that exists. */
  put(user: User): Promise<void>;
  /** Rejects when the table does not answer. */
  ping(): Promise<void>;
}

export function userStore(tables: DynamoDBDocumentClient, table: string): UserStore {
  return {
    async put(user) {
      await tables.send(new PutCommand({ TableName: table, Item: user }));
    },
    async ping() {
      await tables.send(new GetCommand({ TableName: table, Key: { userId: '-' } }));
    },
  };
}
