import {
  AbortMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { isNamed } from '../shared/aws.ts';
import { chunk } from '../shared/batches.ts';
import { unavailable } from '../shared/errors.ts';
import { allKeys, originalKey, uploadKey, uploadPrefix } from './key.ts';
import type { Measured, Photo, PhotoId } from './photo.ts';

export interface SignedUrl {
  url: string;
  expiresAt: string;
}

/** The port to where photos' bytes are. */
export interface PhotoBucket {
  /** Stores the bytes of a photo, checked against its sha256 on arrival; false when something is there already, which stays. */
  putOriginal(photo: PhotoId & Measured, bytes: Buffer): Promise<boolean>;
  /** A URL that downloads the original, for whoever has it, for some minutes. */
  signOriginal(photo: PhotoId & Measured & Pick<Photo, 'fileName'>): Promise<SignedUrl>;
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
      await Promise.all(begun.map(({ Key, UploadId }) => abort(String(Key), String(UploadId))));
    }
  }

  async function abort(Key: string, UploadId: string): Promise<void> {
    try {
      await objects.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
    } catch (error) {
      if (!isNamed(error, 'NoSuchUpload')) throw error; // it has ended meanwhile
    }
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

    async signOriginal(photo) {
      const get = new GetObjectCommand({
        Bucket: bucket,
        Key: originalKey(photo),
        ResponseContentType: photo.contentType,
        ResponseContentDisposition: attachment(photo.fileName ?? `${photo.photoId}.${photo.contentType.split('/')[1]}`),
      });
      const expiresAt = new Date(Date.now() + urlSeconds * 1000).toISOString();
      return { url: await getSignedUrl(presigner, get, { expiresIn: urlSeconds }), expiresAt };
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
