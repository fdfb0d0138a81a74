import type { PhotoId } from './photo.ts';

/** base64url of the userId: nothing a user chose ever stands in a key, so no key can lead out of its owner's folder. */
const owner = (userId: string) => Buffer.from(userId).toString('base64url');

/** Where the application puts what it has checked. No URL that writes here is ever signed. */
export const originalKey = ({ userId, photoId }: PhotoId) => `originals/${owner(userId)}/${photoId}`;
export const thumbnailKey = ({ userId, photoId }: PhotoId) => `thumbnails/${owner(userId)}/${photoId}.webp`;
/** Quarantine: where browsers put what nobody has checked yet. */
export const uploadKey = ({ userId, photoId }: PhotoId) => `uploads/${owner(userId)}/${photoId}`;

/** Every object that a photo can have. */
export const allKeys = (photo: PhotoId) => [originalKey(photo), thumbnailKey(photo), uploadKey(photo)];
