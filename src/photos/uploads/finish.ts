import { type Actor, permit } from '../../shared/actor.ts';
import { isProblem, Problem, unavailable } from '../../shared/errors.ts';
import type { Slot } from '../../shared/slots.ts';
import type { PhotoBucket } from '../bucket.ts';
import type { Images } from '../images.ts';
import type { Measured, Photo, PhotoId } from '../photo.ts';
import { writePhotos } from '../policy.ts';
import type { PhotoStore } from '../store.ts';
import type { UploadBucket } from './bucket.ts';
import { lookThrough } from './look.ts';
import type { Upload } from './upload.ts';

const unprocessable = (detail: string) => new Problem('unprocessable-photo', detail);

/** Whether an error is about the photo itself, which no repetition mends; everything else is trouble of ours, and changes no row. */
const isPhotosFault = (error: unknown): error is Problem => isProblem(error, 'unsupported-media-type', 'unprocessable-photo');

/** How often an upload is looked at anew when other bytes take the place of those that were looked at. */
const TRIES = 5;

/**
 * What turns an upload whose bytes arrived into a photo, or rejects it. `complete` calls it, and so does the object's own event;
 * whoever comes first does it, and both end with the same photo.
 * @param inSlot bounds how many whole files are in memory at once.
 */
export function uploadFinisher(
  photos: PhotoStore,
  bucket: PhotoBucket,
  uploads: UploadBucket,
  { look, measure }: Pick<Images, 'look' | 'measure'>,
  inSlot: Slot,
) {
  /** Holds what arrived to what was declared, as it streams by; the etag of what was found good, undefined when nothing is there. */
  async function check(id: PhotoId, declared: Upload): Promise<string | undefined> {
    const arrived = await uploads.openUpload(id);
    if (!arrived) return undefined;
    if (arrived.bytes !== declared.bytes) {
      arrived.drop();
      throw unprocessable(`${arrived.bytes} bytes arrived, ${declared.bytes} were declared.`);
    }
    const seen = await lookThrough(arrived.stream(), async (head) => {
      const contentType = await look(head);
      if (contentType === declared.contentType) return contentType;
      throw new Problem('unsupported-media-type', `The file is ${contentType}, ${declared.contentType} was declared.`);
    });
    if (declared.sha256 !== undefined && seen.sha256 !== declared.sha256)
      throw unprocessable('The sha256 is not the one that was declared.');
    return arrived.etag;
  }

  /** Keeps the checked bytes for good; what an earlier try kept stays, and is what counts. */
  async function keep(photo: Photo, measured: Measured, bytes: Buffer): Promise<Measured> {
    if (await bucket.putOriginal({ ...photo, ...measured }, bytes)) return measured;
    const kept = await bucket.openOriginal(photo);
    return kept ? measure(await kept.read()) : measured;
  }

  async function reject(photo: Photo, { code, message }: Problem): Promise<Photo> {
    const rejected = await photos.markRejected(photo, { code, detail: message });
    return rejected ?? settled(photo);
  }

  /**
   * What became of a photo that somebody else took out of `pending`; bytes that nobody's row wants any more go.
   * Those of a row that has just expired stay as long as it does: another finisher, a moment earlier, may be making it ready.
   */
  async function settled(id: PhotoId): Promise<Photo> {
    const photo = await photos.get(id);
    if (photo) return photo;
    if (!(await photos.exists(id))) await bucket.removeAll([id]);
    throw new Problem('not-found', 'There is no such upload.');
  }

  /** Reads what was found good once more, now whole, for the decoder: just those bytes, or undefined when others took their place. */
  async function decodeAndKeep(photo: Photo, etag: string): Promise<Photo | undefined> {
    const bytes = await (await uploads.openUpload(photo, etag))?.read();
    if (!bytes) return undefined;
    const measured = await keep(photo, await measure(bytes), bytes);
    return (await photos.markReady(photo, measured)) ?? settled(photo);
  }

  async function checkAndKeep(photo: Photo, declared: Upload): Promise<Photo | undefined> {
    try {
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const etag = await check(photo, declared);
        if (etag === undefined) return undefined;
        const kept = await inSlot(() => decodeAndKeep(photo, etag));
        if (kept) return kept;
      }
      throw unavailable('The upload is being overwritten all the time; try again.');
    } catch (error) {
      if (!isPhotosFault(error)) throw error;
      return reject(photo, error);
    }
  }

  return {
    /**
     * @returns the photo, `ready` or `rejected`; undefined while nothing has arrived.
     * @throws `not-found` when there is no row: then what arrived is rubbish, and is removed.
     */
    async finishUpload(actor: Actor, id: PhotoId): Promise<Photo | undefined> {
      permit(actor, writePhotos, id.userId);
      const photo = await settled(id);
      const upload = photo.status === 'pending' ? photo.upload : undefined;
      const finished = upload ? await checkAndKeep(photo, upload) : photo;
      if (finished?.status === 'rejected') await bucket.removeAll([id]); // whatever either finisher has put
      if (finished?.status === 'ready') await uploads.removeUpload(id); // also what a replay of the signed request put there since
      if (finished && finished.status !== 'pending') return finished;
      // nothing there: either nothing came yet, or the other finisher has just cleared it away
      const now = await photos.get(id);
      return now?.status === 'pending' ? undefined : now;
    },
  };
}

export type UploadFinisher = ReturnType<typeof uploadFinisher>;
