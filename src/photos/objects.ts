import type { Readable } from 'node:stream';
import { AbortMultipartUploadCommand, GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { ifThere, isNamed } from '../shared/aws.ts';
import { unavailable } from '../shared/errors.ts';

/** An object's bytes as they were at one moment, whatever is written over them meanwhile. They can be taken once, in one of three ways. */
export interface StoredBytes {
  bytes: number;
  /** Names just these bytes: with it, they are opened again, or not at all. */
  etag: string;
  /** As they come, never all at once. Whoever stops early ends the download. */
  stream(): AsyncIterable<Buffer>;
  /** All of them, held once; reading more than `bytes` is impossible. */
  read(): Promise<Buffer>;
  /** Ends the download unread. */
  drop(): void;
}

/** @throws `unavailable` when the download breaks off. */
async function* chunksOf(body: Readable): AsyncIterable<Buffer> {
  try {
    for await (const chunk of body) yield chunk;
  } catch (error) {
    throw unavailable('The object storage broke off while it was read; try again.', error);
  }
}

async function whole(body: Readable, bytes: number): Promise<Buffer> {
  const all = Buffer.allocUnsafeSlow(bytes);
  let filled = 0;
  for await (const chunk of chunksOf(body)) filled += chunk.copy(all, filled);
  if (filled !== bytes) throw unavailable('The object storage broke off while it was read; try again.');
  return all;
}

/**
 * An object, opened to be read; undefined when there is none.
 * @param etag of the only bytes that are wanted: undefined too when it has others by now.
 */
export async function openObject(objects: S3Client, bucket: string, key: string, etag?: string): Promise<StoredBytes | undefined> {
  const get = new GetObjectCommand({ Bucket: bucket, Key: key, ...(etag && { IfMatch: etag }) });
  const answer = await ifThere(objects.send(get)).catch((error) => {
    if (!isNamed(error, 'PreconditionFailed')) throw error;
  });
  const { Body, ContentLength, ETag = '' } = answer ?? {};
  if (!Body || ContentLength === undefined) return undefined;
  const body = Body as Readable;
  return {
    bytes: ContentLength,
    etag: ETag,
    stream: () => chunksOf(body),
    read: () => whole(body, ContentLength),
    drop: () => void body.destroy(),
  };
}

/** Ends a multipart upload, whoever began it: its parts would be kept, and paid for. It may have ended already. */
export async function abortMultipart(objects: S3Client, bucket: string, key: string, uploadId: string): Promise<void> {
  await ifThere(objects.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId })));
}
