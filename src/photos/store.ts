import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { ifHeld } from '../shared/aws.ts';
import { newVersion } from '../shared/version.ts';
import { isExpired, type Measured, type Metadata, PENDING_SECONDS, type Photo, type PhotoId, type Thumbnail } from './photo.ts';
import { type PhotoQueries, photoQueries } from './store-queries.ts';
import type { Upload } from './uploads/upload.ts';

/** The port to where rows of photos are. Every read but `scan` is strongly consistent; expired rows are absent unless said otherwise. */
export interface PhotoStore extends PhotoQueries {
  get(id: PhotoId): Promise<Photo | undefined>;
  /** Puts a new row; false when there is one under this id. */
  insert(photo: Photo): Promise<boolean>;
  /** Whether there is a row, also an expired one that TTL has not got to yet. */
  exists(id: PhotoId): Promise<boolean>;
  /** `pending` → `ready`, which ends its expiry; undefined when the row is gone, expired or not pending any more. */
  markReady(id: PhotoId, measured: Measured): Promise<Photo | undefined>;
  /** `pending` → `rejected`, told for 7 days; undefined when the row is gone, expired or not pending any more. */
  markRejected(id: PhotoId, why: NonNullable<Photo['rejected']>): Promise<Photo | undefined>;
  /** Notes what became of the thumbnail of a `ready` photo; undefined when the row is gone, not ready, or was told before. */
  setThumbnail(id: PhotoId, thumbnail: Thumbnail): Promise<Photo | undefined>;
  /** Notes what an upload is by now; undefined when the row is gone, expired or not pending any more. */
  setUpload(id: PhotoId, upload: Upload): Promise<Photo | undefined>;
  /** Removes the row unless it is `ready`; false when it is, or is gone. */
  removeUnfinished(id: PhotoId): Promise<boolean>;
  /** Removes the row if it has expired; false when it hasn't, or is gone. */
  removeExpired(id: PhotoId): Promise<boolean>;
  /** Replaces the metadata of exactly the version given; undefined when that is not the current one. */
  setMetadata(photo: Photo, metadata: Metadata): Promise<Photo | undefined>;
  /** Removes the row, if it is of the version given; false when it isn't there or has another. */
  remove(id: PhotoId, version?: string): Promise<boolean>;
  /** Rejects when the table does not answer. */
  ping(): Promise<void>;
}

/** Still waiting for its bytes, and in time. */
const IS_OPEN = '#status = :pending AND expiresAt > :seconds';

interface Change {
  set: Record<string, unknown>;
  remove?: string;
  condition: string;
  values: Record<string, unknown>;
}

const nowSeconds = () => Math.floor(Date.now() / 1000);
const isOpen = () => ({ condition: IS_OPEN, values: { ':pending': 'pending', ':seconds': nowSeconds() } });

export function photoStore(tables: DynamoDBDocumentClient, table: string): PhotoStore {
  const keyOf = ({ userId, photoId }: PhotoId) => ({ userId, photoId });

  async function read(id: PhotoId): Promise<Photo | undefined> {
    const { Item } = await tables.send(new GetCommand({ TableName: table, Key: keyOf(id), ConsistentRead: true }));
    return Item as Photo | undefined;
  }

  /** Makes a row's next version; undefined when the condition does not hold. */
  async function change(id: PhotoId, { set, remove, condition, values }: Change): Promise<Photo | undefined> {
    const next = Object.entries({ ...set, version: newVersion(), updatedAt: new Date().toISOString() });
    const names = new Set([...next.map(([name]) => name), ...(condition.includes('#status') ? ['status'] : [])]);
    const update = new UpdateCommand({
      TableName: table,
      Key: keyOf(id),
      UpdateExpression: `SET ${next.map(([name]) => `#${name} = :${name}`).join(', ')}${remove ? ` REMOVE ${remove}` : ''}`,
      ConditionExpression: condition,
      ExpressionAttributeNames: Object.fromEntries([...names].map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: { ...Object.fromEntries(next.map(([name, value]) => [`:${name}`, value])), ...values },
      ReturnValues: 'ALL_NEW',
    });
    return (await ifHeld(tables.send(update)))?.Attributes as Photo | undefined;
  }

  /** Removes a row; false when the condition does not hold. */
  async function removeIf(
    id: PhotoId,
    condition: string,
    values?: Record<string, unknown>,
    names?: Record<string, string>,
  ): Promise<boolean> {
    const more = { ...(values && { ExpressionAttributeValues: values }), ...(names && { ExpressionAttributeNames: names }) };
    const remove = new DeleteCommand({ TableName: table, Key: keyOf(id), ConditionExpression: condition, ...more });
    return (await ifHeld(tables.send(remove))) !== undefined;
  }

  return {
    ...photoQueries(tables, table),

    async get(id) {
      const photo = await read(id);
      return photo && !isExpired(photo) ? photo : undefined;
    },

    exists: async (id) => (await read(id)) !== undefined,

    async insert(photo) {
      const put = new PutCommand({ TableName: table, Item: photo, ConditionExpression: 'attribute_not_exists(photoId)' });
      return (await ifHeld(tables.send(put))) !== undefined;
    },

    markReady: (id, measured) => change(id, { set: { ...measured, status: 'ready' }, remove: 'expiresAt', ...isOpen() }),

    markRejected: (id, rejected) =>
      change(id, { set: { rejected, status: 'rejected', expiresAt: nowSeconds() + PENDING_SECONDS }, ...isOpen() }),

    setUpload: (id, upload) => change(id, { set: { upload }, ...isOpen() }),

    setThumbnail: (id, thumbnail) =>
      change(id, {
        set: { thumbnail },
        condition: '#status = :ready AND #thumbnail.#status = :pending',
        values: { ':ready': 'ready', ':pending': 'pending' },
      }),

    setMetadata: (photo, metadata) =>
      change(photo, { set: { metadata }, condition: '#version = :seen', values: { ':seen': photo.version } }),

    remove: (id, version) =>
      version === undefined ? removeIf(id, 'attribute_exists(photoId)') : removeIf(id, 'version = :seen', { ':seen': version }),

    removeUnfinished: (id) =>
      removeIf(id, 'attribute_exists(photoId) AND #status <> :ready', { ':ready': 'ready' }, { '#status': 'status' }),

    removeExpired: (id) => removeIf(id, 'expiresAt <= :seconds', { ':seconds': nowSeconds() }),

    async ping() {
      await read({ userId: '-', photoId: '-' });
    },
  };
}
