import { DeleteObjectCommand, ListMultipartUploadsCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { abortMultipart } from './objects.ts';
import type { InventoryPage } from './photo.ts';

export interface Listed {
  key: string;
  /** When it was last written, or begun. */
  since: Date;
}

export interface ListedMultipart extends Listed {
  uploadId: string;
}

/** The port to all that is in the bucket, whoever's it is, page by page. */
export interface PhotoInventory {
  objects(after: string | undefined): Promise<InventoryPage<Listed>>;
  /** Multipart uploads that are not put together. */
  multiparts(after: string | undefined): Promise<InventoryPage<ListedMultipart>>;
  /** Removes one object, if it is there. */
  remove(key: string): Promise<void>;
  /** Ends one multipart upload, if it has not ended. */
  abort(upload: ListedMultipart): Promise<void>;
}

/** What one listing of S3 holds at most. */
const MOST = 1_000;

/** @param pageSize how much one page holds. */
export function photoInventory(objects: S3Client, bucket: string, pageSize = MOST): PhotoInventory {
  return {
    async objects(after) {
      const page = await objects.send(new ListObjectsV2Command({ Bucket: bucket, StartAfter: after, MaxKeys: pageSize }));
      const items = (page.Contents ?? []).map(({ Key, LastModified }) => ({ key: String(Key), since: LastModified as Date }));
      return { items, next: page.IsTruncated ? items.at(-1)?.key : undefined };
    },

    async multiparts(after) {
      const [KeyMarker, UploadIdMarker] = after === undefined ? [] : (JSON.parse(after) as [string, string]);
      const page = await objects.send(new ListMultipartUploadsCommand({ Bucket: bucket, KeyMarker, UploadIdMarker, MaxUploads: pageSize }));
      const items = (page.Uploads ?? []).map(({ Key, UploadId, Initiated }) => ({
        key: String(Key),
        uploadId: String(UploadId),
        since: Initiated as Date,
      }));
      return { items, next: page.IsTruncated ? JSON.stringify([page.NextKeyMarker, page.NextUploadIdMarker]) : undefined };
    },

    async remove(key) {
      await objects.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    },

    abort: ({ key, uploadId }) => abortMultipart(objects, bucket, key, uploadId),
  };
}
