import type { ProblemCode } from '../shared/errors.ts';
import { newVersion } from '../shared/version.ts';
import type { Upload } from './uploads/upload.ts';

/** How long a photo may wait for its bytes: 7 days, which is shorter than dead letters are kept, so that a redrive still finds it. */
export const PENDING_SECONDS = 7 * 24 * 60 * 60;
export const METADATA_ENTRIES = 20;
export const METADATA_VALUE_LENGTH = 1_024;
/** Photos in one bulk request. */
export const BULK_PHOTOS = 1_000;

/** Limits that are no settings, by the names under which clients are told them. */
export const PHOTO_LIMITS = { metadataEntries: METADATA_ENTRIES, metadataValueLength: METADATA_VALUE_LENGTH, bulkPhotos: BULK_PHOTOS };

export const STATUSES = ['pending', 'ready', 'rejected'] as const;
export type PhotoStatus = (typeof STATUSES)[number];

export type Metadata = Record<string, string>;

/** What the bytes themselves say. */
export interface Measured {
  contentType: string;
  bytes: number;
  /** As it is seen, that is, after the orientation in its EXIF. */
  width: number;
  height: number;
  /** Lower-case hex. */
  sha256: string;
}

/** A smaller rendition, for lists. It is `failed` when the original does not decode. */
export interface Thumbnail {
  status: 'pending' | 'ready' | 'failed';
  contentType?: string;
  width?: number;
  height?: number;
  bytes?: number;
}

/** What every thumbnail is. */
export const THUMBNAIL_TYPE = 'image/webp';

/** A download for whoever has its URL, until it expires. */
export interface SignedUrl {
  url: string;
  expiresAt: string;
}

/** One image and what is known of it; its bytes are in the bucket under the keys of `key.ts`. Until it is `ready`, it may be unmeasured. */
export interface Photo extends Partial<Measured> {
  userId: string;
  /** A UUIDv7, so that ids sort by time. */
  photoId: string;
  status: PhotoStatus;
  metadata: Metadata;
  fileName?: string;
  thumbnail: Thumbnail;
  version: string;
  createdAt: string;
  updatedAt: string;
  /** Why it was rejected. */
  rejected?: { code: ProblemCode; detail: string };
  /** What a browser said that it is going to send; absent for photos that came by form. */
  upload?: Upload;
  /** Seconds since 1970, but for `ready` ones: the table's TTL. */
  expiresAt?: number;
}

/** What is known of a photo's bytes: of a form all of it before its row is put, of an upload nothing before it is `ready`. */
export function measuredOf({ contentType, bytes, width, height, sha256 }: Partial<Measured>): Measured | undefined {
  if (!contentType || !bytes || !width || !height || !sha256) return undefined;
  return { contentType, bytes, width, height, sha256 };
}

/** A `ready` photo has been measured. */
export function isReady(photo: Photo): photo is Photo & Measured {
  return photo.status === 'ready';
}

export function hasThumbnail({ status, thumbnail }: Photo): boolean {
  return status === 'ready' && thumbnail.status === 'ready';
}

/** TTL deletes late: what is expired counts as gone. */
export function isExpired({ expiresAt }: Pick<Photo, 'expiresAt'>): boolean {
  return expiresAt !== undefined && expiresAt <= Math.floor(Date.now() / 1000);
}

/** A page of all that there is, whoever's it is; `next` is where to go on, absent at the end. */
export interface InventoryPage<T> {
  items: T[];
  next?: string | undefined;
}

/** What names a photo. */
export type PhotoId = Pick<Photo, 'userId' | 'photoId'>;

/** A row to be put before any byte is: should we crash, it says whose the bytes were going to be, and expires. */
export function pendingPhoto(
  id: PhotoId,
  known: Measured | { upload: Upload },
  said: { metadata: Metadata; fileName?: string | undefined },
): Photo {
  const now = new Date();
  return {
    ...id,
    ...known,
    status: 'pending',
    metadata: said.metadata,
    ...(said.fileName && { fileName: said.fileName }),
    thumbnail: { status: 'pending' },
    version: newVersion(),
    createdAt: now.toISOString(),
    updatedAt: now.toISOString(),
    expiresAt: Math.floor(now.getTime() / 1000) + PENDING_SECONDS,
  };
}
