import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '../shared/presign.ts';
import type { Format, Import, SignedUrl } from './import.ts';
import { rejectsKey } from './key.ts';

/** The port that signs what a client may do with one import's own objects. */
export interface ImportSigner {
  /** A PUT of exactly the declared length, where nothing is yet; it must be sent with just these headers. */
  put(record: Pick<Import, 'key' | 'format' | 'gzip' | 'bytes'>): Promise<SignedUrl & { headers: Record<string, string> }>;
  /** A download of the rejected rows. */
  rejects(importId: string): Promise<SignedUrl>;
}

const TYPES: Record<Format, string> = { csv: 'text/csv', json: 'application/json', ndjson: 'application/x-ndjson' };

/** @param seconds how long a signature is good. */
export function importSigner(presigner: S3Client, bucket: string, seconds: { upload: number; download: number }): ImportSigner {
  const expiry = (lifetime: number) => new Date(Date.now() + lifetime * 1000).toISOString();
  return {
    async put({ key, format, gzip, bytes }) {
      const contentType = gzip || !format ? 'application/gzip' : TYPES[format];
      const headers = { 'content-type': contentType, 'if-none-match': '*' };
      const command = new PutObjectCommand({ Bucket: bucket, Key: key, ContentType: contentType, ContentLength: bytes, IfNoneMatch: '*' });
      const url = await getSignedUrl(presigner, command, {
        expiresIn: seconds.upload,
        signableHeaders: new Set(['host', 'content-length', ...Object.keys(headers)]),
        // in the query S3 would ignore them
        unhoistableHeaders: new Set(Object.keys(headers)),
      });
      return { url, headers, expiresAt: expiry(seconds.upload) };
    },

    async rejects(importId) {
      const disposition = `attachment; filename="rejects-${importId}.ndjson"`;
      const command = new GetObjectCommand({ Bucket: bucket, Key: rejectsKey(importId), ResponseContentDisposition: disposition });
      return { url: await getSignedUrl(presigner, command, { expiresIn: seconds.download }), expiresAt: expiry(seconds.download) };
    },
  };
}
