import { type DynamoDBDocumentClient, QueryCommand, type QueryCommandInput, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { batchGet, batchWrite } from '../shared/batches.ts';
import { unavailable } from '../shared/errors.ts';
import type { InventoryPage, Photo, PhotoId, PhotoStatus } from './photo.ts';

export interface PhotoPage {
  photos: Photo[];
  /** The photoId to go on after; absent at the end. */
  next?: string;
}

/** The part of the port that is about many rows. */
export interface PhotoQueries {
  /** How many uploads of a user, not older than the photoId `since`, are open; counted no further than `most`. */
  countOpenUploads(userId: string, since: string, most: number): Promise<number>;
  /** Rows that exist, of whichever users, also expired ones, in no promised order. */
  getMany(ids: PhotoId[]): Promise<Photo[]>;
  /** A page of all rows, also expired ones, in no promised order. */
  scan(after: string | undefined): Promise<InventoryPage<Photo>>;
  /** Newest first, at most `limit`, going on after a photoId. */
  list(userId: string, status: PhotoStatus, limit: number, after?: string): Promise<PhotoPage>;
  /** The newest photoIds of a user, whatever their state, also expired ones. */
  newest(userId: string, limit: number): Promise<string[]>;
  /** Removes rows; tells, as they go, which photoIds are gone by now. Those that are not named were not there. */
  removeMany(userId: string, photoIds: string[], gone: (photoIds: string[]) => Promise<void>): Promise<void>;
}

/** Rows that one call of a list reads at least. */
const FEWEST = 25;

/** Rows that one call of a scan reads. */
const SCANNED = 250;

/** TTL deletes late: what is expired counts as gone. */
const OF_STATUS = '#status = :status AND (attribute_not_exists(expiresAt) OR expiresAt > :seconds)';

const ofStatus = (status: string) => ({
  names: { '#status': 'status' },
  values: { ':status': status, ':seconds': Math.floor(Date.now() / 1000) },
});

export function photoQueries(tables: DynamoDBDocumentClient, table: string): PhotoQueries {
  /** A user's rows, newest first, strongly consistent. */
  const query = (userId: string, values: Record<string, unknown>, more: Partial<QueryCommandInput>) =>
    tables.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'userId = :userId',
        ExpressionAttributeValues: { ':userId': userId, ...values },
        ScanIndexForward: false,
        ConsistentRead: true,
        ...more,
      }),
    );

  return {
    async list(userId, status, limit, after) {
      const { names, values } = ofStatus(status);
      const filter = { FilterExpression: OF_STATUS, ExpressionAttributeNames: names };
      const photos: Photo[] = [];
      // what is filtered out was read all the same: reading row by row for the last one would take as many calls
      const Limit = Math.max(limit, FEWEST);
      let from: QueryCommandInput['ExclusiveStartKey'] = after === undefined ? undefined : { userId, photoId: after };
      do {
        const page = await query(userId, values, { ...filter, Limit, ExclusiveStartKey: from });
        photos.push(...((page.Items ?? []) as Photo[]));
        from = page.LastEvaluatedKey;
      } while (from && photos.length < limit);
      const page = photos.slice(0, limit);
      const next = photos.length > limit ? page.at(-1)?.photoId : from?.photoId;
      return { photos: page, ...(next !== undefined && { next: String(next) }) };
    },

    async newest(userId, limit) {
      const { Items = [] } = await query(userId, {}, { ProjectionExpression: 'photoId', Limit: limit });
      return (Items as PhotoId[]).map(({ photoId }) => photoId);
    },

    async countOpenUploads(userId, since, most) {
      const { names, values } = ofStatus('pending');
      let count = 0;
      let from: QueryCommandInput['ExclusiveStartKey'];
      do {
        const page = await query(
          userId,
          { ...values, ':since': since },
          {
            // ids sort by time, so what is too old to be open is not even read
            KeyConditionExpression: 'userId = :userId AND photoId >= :since',
            FilterExpression: `${OF_STATUS} AND attribute_exists(#upload)`,
            ExpressionAttributeNames: { ...names, '#upload': 'upload' },
            Select: 'COUNT',
            ExclusiveStartKey: from,
          },
        );
        count += page.Count ?? 0;
        from = page.LastEvaluatedKey;
      } while (from && count < most);
      return count;
    },

    async getMany(ids) {
      const keys = new Map(ids.map(({ userId, photoId }) => [`${userId}/${photoId}`, { userId, photoId }]));
      return batchGet<Photo>(tables, table, [...keys.values()]);
    },

    async scan(after) {
      const start = after === undefined ? {} : { ExclusiveStartKey: JSON.parse(after) as PhotoId };
      const { Items = [], LastEvaluatedKey: last } = await tables.send(new ScanCommand({ TableName: table, Limit: SCANNED, ...start }));
      return { items: Items as Photo[], next: last && JSON.stringify(last) };
    },

    async removeMany(userId, photoIds, gone) {
      const keys = photoIds.map((photoId) => ({ userId, photoId }));
      const there = await batchGet<PhotoId>(tables, table, keys, ['userId', 'photoId']);
      const writes = there.map(({ photoId }) => ({ key: { userId, photoId } }));
      const undone = await batchWrite(tables, table, writes, (done) => gone(done.map(({ key }) => String(key.photoId))));
      if (undone.length > 0) throw unavailable('Not all photos could be deleted in time; ask again.');
    },
  };
}
