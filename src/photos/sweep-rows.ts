import { systemActor } from '../shared/actor.ts';
import { eachInFlight, IN_FLIGHT } from '../shared/batches.ts';
import type { Logger } from '../shared/log.ts';
import type { Finding, SweepPart } from '../shared/sweep.ts';
import type { PhotoBucket } from './bucket.ts';
import { isExpired, type Photo, type PhotoId } from './photo.ts';
import type { PhotoProcessor } from './process.ts';
import type { PhotoStore } from './store.ts';

/** By now an event would have come, and come again. */
const THUMBNAIL_LATE_MS = 60 * 60 * 1000;

/** Rows that have expired, ready ones that wait for their thumbnail too long, and those whose original is gone. */
export function rowSweep(photos: PhotoStore, bucket: PhotoBucket, { processPhoto }: PhotoProcessor, log: Logger): SweepPart {
  /** What a pending row waited for will not come any more; whoever makes it ready at this moment is faster, or finds it gone. */
  async function removeExpired(id: PhotoId): Promise<boolean> {
    if (!(await photos.removeExpired(id))) return false;
    await bucket.removeAll([id]);
    return true;
  }

  async function makeThumbnail(id: PhotoId): Promise<boolean> {
    await processPhoto(systemActor('sweep'), id);
    return true;
  }

  /**
   * The row stays: it is all that is left of the photo, and the bytes may come back from a backup, which would be rubbish without it.
   * So it is told, every time, until somebody restores or deletes it.
   */
  async function tellLost({ userId, photoId }: PhotoId): Promise<boolean> {
    const photo = await photos.get({ userId, photoId });
    if (photo?.status !== 'ready' || (await bucket.hasOriginal(photo))) return false;
    log.error({ userId, photoId }, 'the original of a photo is gone: restore it, or delete the photo');
    return true;
  }

  async function wrongWith(photo: Photo): Promise<[action: string, mend: (id: PhotoId) => Promise<boolean>] | undefined> {
    if (isExpired(photo)) return ['remove expired photo', removeExpired];
    if (photo.status !== 'ready') return undefined;
    if (!(await bucket.hasOriginal(photo))) return ['tell of a lost original', tellLost];
    const isLate = photo.thumbnail.status === 'pending' && Date.parse(photo.updatedAt) < Date.now() - THUMBNAIL_LATE_MS;
    return isLate ? ['make thumbnail', makeThumbnail] : undefined;
  }

  return {
    name: 'photos',
    async look(after) {
      const { items, next } = await photos.scan(after);
      const findings: Finding[] = [];
      await eachInFlight(IN_FLIGHT, items, async (photo) => {
        const [action, mend] = (await wrongWith(photo)) ?? [];
        if (action && mend) findings.push({ action, target: `${photo.userId}/${photo.photoId}`, mend: () => mend(photo) });
      });
      return { looked: items.length, findings, next };
    },
  };
}
