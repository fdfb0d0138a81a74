import type { PhotoId } from '../photo.ts';
import { PART_BYTES, type UploadState } from './upload.ts';

/** Where an upload is; it says whose it is when that is not the caller. */
export function uploadPath({ userId, photoId }: PhotoId, callerId: string): string {
  return `/v1/uploads/${photoId}${userId === callerId ? '' : `?userId=${encodeURIComponent(userId)}`}`;
}

/** How far an upload is; `expiresAt` is when it ends by itself. */
export function uploadView({ photo, arrived }: UploadState) {
  const { upload, expiresAt } = photo;
  return {
    method: upload.method,
    ...(upload.method === 'MULTIPART' && { partSize: PART_BYTES }),
    ...(arrived && { arrived: arrived.map(({ partNumber, bytes }) => ({ partNumber, bytes })) }),
    ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt * 1000).toISOString() }),
  };
}
