import { type DynamoDBDocumentClient, GetCommand, PutCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { ifHeld } from '../shared/aws.ts';
import { newVersion } from '../shared/version.ts';
import type { Import, Progress } from './import.ts';
import { LEASE_ID } from './store-lease.ts';

export interface ImportPage {
  imports: Import[];
  /** The importId to go on after; absent at the end. */
  next?: string;
}

/** How an import ended. */
export type Ending = { state: 'done' } | { state: 'failed'; error: NonNullable<Import['error']> };

/** The port to where the records of imports are. Reads are strongly consistent; lists are in no promised order. */
export interface ImportStore {
  /** Puts a new record; false when there is one under this id. */
  insert(record: Import): Promise<boolean>;
  get(importId: string): Promise<Import | undefined>;
  list(limit: number, after?: string): Promise<ImportPage>;
  /** Those that are waiting or running, of which a page may hold fewer than there is room for. */
  listUnfinished(limit: number, after?: string): Promise<ImportPage>;
  /**
   * `waiting` or `running` → `running` by this run; undefined when the import is finished.
   * @param etag of the bytes to read, unless the record says it already.
   * @param crashed whether the run before this one died.
   */
  begin(importId: string, run: string, etag: string | undefined, crashed: boolean): Promise<Import | undefined>;
  /** Notes how far a run is; false when another run has taken over, or the import is finished. */
  checkpoint(importId: string, run: string, progress: Progress): Promise<boolean>;
  /** `running` → `done` or `failed` by its run; false when another has taken over, or it is finished already. */
  finish(importId: string, run: string, progress: Progress, ending: Ending): Promise<boolean>;
  /** Ends as `failed` an import whose version is still this one; false when it isn't. */
  giveUp(seen: Import, error: NonNullable<Import['error']>): Promise<boolean>;
  /** Rejects when the table does not answer. */
  ping(): Promise<void>;
}

interface Change {
  set: Record<string, unknown>;
  /** Assignments beside those of `set`. */
  also?: string[];
  condition: string;
  values: Record<string, unknown>;
}

const IS_UNFINISHED = '#state IN (:waiting, :running)';
const UNFINISHED = { ':waiting': 'waiting', ':running': 'running' };

export function importStore(tables: DynamoDBDocumentClient, table: string): ImportStore {
  /** Makes a record's next version; undefined when the condition does not hold. */
  async function change(importId: string, { set, also = [], condition, values }: Change): Promise<Import | undefined> {
    const next = Object.entries({ ...set, version: newVersion(), updatedAt: new Date().toISOString() });
    const update = new UpdateCommand({
      TableName: table,
      Key: { importId },
      UpdateExpression: `SET ${[...next.map(([name]) => `#${name} = :${name}`), ...also].join(', ')}`,
      ConditionExpression: condition,
      ExpressionAttributeNames: { '#state': 'state', ...Object.fromEntries(next.map(([name]) => [`#${name}`, name])) },
      ExpressionAttributeValues: { ...Object.fromEntries(next.map(([name, value]) => [`:${name}`, value])), ...values },
      ReturnValues: 'ALL_NEW',
    });
    return (await ifHeld(tables.send(update)))?.Attributes as Import | undefined;
  }

  /** A change that only the run at work may make. */
  async function changeAs(run: string, importId: string, set: Record<string, unknown>): Promise<boolean> {
    const condition = { condition: 'run = :run AND #state = :running', values: { ':run': run, ':running': 'running' } };
    return (await change(importId, { set, ...condition })) !== undefined;
  }

  /** A page of the records that a filter lets through; the lease, which is in this table too, is none. */
  async function scan(limit: number, after: string | undefined, filter: string, values: Record<string, unknown>, most: number) {
    const imports: Import[] = [];
    let from = after === undefined ? undefined : { importId: after };
    for (let pages = 0; pages < most; pages++) {
      const page = await tables.send(
        new ScanCommand({
          TableName: table,
          ConsistentRead: true,
          Limit: limit - imports.length,
          FilterExpression: `importId <> :lease${filter}`,
          ...(filter && { ExpressionAttributeNames: { '#state': 'state' } }),
          ExpressionAttributeValues: { ':lease': LEASE_ID, ...values },
          ...(from && { ExclusiveStartKey: from }),
        }),
      );
      imports.push(...((page.Items ?? []) as Import[]));
      from = page.LastEvaluatedKey as typeof from;
      if (!from || imports.length >= limit) break;
    }
    return { imports, ...(from && { next: from.importId }) };
  }

  async function get(importId: string): Promise<Import | undefined> {
    const { Item } = await tables.send(new GetCommand({ TableName: table, Key: { importId }, ConsistentRead: true }));
    return Item as Import | undefined;
  }

  return {
    get,

    async insert(record) {
      const put = new PutCommand({ TableName: table, Item: record, ConditionExpression: 'attribute_not_exists(importId)' });
      return (await ifHeld(tables.send(put))) !== undefined;
    },

    list: (limit, after) => scan(limit, after, '', {}, Number.POSITIVE_INFINITY),
    listUnfinished: (limit, after) => scan(limit, after, ` AND ${IS_UNFINISHED}`, UNFINISHED, 1),

    begin: (importId, run, etag, crashed) =>
      change(importId, {
        set: { state: 'running', run },
        also: [
          'startedAt = if_not_exists(startedAt, :now)',
          'crashes = crashes + :crashed',
          ...(etag === undefined ? [] : ['etag = if_not_exists(etag, :etag)']),
        ],
        condition: IS_UNFINISHED,
        values: {
          ':waiting': 'waiting',
          ':running': 'running',
          ':now': new Date().toISOString(),
          ':crashed': crashed ? 1 : 0,
          ...(etag !== undefined && { ':etag': etag }),
        },
      }),

    checkpoint: (importId, run, progress) => changeAs(run, importId, { ...progress, crashes: 0 }),

    finish: (importId, run, progress, ending) => changeAs(run, importId, { ...progress, ...ending, finishedAt: new Date().toISOString() }),

    async giveUp({ importId, version }, error) {
      const set = { state: 'failed', error, finishedAt: new Date().toISOString() };
      const condition = { condition: `#version = :seen AND ${IS_UNFINISHED}`, values: { ':seen': version, ...UNFINISHED } };
      return (await change(importId, { set, ...condition })) !== undefined;
    },

    async ping() {
      await get('-');
    },
  };
}
