import type { PhotoId } from './photo.ts';

/** base64url of the userId: nothing a user chose ever stands in a key, so no key can lead out of its owner's folder. */
const owner = (userId: string) => Buffer.from(userId).toString('base64url');

/** Where the application puts what it has checked. No URL that writes here is ever signed. */
export const originalKey = ({ userId, photoId }: PhotoId) => `originals/${owner(userId)}/${photoId}`;
export const thumbnailKey = ({ userId, photoId }: PhotoId) => `thumbnails/${owner(userId)}/${photoId}.webp`;
/** Quarantine: where browsers put what nobody has checked yet. */
export const uploadPrefix = (userId: string) => `uploads/${owner(userId)}/`;
export const uploadKey = ({ userId, photoId }: PhotoId) => `${uploadPrefix(userId)}${photoId}`;

const KEY_OF = { originals: originalKey, thumbnails: thumbnailKey, uploads: uploadKey };
/** What an object of a photo is. Events of it flow from uploads to originals to thumbnails, never back. */
export type ObjectKind = keyof typeof KEY_OF;

const KEY = /^(originals|thumbnails|uploads)\/([A-Za-z0-9_-]+)\/([0-9a-f-]{36})(?:\.webp)?$/;

/** Which object of which photo a key names; undefined for a key that this file would not build. */
export function parseKey(key: string): { kind: ObjectKind; id: PhotoId } | undefined {
  const [, kind, user, photoId] = KEY.exec(key) ?? [];
  if (!kind || !user || !photoId) return undefined;
  const parsed = { kind: kind as ObjectKind, id: { userId: Buffer.from(user, 'base64url').toString(), photoId } };
  return KEY_OF[parsed.kind](parsed.id) === key ? parsed : undefined;
}

/** Every object that a photo can have. */
export const allKeys = (photo: PhotoId) => Object.values(KEY_OF).map((keyOf) => keyOf(photo));
