import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { createPresignedPost, getSignedUrl } from '../../shared/presign.ts';
import { uploadKey } from '../key.ts';
import type { PhotoId } from '../photo.ts';
import type { Part, Upload } from './upload.ts';

/** A request that a browser may make, signed: it must be made with just these headers or fields. */
export interface Signed {
  url: string;
  headers?: Record<string, string>;
  fields?: Record<string, string>;
}

export interface SignedPart extends Part, Signed {}

/** The port that signs what browsers may do with one upload's own key, and nothing else. */
export interface UploadSigner {
  /** When what is signed now stops being good. */
  expiresAt(): string;
  post(id: PhotoId, upload: Upload): Promise<Signed>;
  put(id: PhotoId, upload: Upload): Promise<Signed>;
  part(id: PhotoId, uploadId: string, part: Part): Promise<SignedPart>;
  startMultipart(id: PhotoId, upload: Upload): Promise<Signed>;
  listParts(id: PhotoId, uploadId: string): Promise<Signed>;
  completeMultipart(id: PhotoId, uploadId: string): Promise<Signed>;
  abortMultipart(id: PhotoId, uploadId: string): Promise<Signed>;
}

const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64');

/** @param seconds how long a signature is good. */
export function uploadSigner(presigner: S3Client, bucket: string, seconds: number): UploadSigner {
  const at = (id: PhotoId) => ({ Bucket: bucket, Key: uploadKey(id) });
  /** How to sign a command with these headers, which the browser must send as they are; the length it sends by itself. */
  const options = (headers: Record<string, string>) => ({
    expiresIn: seconds,
    signableHeaders: new Set(['host', 'content-length', ...Object.keys(headers)]),
    // in the query S3 would ignore them
    unhoistableHeaders: new Set(Object.keys(headers)),
  });

  return {
    expiresAt: () => new Date(Date.now() + seconds * 1000).toISOString(),

    async post(id, { contentType, bytes, sha256 }) {
      const fields: Record<string, string> = { 'Content-Type': contentType, ...(sha256 && { 'x-amz-checksum-sha256': base64(sha256) }) };
      const exactly = Object.entries(fields).map(([name, value]) => ({ [name]: value }));
      return createPresignedPost(presigner, {
        ...at(id),
        Fields: fields,
        Conditions: [['content-length-range', bytes, bytes], ...exactly],
        Expires: seconds,
      });
    },

    async put(id, { contentType, bytes, sha256 }) {
      const checksum = sha256 && base64(sha256);
      const command = new PutObjectCommand({
        ...at(id),
        ContentType: contentType,
        ContentLength: bytes,
        IfNoneMatch: '*',
        ...(checksum && { ChecksumSHA256: checksum }),
      });
      const headers = { 'content-type': contentType, 'if-none-match': '*', ...(checksum && { 'x-amz-checksum-sha256': checksum }) };
      return { url: await getSignedUrl(presigner, command, options(headers)), headers };
    },

    async part(id, uploadId, part) {
      const command = new UploadPartCommand({ ...at(id), UploadId: uploadId, PartNumber: part.partNumber, ContentLength: part.bytes });
      return { ...part, url: await getSignedUrl(presigner, command, options({})) };
    },

    async startMultipart(id, { contentType }) {
      const headers = { 'content-type': contentType };
      const command = new CreateMultipartUploadCommand({ ...at(id), ContentType: contentType });
      return { url: await getSignedUrl(presigner, command, options(headers)), headers };
    },

    async listParts(id, uploadId) {
      const command = new ListPartsCommand({ ...at(id), UploadId: uploadId });
      return { url: await getSignedUrl(presigner, command, options({})) };
    },

    async completeMultipart(id, uploadId) {
      const headers = { 'if-none-match': '*' };
      const command = new CompleteMultipartUploadCommand({ ...at(id), UploadId: uploadId, IfNoneMatch: '*' });
      return { url: await getSignedUrl(presigner, command, options(headers)), headers };
    },

    async abortMultipart(id, uploadId) {
      const command = new AbortMultipartUploadCommand({ ...at(id), UploadId: uploadId });
      return { url: await getSignedUrl(presigner, command, options({})) };
    },
  };
}
