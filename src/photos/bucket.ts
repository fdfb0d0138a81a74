import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { ifThere, isNamed } from '../shared/aws.ts';
import { chunk } from '../shared/batches.ts';
import { unavailable } from '../shared/errors.ts';
import { getSignedUrl } from '../shared/presign.ts';
import { allKeys, originalKey, thumbnailKey, uploadKey, uploadPrefix } from './key.ts';
import { abortMultipart, openObject, type StoredBytes } from './objects.ts';
import { type Measured, type Photo, type PhotoId, type SignedUrl, THUMBNAIL_TYPE } from './photo.ts';

/** The port to where photos' bytes are. */
export interface PhotoBucket {
  /** Stores the bytes of a photo, checked against its sha256 on arrival; false when something is there already, which stays. */
  putOriginal(photo: PhotoId & Measured, bytes: Buffer): Promise<boolean>;
  /** The original, opened to be read; undefined when there is none. */
  openOriginal(id: PhotoId): Promise<StoredBytes | undefined>;
  hasOriginal(id: PhotoId): Promise<boolean>;
  /** A URL that downloads the original, for whoever has it, for some minutes. */
  signOriginal(photo: PhotoId & Measured & Pick<Photo, 'fileName'>): Promise<SignedUrl>;
  /** Stores a thumbnail, over one that was made before. */
  putThumbnail(id: PhotoId, bytes: Buffer): Promise<void>;
  signThumbnail(photo: PhotoId & Pick<Photo, 'fileName'>): Promise<SignedUrl>;
  /** Removes the thumbnail, if there is one. */
  removeThumbnail(id: PhotoId): Promise<void>;
  /** Removes every object of these photos, whether it is there or not, and ends the multipart uploads that were begun for them. */
  removeAll(photos: PhotoId[]): Promise<void>;
  /** Rejects when the bucket does not answer. */
  ping(): Promise<void>;
}

/** S3's limit for one DeleteObjects call. */
const DELETES = 1_000;

/** `attachment` with the file's name, also in scripts other than Latin (RFC 6266, RFC 8187). */
function attachment(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const extended = encodeURIComponent(name).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${extended}`;
}

/** @param urlSeconds how long signed URLs live. */
export function photoBucket(objects: S3Client, presigner: S3Client, bucket: string, urlSeconds: number): PhotoBucket {
  /** Whoever began them, we or the browser: their parts would be kept, and paid for. */
  async function abortMultiparts(photos: PhotoId[]): Promise<void> {
    const keys = new Set(photos.map(uploadKey));
    const prefixes = new Set(photos.length === 1 ? keys : photos.map(({ userId }) => uploadPrefix(userId)));
    for (const Prefix of prefixes) {
      // one page, a thousand, is more than a user can have open; the lifecycle rule ends the rest
      const { Uploads = [] } = await objects.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix }));
      const begun = Uploads.filter(({ Key }) => keys.has(String(Key)));
      await Promise.all(begun.map(({ Key, UploadId }) => abortMultipart(objects, bucket, String(Key), String(UploadId))));
    }
  }

  /** @param name the file's, as whoever downloads it will see it. */
  async function sign(Key: string, contentType: string, name: string): Promise<SignedUrl> {
    const get = new GetObjectCommand({
      Bucket: bucket,
      Key,
      ResponseContentType: contentType,
      ResponseContentDisposition: attachment(name),
    });
    const expiresAt = new Date(Date.now() + urlSeconds * 1000).toISOString();
    return { url: await getSignedUrl(presigner, get, { expiresIn: urlSeconds }), expiresAt };
  }

  return {
    async putOriginal(photo, bytes) {
      const put = new PutObjectCommand({
        Bucket: bucket,
        Key: originalKey(photo),
        Body: bytes,
        ContentType: photo.contentType,
        ChecksumSHA256: Buffer.from(photo.sha256, 'hex').toString('base64'),
        IfNoneMatch: '*',
      });
      try {
        await objects.send(put);
        return true;
      } catch (error) {
        if (isNamed(error, 'PreconditionFailed')) return false;
        throw error;
      }
    },

    openOriginal: (id) => openObject(objects, bucket, originalKey(id)),

    async hasOriginal(id) {
      return (await ifThere(objects.send(new HeadObjectCommand({ Bucket: bucket, Key: originalKey(id) })))) !== undefined;
    },

    signOriginal: (photo) =>
      sign(originalKey(photo), photo.contentType, photo.fileName ?? `${photo.photoId}.${photo.contentType.split('/')[1]}`),

    async putThumbnail(id, bytes) {
      await objects.send(new PutObjectCommand({ Bucket: bucket, Key: thumbnailKey(id), Body: bytes, ContentType: THUMBNAIL_TYPE }));
    },

    signThumbnail: (photo) => sign(thumbnailKey(photo), THUMBNAIL_TYPE, `${photo.fileName?.replace(/\.[^.]*$/, '') || photo.photoId}.webp`),

    async removeThumbnail(id) {
      await objects.send(new DeleteObjectCommand({ Bucket: bucket, Key: thumbnailKey(id) }));
    },

    async removeAll(photos) {
      await abortMultiparts(photos);
      for (const keys of chunk(photos.flatMap(allKeys), DELETES)) {
        const { Errors = [] } = await objects.send(
          new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true } }),
        );
        if (Errors.length > 0) throw unavailable('Not all objects could be removed; try again.', Errors[0]);
      }
    },

    async ping() {
      await objects.send(new HeadBucketCommand({ Bucket: bucket }));
    },
  };
}
