import { v7 as uuidv7 } from 'uuid';
import { PENDING_SECONDS, type Photo } from '../photo.ts';

const MiB = 1024 * 1024;

export const METHODS = ['POST', 'PUT', 'MULTIPART'] as const;
export type UploadMethod = (typeof METHODS)[number];

/** S3's smallest part, but for the last; also how browser libraries cut files when nobody tells them otherwise. */
export const PART_BYTES = 5 * MiB;

/** What a client said that it is going to send, and how. It is part of the photo's row. */
export interface Upload {
  method: UploadMethod;
  contentType: string;
  bytes: number;
  /** Lower-case hex. */
  sha256?: string;
  /** S3's name for a multipart upload. */
  uploadId?: string;
}

export interface UploadLimits {
  /** Bytes by POST or PUT, and what `complete` checks while the client waits. */
  uploadBytes: number;
  /** Bytes by MULTIPART. */
  multipartBytes: number;
  /** Uploads of one user that are open at once. */
  openUploads: number;
}

/** The smallest photoId that an upload which is open by now can have: UUIDv7 begins with its time. */
export function oldestOpenId(): string {
  return uuidv7({ msecs: Date.now() - PENDING_SECONDS * 1000, random: new Uint8Array(16), seq: 0 });
}

export interface Part {
  partNumber: number;
  bytes: number;
}

export interface ArrivedPart extends Part {
  etag: string;
}

/** A photo that is, or was, uploaded by a browser. */
export type UploadedPhoto = Photo & { upload: Upload };

export interface UploadState {
  photo: UploadedPhoto;
  /** Parts that arrived, of a multipart upload that is not put together yet. */
  arrived?: ArrivedPart[] | undefined;
}

/** How a file is cut: every part but the last is of `PART_BYTES`. */
export function partsOf(bytes: number): Part[] {
  return Array.from({ length: Math.ceil(bytes / PART_BYTES) }, (_, index) => ({
    partNumber: index + 1,
    bytes: Math.min(PART_BYTES, bytes - index * PART_BYTES),
  }));
}
