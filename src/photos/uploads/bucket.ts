import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  ListPartsCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { ifThere, isNamed } from '../../shared/aws.ts';
import { uploadKey } from '../key.ts';
import { abortMultipart, openObject, type StoredBytes } from '../objects.ts';
import type { PhotoId } from '../photo.ts';
import type { ArrivedPart } from './upload.ts';

/** The port to where browsers put bytes that nobody has checked yet. */
export interface UploadBucket {
  startMultipart(id: PhotoId, contentType: string): Promise<string>;
  /** Parts that arrived; undefined when there is no such multipart upload (any more). */
  listParts(id: PhotoId, uploadId: string): Promise<ArrivedPart[] | undefined>;
  /** Puts the parts together, unless something is there already. */
  completeMultipart(id: PhotoId, uploadId: string, parts: ArrivedPart[]): Promise<void>;
  abortMultipart(id: PhotoId, uploadId: string): Promise<void>;
  /** How many bytes arrived; undefined when nothing did. */
  arrivedBytes(id: PhotoId): Promise<number | undefined>;
  /** What arrived; with an etag, undefined too when something else has arrived since. */
  openUpload(id: PhotoId, etag?: string): Promise<StoredBytes | undefined>;
  /** Removes what arrived, if anything did. */
  removeUpload(id: PhotoId): Promise<void>;
}

export function uploadBucket(objects: S3Client, bucket: string): UploadBucket {
  const at = (id: PhotoId) => ({ Bucket: bucket, Key: uploadKey(id) });

  return {
    async startMultipart(id, contentType) {
      const { UploadId } = await objects.send(new CreateMultipartUploadCommand({ ...at(id), ContentType: contentType }));
      return String(UploadId);
    },

    async listParts(id, uploadId) {
      // one page holds a thousand parts, as many as the largest `MAX_MULTIPART_BYTES` makes
      const answer = await ifThere(objects.send(new ListPartsCommand({ ...at(id), UploadId: uploadId })));
      return (
        answer &&
        (answer.Parts ?? []).map(({ PartNumber, Size, ETag }) => ({
          partNumber: Number(PartNumber),
          bytes: Number(Size),
          etag: String(ETag),
        }))
      );
    },

    async completeMultipart(id, uploadId, parts) {
      const Parts = parts.map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: etag }));
      const complete = new CompleteMultipartUploadCommand({ ...at(id), UploadId: uploadId, MultipartUpload: { Parts }, IfNoneMatch: '*' });
      try {
        await ifThere(objects.send(complete));
      } catch (error) {
        if (!isNamed(error, 'PreconditionFailed')) throw error; // it arrived: by an earlier call, or by the browser's own
      }
    },

    abortMultipart: (id, uploadId) => abortMultipart(objects, bucket, uploadKey(id), uploadId),

    async arrivedBytes(id) {
      return (await ifThere(objects.send(new HeadObjectCommand(at(id)))))?.ContentLength;
    },

    openUpload: (id, etag) => openObject(objects, bucket, uploadKey(id), etag),

    async removeUpload(id) {
      await objects.send(new DeleteObjectCommand(at(id)));
    },
  };
}
