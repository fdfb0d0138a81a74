import { type Actor, permit } from '../shared/actor.ts';
import { isProblem } from '../shared/errors.ts';
import type { Slot } from '../shared/slots.ts';
import type { PhotoBucket } from './bucket.ts';
import type { Images, MadeThumbnail } from './images.ts';
import { measuredOf, type Photo, type PhotoId } from './photo.ts';
import { writePhotos } from './policy.ts';
import type { PhotoStore } from './store.ts';

/**
 * What is done with a photo once its original is there: its row is made ready, should whoever put the original have died before that,
 * and it gets its thumbnail.
 * @param inSlot bounds how many whole files are in memory at once.
 */
export function photoProcessor(
  photos: PhotoStore,
  bucket: PhotoBucket,
  { measure, makeThumbnail }: Pick<Images, 'measure' | 'makeThumbnail'>,
  inSlot: Slot,
) {
  /** The photo, if it waits for its thumbnail. */
  async function waiting(id: PhotoId): Promise<Photo | undefined> {
    const photo = await photos.get(id);
    return photo && photo.status !== 'rejected' && photo.thumbnail.status === 'pending' ? photo : undefined;
  }

  /** The photo made `ready`; undefined when it is gone, or somebody else has settled it meanwhile. */
  async function finished(photo: Photo, original: Buffer): Promise<Photo | undefined> {
    // a form was measured before its row was put, and its bytes were held to that on arrival
    const measured = measuredOf(photo) ?? (await measure(original));
    return (await photos.markReady(photo, measured)) ?? waiting(photo);
  }

  /** What becomes of the thumbnail; undefined when there is nothing to do. */
  async function made(id: PhotoId): Promise<MadeThumbnail | undefined> {
    const photo = await waiting(id);
    const original = photo && (await (await bucket.openOriginal(id))?.read());
    if (!photo || !original) return undefined;
    try {
      if (photo.status === 'pending' && !(await finished(photo, original))) return undefined;
      return await makeThumbnail(original);
    } catch (error) {
      // no repetition mends the bytes: the photo stays as it is, and if it is not ready, its upload's finisher says why
      if (!isProblem(error, 'unsupported-media-type', 'unprocessable-photo')) throw error;
      return { about: { status: 'failed' } };
    }
  }

  /** Puts the thumbnail, then says so: what a deletion in between has missed is removed. */
  async function keep(id: PhotoId, { about, bytes }: MadeThumbnail): Promise<void> {
    if (bytes) await bucket.putThumbnail(id, bytes);
    const isKept = await photos.setThumbnail(id, about);
    if (bytes && !isKept && !(await photos.exists(id))) await bucket.removeThumbnail(id);
  }

  return {
    /**
     * Does nothing for a photo that was deleted or rejected, or has its thumbnail; two at once end alike.
     * @throws what is trouble of ours; then nothing was settled.
     */
    async processPhoto(actor: Actor, id: PhotoId): Promise<void> {
      permit(actor, writePhotos, id.userId);
      const thumbnail = await inSlot(() => made(id));
      if (thumbnail) await keep(id, thumbnail);
    },
  };
}

export type PhotoProcessor = ReturnType<typeof photoProcessor>;
