import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  ListPartsCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { isNamed } from '../../shared/aws.ts';
import { unavailable } from '../../shared/errors.ts';
import { originalKey, uploadKey } from '../key.ts';
import type { PhotoId } from '../photo.ts';
import type { ArrivedPart } from './upload.ts';

/** Bytes as they were at one moment, whatever is written over them meanwhile. */
export interface Arrived {
  bytes: number;
  /** All of them; reading more than `bytes` is impossible. */
  read(): Promise<Buffer>;
  /** Ends the download unread. */
  drop(): void;
}

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
  openUpload(id: PhotoId): Promise<Arrived | undefined>;
  openOriginal(id: PhotoId): Promise<Arrived | undefined>;
  /** Removes what arrived, if anything did. */
  removeUpload(id: PhotoId): Promise<void>;
}

/** The call's answer, or undefined when what it is about does not exist. */
async function ifThere<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isNamed(error, 'NoSuchKey', 'NotFound', 'NoSuchUpload')) return undefined;
    throw error;
  }
}

/** @throws `unavailable` when the download breaks off. */
async function whole(body: NonNullable<GetObjectCommandOutput['Body']>): Promise<Buffer> {
  try {
    const { buffer, byteOffset, byteLength } = await body.transformToByteArray();
    return Buffer.from(buffer, byteOffset, byteLength);
  } catch (error) {
    throw unavailable('The object storage broke off while it was read; try again.', error);
  }
}

export function uploadBucket(objects: S3Client, bucket: string): UploadBucket {
  const at = (id: PhotoId) => ({ Bucket: bucket, Key: uploadKey(id) });

  async function open(key: string): Promise<Arrived | undefined> {
    const answer = await ifThere(objects.send(new GetObjectCommand({ Bucket: bucket, Key: key })));
    const { Body, ContentLength } = answer ?? {};
    if (!Body || ContentLength === undefined) return undefined;
    return {
      bytes: ContentLength,
      read: () => whole(Body),
      drop: () => void (Body as { destroy?: () => void }).destroy?.(),
    };
  }

  async function abortMultipart(id: PhotoId, uploadId: string): Promise<void> {
    await ifThere(objects.send(new AbortMultipartUploadCommand({ ...at(id), UploadId: uploadId })));
  }

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

    abortMultipart,

    async arrivedBytes(id) {
      return (await ifThere(objects.send(new HeadObjectCommand(at(id)))))?.ContentLength;
    },

    openUpload: (id) => open(uploadKey(id)),
    openOriginal: (id) => open(originalKey(id)),

    async removeUpload(id) {
      await objects.send(new DeleteObjectCommand(at(id)));
    },
  };
}
