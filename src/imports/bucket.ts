import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { GetObjectCommand, HeadBucketCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { isNamed } from '../shared/aws.ts';
import { unavailable } from '../shared/errors.ts';
import { ImportFailure } from './import.ts';
import { rejectsKey } from './key.ts';

/** A data file as it was at one moment, whatever is put over it meanwhile. */
export interface DataFile {
  bytes: number;
  etag: string;
  /** The bytes, once. @throws `unavailable` when the download breaks off */
  read(): AsyncGenerator<Buffer>;
  /** Ends the download, wherever it is. */
  drop(): void;
}

/** The file of rejected rows while it is written. There is nothing of it in the bucket until its end. */
export interface RejectsFile {
  write(line: string): Promise<void>;
  end(): Promise<void>;
  /** Leaves nothing behind. */
  drop(): Promise<void>;
}

/** The port to where data files are. */
export interface ImportBucket {
  /**
   * @param etag of the bytes wanted; absent, whatever is there.
   * @throws ImportFailure `file-changed`, `file-gone`, `file-unreadable`
   */
  open(key: string, etag: string | undefined): Promise<DataFile>;
  has(key: string): Promise<boolean>;
  /** Begins a file in place of the one that is there, if any. */
  startRejects(importId: string): RejectsFile;
  /** Rejects when the bucket does not answer. */
  ping(): Promise<void>;
}

/** What S3 answers to a GET that no repetition mends. */
function failureOf(error: unknown): ImportFailure | undefined {
  if (isNamed(error, 'PreconditionFailed'))
    return new ImportFailure('file-changed', 'The file was replaced: the new one is an import of its own.');
  if (isNamed(error, 'NoSuchKey')) return new ImportFailure('file-gone', 'There is no file any more.');
  if (isNamed(error, 'AccessDenied', 'InvalidObjectState', 'KMS.DisabledException'))
    return new ImportFailure('file-unreadable', 'The storage does not let the service read the file.');
  return undefined;
}

async function* chunksOf(body: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  const brokeOff = (cause?: unknown) => unavailable('The object storage broke off while it was read; try again.', cause);
  let arrived = 0;
  try {
    for await (const chunk of body) {
      arrived += chunk.length;
      yield chunk;
    }
  } catch (error) {
    throw brokeOff(error);
  }
  if (arrived < bytes) throw brokeOff(); // a file that is short would pass for a whole one
}

export function importBucket(objects: S3Client, bucket: string): ImportBucket {
  return {
    async open(key, etag) {
      const get = new GetObjectCommand({ Bucket: bucket, Key: key, ...(etag !== undefined && { IfMatch: `"${etag}"` }) });
      const {
        Body,
        ContentLength = 0,
        ETag = '',
      } = await objects.send(get).catch((error) => {
        throw failureOf(error) ?? error;
      });
      return {
        bytes: ContentLength,
        etag: ETag.replaceAll('"', ''),
        read: () => chunksOf(Body as Readable, ContentLength),
        drop: () => void (Body as Readable).destroy(),
      };
    },

    async has(key) {
      try {
        await objects.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
        return true;
      } catch (error) {
        if (isNamed(error, 'NotFound', 'NoSuchKey')) return false;
        throw error;
      }
    },

    startRejects(importId) {
      const body = new PassThrough();
      const params = { Bucket: bucket, Key: rejectsKey(importId), Body: body, ContentType: 'application/x-ndjson' };
      const upload = new Upload({ client: objects, params, queueSize: 1 });
      const done = upload.done();
      done.catch(() => {}); // whoever writes on, ends or drops is told
      return {
        async write(line) {
          if (!body.write(`${line}\n`)) await Promise.race([once(body, 'drain'), done]);
        },
        async end() {
          body.end();
          await done;
        },
        async drop() {
          // not by `abort()`: that forgets an upload which the storage is just beginning
          body.destroy(new Error('nobody wants it any more'));
          await Promise.allSettled([done]);
        },
      };
    },

    async ping() {
      await objects.send(new HeadBucketCommand({ Bucket: bucket }));
    },
  };
}
