import { type Actor, permit } from '../shared/actor.ts';
import { notFound, Problem } from '../shared/errors.ts';
import { matches, type Precondition } from '../shared/precondition.ts';
import type { PhotoBucket, SignedUrl } from './bucket.ts';
import type { MeasureImage } from './image.ts';
import { METADATA_ENTRIES, type Metadata, type Photo, type PhotoId, type PhotoStatus, pendingPhoto } from './photo.ts';
import { readPhotos, writePhotos } from './policy.ts';
import type { PhotoPage, PhotoStore } from './store.ts';

/** A photo that came with its bytes in one request. */
export interface PhotoForm {
  userId: string;
  bytes: Buffer;
  fileName?: string | undefined;
  metadata: Metadata;
}

/** A change of metadata as a JSON merge patch (RFC 7396): `null` removes an entry. */
export type MetadataPatch = Record<string, string | null>;

const changed = () => new Problem('precondition-failed', 'The photo has changed since you read it: read it again.');

/** How often a change without `If-Match` is tried anew when somebody else was faster. */
const TRIES = 5;

export function photoOperations(photos: PhotoStore, bucket: PhotoBucket, measure: MeasureImage) {
  async function find(id: PhotoId): Promise<Photo> {
    const photo = await photos.get(id);
    if (!photo) throw notFound('photo');
    return photo;
  }

  /** What became of a photo that could not be made ready; bytes that nobody's row wants any more go. */
  async function settled(id: PhotoId): Promise<Photo> {
    const photo = await photos.get(id);
    if (photo?.status === 'ready') return photo; // the event of its object was faster
    if (!photo) await bucket.removeAll([id]);
    throw new Problem('conflict', 'The photo was deleted while it was being added.');
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
      await bucket.putOriginal(pending, bytes);
      return (await photos.markReady(pending)) ?? settled(pending);
    },

    async getPhoto(actor: Actor, id: PhotoId): Promise<Photo> {
      permit(actor, readPhotos, id.userId);
      return find(id);
    },

    async listPhotos(actor: Actor, userId: string, status: PhotoStatus, limit: number, after?: string): Promise<PhotoPage> {
      permit(actor, readPhotos, userId);
      return photos.list(userId, status, limit, after);
    },

    /** @throws `conflict` while the photo is not `ready`. */
    async signOriginal(actor: Actor, id: PhotoId): Promise<SignedUrl> {
      permit(actor, readPhotos, id.userId);
      const photo = await find(id);
      if (photo.status !== 'ready') throw new Problem('conflict', `The photo is ${photo.status}: it has no original to download.`);
      return bucket.signOriginal(photo);
    },

    /** @throws `precondition-failed`, `invalid-input` when there would be too many entries. */
    async changeMetadata(actor: Actor, id: PhotoId, patch: MetadataPatch, ifMatch?: Precondition): Promise<Photo> {
      permit(actor, writePhotos, id.userId);
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const photo = await find(id);
        if (!matches(ifMatch, photo.version)) throw changed();
        const written = await photos.setMetadata(photo, merged(photo.metadata, patch));
        if (written) return written;
      }
      throw new Problem('conflict', 'The photo is being changed by others all the time; try again.', { retryAfter: 1 });
    },

    /** Removes the row first, then the objects: what a crash leaves in between belongs to nobody and is swept. */
    async deletePhoto(actor: Actor, id: PhotoId, ifMatch?: Precondition): Promise<void> {
      permit(actor, writePhotos, id.userId);
      const photo = await find(id);
      if (!matches(ifMatch, photo.version)) throw changed();
      const isGone = await photos.remove(id, ifMatch && photo.version);
      if (!isGone) throw ifMatch ? changed() : notFound('photo');
      await bucket.removeAll([id]);
    },

    /** Removes many; `notFound` are those that were not there. */
    async deletePhotos(actor: Actor, userId: string, photoIds: string[]): Promise<{ deleted: string[]; notFound: string[] }> {
      permit(actor, writePhotos, userId);
      const asked = [...new Set(photoIds)];
      const deleted = new Set<string>();
      await photos.removeMany(userId, asked, async (gone) => {
        await bucket.removeAll(gone.map((photoId) => ({ userId, photoId })));
        for (const photoId of gone) deleted.add(photoId);
      });
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
