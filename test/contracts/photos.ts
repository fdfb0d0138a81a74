import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { type Measured, type Photo, pendingPhoto } from '../../src/photos/photo.ts';
import type { Upload } from '../../src/photos/uploads/upload.ts';

export const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');

export const nowSeconds = () => Math.floor(Date.now() / 1000);

export const MEASURED: Measured = { contentType: 'image/png', bytes: 3, width: 1, height: 1, sha256: sha256('abc') };

/** What a browser said that it is going to send. */
export const UPLOAD: Upload = { method: 'PUT', contentType: 'image/png', bytes: 3 };

/** A pending photo of its own, and of an owner of its own, unless told otherwise. */
export function aPhoto(said: Partial<Photo> = {}): Photo & Measured {
  const pending = pendingPhoto({ userId: `user-${uuidv7()}`, photoId: uuidv7() }, MEASURED, { metadata: {} });
  return { ...pending, ...MEASURED, ...said };
}

/** A photo that was finished. */
export function readyPhoto(said: Partial<Photo> = {}): Photo & Measured {
  const { expiresAt: _, ...photo } = aPhoto({ status: 'ready', ...said });
  return photo;
}
