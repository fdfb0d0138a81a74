import { type Actor, permit } from '../shared/actor.ts';
import { isTimeShort } from '../shared/deadline.ts';
import { notFound, Problem } from '../shared/errors.ts';
import { changeCurrent, preconditionFailed } from '../shared/optimistic.ts';
import { matches, type Precondition } from '../shared/precondition.ts';
import type { PhotoBucket } from './bucket.ts';
import type { Images } from './images.ts';
import { METADATA_ENTRIES, type Metadata, type Photo, type PhotoId, type PhotoStatus, pendingPhoto } from './photo.ts';
import { readPhotos, writePhotos } from './policy.ts';
import type { PhotoStore } from './store.ts';
import type { PhotoPage } from './store-queries.ts';

/** A photo that came with its bytes in one request. */
export interface PhotoForm {
  userId: string;
  bytes: Buffer;
  fileName?: string | undefined;
  metadata: Metadata;
}

/** A change of metadata as a JSON merge patch (RFC 7396): `null` removes an entry. */
export type MetadataPatch = Record<string, string | null>;

/** Photos that are removed between two looks at the clock. */
const AT_ONCE = 100;

export function photoOperations(photos: PhotoStore, bucket: PhotoBucket, { measure }: Pick<Images, 'measure'>) {
  async function find(id: PhotoId): Promise<Photo> {
    const photo = await photos.get(id);
    if (!photo) throw notFound('photo');
    return photo;
  }

  /** What became of a photo that could not be made ready; bytes that nobody's row wants any more go. */
  async function settled(id: PhotoId): Promise<Photo> {
    const photo = await photos.get(id);
    if (photo?.status === 'ready') return photo; // another try at it was faster
    if (!(await photos.exists(id))) await bucket.removeAll([id]);
    throw new Problem('conflict', 'The photo was deleted while it was being added.');
  }

  /** Removes rows, and the objects of each group of them right after; the photoIds that were there. */
  async function removeMany(userId: string, photoIds: string[]): Promise<Set<string>> {
    const removed = new Set<string>();
    await photos.removeMany(userId, photoIds, async (gone) => {
      await bucket.removeAll(gone.map((photoId) => ({ userId, photoId })));
      for (const photoId of gone) removed.add(photoId);
    });
    return removed;
  }

  return {
    /**
     * Adds a photo: row first, then bytes, then `ready`, so that a crash anywhere leaves no bytes without a row.
     * @param photoId chosen by the caller, who may call again with the same one to carry on after a crash.
     * @throws `forbidden`, `unsupported-media-type`, `unprocessable-photo`, `conflict`
     */
    async addPhoto(actor: Actor, { userId, bytes, ...said }: PhotoForm, photoId: string): Promise<Photo> {
      permit(actor, writePhotos, userId);
      const measured = await measure(bytes);
      const pending = pendingPhoto({ userId, photoId }, measured, said);
      if (!(await photos.insert(pending))) {
        const earlier = await find(pending);
        if (earlier.status === 'ready') return earlier;
      }
      // what is there already is from an earlier try at this very photo: the same bytes
      await bucket.putOriginal({ ...pending, ...measured }, bytes);
      return (await photos.markReady(pending, measured)) ?? settled(pending);
    },

    /** A photo that this actor has added, to answer a repetition: who may write one may see what they wrote. */
    async addedPhoto(actor: Actor, id: PhotoId): Promise<Photo> {
      permit(actor, writePhotos, id.userId);
      return find(id);
    },

    async getPhoto(actor: Actor, id: PhotoId): Promise<Photo> {
      permit(actor, readPhotos, id.userId);
      return find(id);
    },

    async listPhotos(actor: Actor, userId: string, status: PhotoStatus, limit: number, after?: string): Promise<PhotoPage> {
      permit(actor, readPhotos, userId);
      return photos.list(userId, status, limit, after);
    },

    /** @throws `precondition-failed`, `invalid-input` when there would be too many entries. */
    async changeMetadata(actor: Actor, id: PhotoId, patch: MetadataPatch, ifMatch?: Precondition): Promise<Photo> {
      permit(actor, writePhotos, id.userId);
      return changeCurrent(
        ifMatch,
        () => find(id),
        (photo) => photos.setMetadata(photo, merged(photo.metadata, patch)),
      );
    },

    /** Removes the row first, then the objects: what a crash leaves in between belongs to nobody and is swept. */
    async deletePhoto(actor: Actor, id: PhotoId, ifMatch?: Precondition): Promise<void> {
      permit(actor, writePhotos, id.userId);
      const photo = await find(id);
      if (!matches(ifMatch, photo.version)) throw preconditionFailed();
      const isGone = await photos.remove(id, ifMatch && photo.version);
      if (!isGone) throw ifMatch ? preconditionFailed() : notFound('photo');
      await bucket.removeAll([id]);
    },

    /** Whether a user has photos, whatever their state. */
    async hasPhotos(actor: Actor, userId: string): Promise<boolean> {
      permit(actor, readPhotos, userId);
      return (await photos.newest(userId, 1)).length > 0;
    },

    /** Removes all photos of a user, each row before its objects; false when time ran short before the last. Call again to go on. */
    async deleteAllPhotos(actor: Actor, userId: string): Promise<boolean> {
      permit(actor, writePhotos, userId);
      for (;;) {
        const photoIds = await photos.newest(userId, AT_ONCE);
        if (photoIds.length === 0) return true;
        if (isTimeShort()) return false;
        await removeMany(userId, photoIds);
      }
    },

    /** Removes many; `notFound` are those that were not there. */
    async deletePhotos(actor: Actor, userId: string, photoIds: string[]): Promise<{ deleted: string[]; notFound: string[] }> {
      permit(actor, writePhotos, userId);
      const asked = [...new Set(photoIds)];
      const deleted = await removeMany(userId, asked);
      return { deleted: asked.filter((id) => deleted.has(id)), notFound: asked.filter((id) => !deleted.has(id)) };
    },
  };
}

export type PhotoOperations = ReturnType<typeof photoOperations>;

function merged(metadata: Metadata, patch: MetadataPatch): Metadata {
  const all = Object.entries({ ...metadata, ...patch }).filter((entry): entry is [string, string] => entry[1] !== null);
  if (all.length > METADATA_ENTRIES)
    throw new Problem('invalid-input', `A photo has at most ${METADATA_ENTRIES} metadata entries.`, {
      errors: [{ path: '/metadata', message: `would have ${all.length} entries, at most ${METADATA_ENTRIES}` }],
    });
  return Object.fromEntries(all);
}
