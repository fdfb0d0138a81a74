import { type Actor, permit } from '../shared/actor.ts';
import { notFound, Problem } from '../shared/errors.ts';
import type { PhotoBucket } from './bucket.ts';
import { hasThumbnail, isReady, type Photo, type PhotoId, type SignedUrl } from './photo.ts';
import { readPhotos } from './policy.ts';
import type { PhotoStore } from './store.ts';

/** What gives photos' bytes away: URLs that lead to them, for some minutes. */
export function photoDownloads(photos: PhotoStore, bucket: PhotoBucket) {
  async function find(id: PhotoId): Promise<Photo> {
    const photo = await photos.get(id);
    if (!photo) throw notFound('photo');
    return photo;
  }

  return {
    /** @throws `conflict` while the photo is not `ready`. */
    async signOriginal(actor: Actor, id: PhotoId): Promise<SignedUrl> {
      permit(actor, readPhotos, id.userId);
      const photo = await find(id);
      if (!isReady(photo)) throw new Problem('conflict', `The photo is ${photo.status}: it has no original to download.`);
      return bucket.signOriginal(photo);
    },

    /** @throws `conflict` while there is no thumbnail. */
    async signThumbnail(actor: Actor, id: PhotoId): Promise<SignedUrl> {
      permit(actor, readPhotos, id.userId);
      const photo = await find(id);
      if (!hasThumbnail(photo)) throw new Problem('conflict', noThumbnail(photo));
      return bucket.signThumbnail(photo);
    },

    /** Signs the thumbnails of a user's photos, as far as they are there; by photoId. */
    async signThumbnails(actor: Actor, userId: string, listed: Photo[]): Promise<Map<string, SignedUrl>> {
      permit(actor, readPhotos, userId);
      const signed = listed
        .filter((photo) => photo.userId === userId && hasThumbnail(photo))
        .map(async (photo) => [photo.photoId, await bucket.signThumbnail(photo)] as const);
      return new Map(await Promise.all(signed));
    },
  };
}

export type PhotoDownloads = ReturnType<typeof photoDownloads>;

function noThumbnail({ status, thumbnail }: Photo): string {
  if (status !== 'ready') return `The photo is ${status}: it has no thumbnail.`;
  return thumbnail.status === 'failed' ? 'No thumbnail could be made of this photo.' : 'The thumbnail is not made yet; ask again soon.';
}
