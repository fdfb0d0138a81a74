import type { Actor } from '../../shared/actor.ts';
import type { PhotoId } from '../photo.ts';
import { PART_BYTES, type UploadState } from './upload.ts';

/** Where an upload is; it says whose it is when that is not the caller, and always to machines, which own nothing. */
export function uploadPath({ userId, photoId }: PhotoId, caller: Pick<Actor, 'kind' | 'id'>): string {
  const isOwn = caller.kind === 'person' && caller.id === userId;
  return `/v1/uploads/${photoId}${isOwn ? '' : `?userId=${encodeURIComponent(userId)}`}`;
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
