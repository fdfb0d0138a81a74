import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { isNamed } from '../shared/aws.ts';
import { batchGet, batchWrite } from '../shared/batches.ts';
import { unavailable } from '../shared/errors.ts';
import { newVersion } from '../shared/version.ts';
import type { Metadata, Photo, PhotoId, PhotoStatus } from './photo.ts';

export interface PhotoPage {
  photos: Photo[];
  /** The photoId to go on after; absent at the end. */
  next?: string;
}

/** The port to where rows of photos are. Every read is strongly consistent; expired rows are absent, however late TTL removes them. */
export interface PhotoStore {
  get(id: PhotoId): Promise<Photo | undefined>;
  /** Puts a new row; false when there is one under this id. */
  insert(photo: Photo): Promise<boolean>;
  /** `pending` → `ready`, which ends its expiry; undefined when the row is gone, expired or not pending any more. */
  markReady(id: PhotoId): Promise<Photo | undefined>;
  /** Replaces the metadata of exactly the version given; undefined when that is not the current one. */
  setMetadata(photo: Photo, metadata: Metadata): Promise<Photo | undefined>;
  /** Removes the row, if it is of the version given; false when it isn't there or has another. */
  remove(id: PhotoId, version?: string): Promise<boolean>;
  /** Newest first, at most `limit`, going on after a photoId. */
  list(userId: string, status: PhotoStatus, limit: number, after?: string): Promise<PhotoPage>;
  /** The newest photoIds of a user, whatever their state, also expired ones. */
  newest(userId: string, limit: number): Promise<string[]>;
  /** Removes rows; tells, as they go, which photoIds are gone by now. Those that are not named were not there. */
  removeMany(userId: string, photoIds: string[], gone: (photoIds: string[]) => Promise<void>): Promise<void>;
  /** Rejects when the table does not answer. */
  ping(): Promise<void>;
}

const nowSeconds = () => Math.floor(Date.now() / 1000);
const isLive = (photo: Photo | undefined) => photo && (photo.expiresAt === undefined || photo.expiresAt > nowSeconds());

export function photoStore(tables: DynamoDBDocumentClient, table: string): PhotoStore {
  const keyOf = ({ userId, photoId }: PhotoId) => ({ userId, photoId });

  /** The row as written, or undefined when the condition did not hold. */
  async function conditionally<T>(write: Promise<{ Attributes?: Record<string, unknown> | undefined }>): Promise<T | undefined> {
    try {
      return (await write).Attributes as T;
    } catch (error) {
      if (isNamed(error, 'ConditionalCheckFailedException')) return undefined;
      throw error;
    }
  }

  const changed = () => ({ ':version': newVersion(), ':now': new Date().toISOString() });

  return {
    async get(id) {
      const { Item } = await tables.send(new GetCommand({ TableName: table, Key: keyOf(id), ConsistentRead: true }));
      const photo = Item as Photo | undefined;
      return isLive(photo) ? photo : undefined;
    },

    async insert(photo) {
      const put = new PutCommand({ TableName: table, Item: photo, ConditionExpression: 'attribute_not_exists(photoId)' });
      return (await conditionally(tables.send(put).then(() => ({ Attributes: {} })))) !== undefined;
    },

    markReady(id) {
      return conditionally<Photo>(
        tables.send(
          new UpdateCommand({
            TableName: table,
            Key: keyOf(id),
            UpdateExpression: 'SET #status = :ready, version = :version, updatedAt = :now REMOVE expiresAt',
            ConditionExpression: '#status = :pending AND expiresAt > :seconds',
            ExpressionAttributeNames: { '#status': 'status' },
            ExpressionAttributeValues: { ':ready': 'ready', ':pending': 'pending', ':seconds': nowSeconds(), ...changed() },
            ReturnValues: 'ALL_NEW',
          }),
        ),
      );
    },

    setMetadata(photo, metadata) {
      return conditionally<Photo>(
        tables.send(
          new UpdateCommand({
            TableName: table,
            Key: keyOf(photo),
            UpdateExpression: 'SET metadata = :metadata, version = :version, updatedAt = :now',
            ConditionExpression: 'version = :seen',
            ExpressionAttributeValues: { ':metadata': metadata, ':seen': photo.version, ...changed() },
            ReturnValues: 'ALL_NEW',
          }),
        ),
      );
    },

    async remove(id, version) {
      const condition = version === undefined ? 'attribute_exists(photoId)' : 'version = :seen';
      const values = version === undefined ? {} : { ExpressionAttributeValues: { ':seen': version } };
      const remove = new DeleteCommand({ TableName: table, Key: keyOf(id), ConditionExpression: condition, ...values });
      return (await conditionally(tables.send(remove).then(() => ({ Attributes: {} })))) !== undefined;
    },

    async list(userId, status, limit, after) {
      const photos: Photo[] = [];
      let from = after === undefined ? undefined : { userId, photoId: after };
      do {
        const page = await tables.send(
          new QueryCommand({
            TableName: table,
            KeyConditionExpression: 'userId = :userId',
            // TTL deletes late: what is expired counts as gone
            FilterExpression: '#status = :status AND (attribute_not_exists(expiresAt) OR expiresAt > :seconds)',
            ExpressionAttributeNames: { '#status': 'status' },
            ExpressionAttributeValues: { ':userId': userId, ':status': status, ':seconds': nowSeconds() },
            ScanIndexForward: false,
            ConsistentRead: true,
            Limit: limit - photos.length,
            ...(from && { ExclusiveStartKey: from }),
          }),
        );
        photos.push(...((page.Items ?? []) as Photo[]));
        from = page.LastEvaluatedKey as typeof from;
      } while (from && photos.length < limit);
      return { photos, ...(from && { next: from.photoId }) };
    },

    async newest(userId, limit) {
      const { Items = [] } = await tables.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'userId = :userId',
          ExpressionAttributeValues: { ':userId': userId },
          ProjectionExpression: 'photoId',
          ScanIndexForward: false,
          ConsistentRead: true,
          Limit: limit,
        }),
      );
      return (Items as PhotoId[]).map(({ photoId }) => photoId);
    },

    async removeMany(userId, photoIds, gone) {
      const keys = photoIds.map((photoId) => ({ userId, photoId }));
      const there = await batchGet<PhotoId>(tables, table, keys, ['userId', 'photoId']);
      const writes = there.map((id) => ({ key: keyOf(id) }));
      const undone = await batchWrite(tables, table, writes, (done) => gone(done.map(({ key }) => String(key.photoId))));
      if (undone.length > 0) throw unavailable('Not all photos could be deleted in time; ask again.');
    },

    async ping() {
      await tables.send(new GetCommand({ TableName: table, Key: { userId: '-', photoId: '-' } }));
    },
  };
}
