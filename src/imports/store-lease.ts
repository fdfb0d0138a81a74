import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { ifHeld } from '../shared/aws.ts';

/** The lease's row among the imports; no importId has a colon. */
export const LEASE_ID = ':lease';

/** What whoever takes the lease finds. */
export interface Taken {
  /** The import that was begun and, as far as the lease knows, not finished: it goes on before another begins. */
  current?: string | undefined;
  /** Whether its holder died: it never gave the lease back. */
  crashed: boolean;
}

/** The port to the installation's one lease: who holds it imports, everybody else waits. */
export interface ImportLease {
  /** Takes the lease, unless somebody holds it. */
  take(run: string, untilMs: number): Promise<Taken | undefined>;
  /** Holds it longer, for this import; false when it is lost. */
  renew(run: string, current: string, untilMs: number): Promise<boolean>;
  /** Gives it back, if it isn't lost. @param isFinished whether the import is that it was held for */
  release(run: string, isFinished: boolean): Promise<void>;
  /** Whether nobody holds it. */
  isFree(): Promise<boolean>;
}

interface LeaseRow {
  holder?: string;
  /** Milliseconds since 1970; 0 when it was given back. */
  heldUntil?: number;
  current?: string;
}

export function importLease(tables: DynamoDBDocumentClient, table: string): ImportLease {
  const Key = { importId: LEASE_ID };

  async function read(): Promise<LeaseRow> {
    const { Item } = await tables.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
    return (Item ?? {}) as LeaseRow;
  }

  /** The row as it was before the update; undefined when the condition did not hold. */
  async function update(expression: string, condition: string, values: Record<string, unknown>): Promise<LeaseRow | undefined> {
    const command = new UpdateCommand({
      TableName: table,
      Key,
      UpdateExpression: expression,
      ConditionExpression: condition,
      // `current` is a reserved word
      ...(expression.includes('#current') && { ExpressionAttributeNames: { '#current': 'current' } }),
      ExpressionAttributeValues: values,
      ReturnValues: 'ALL_OLD',
    });
    const answer = await ifHeld(tables.send(command));
    return answer && ((answer.Attributes ?? {}) as LeaseRow);
  }

  return {
    async take(run, untilMs) {
      const values = { ':run': run, ':until': untilMs, ':now': Date.now() };
      const isFree = 'attribute_not_exists(heldUntil) OR heldUntil <= :now';
      const before = await update('SET holder = :run, heldUntil = :until', isFree, values);
      if (before) return { current: before.current, crashed: (before.heldUntil ?? 0) > 0 };
      // the SDK repeats a write whose answer was lost, and then its own first try is in the way
      const { holder, current } = await read();
      return holder === run ? { current, crashed: false } : undefined;
    },

    async renew(run, current, untilMs) {
      const values = { ':run': run, ':until': untilMs, ':current': current };
      return (await update('SET heldUntil = :until, #current = :current', 'holder = :run', values)) !== undefined;
    },

    async release(run, isFinished) {
      const gone = isFinished ? 'holder, #current' : 'holder';
      await update(`SET heldUntil = :zero REMOVE ${gone}`, 'holder = :run', { ':run': run, ':zero': 0 });
    },

    async isFree() {
      return ((await read()).heldUntil ?? 0) <= Date.now();
    },
  };
}
