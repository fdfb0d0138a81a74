import type { PhotoId } from './photo.ts';

/** base64url of the userId: nothing a user chose ever stands in a key, so no key can lead out of its owner's folder. */
const owner = (userId: string) => Buffer.from(userId).toString('base64url');

/** Where the application puts what it has checked. No URL that writes here is ever signed. */
export const originalKey = ({ userId, photoId }: PhotoId) => `originals/${owner(userId)}/${photoId}`;
export const thumbnailKey = ({ userId, photoId }: PhotoId) => `thumbnails/${owner(userId)}/${photoId}.webp`;
/** Quarantine: where browsers put what nobody has checked yet. */
export const uploadPrefix = (userId: string) => `uploads/${owner(userId)}/`;
export const uploadKey = ({ userId, photoId }: PhotoId) => `${uploadPrefix(userId)}${photoId}`;

const UPLOAD_KEY = /^uploads\/([A-Za-z0-9_-]+)\/([0-9a-f-]{36})$/;

/** Which photo's upload a key is; undefined for any other key. */
export function parseUploadKey(key: string): PhotoId | undefined {
  const [, user, photoId] = UPLOAD_KEY.exec(key) ?? [];
  return user && photoId ? { userId: Buffer.from(user, 'base64url').toString(), photoId } : undefined;
}

/** Every object that a photo can have. */
export const allKeys = (photo: PhotoId) => [originalKey(photo), thumbnailKey(photo), uploadKey(photo)];
