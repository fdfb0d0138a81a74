import type { Finding, SweepPart } from '../shared/sweep.ts';
import type { Listed, ListedMultipart, PhotoInventory } from './inventory.ts';
import { type ObjectKind, originalKey, parseKey } from './key.ts';
import { type InventoryPage, isExpired, type Photo, type PhotoId } from './photo.ts';
import type { PhotoStore } from './store.ts';

/** After a day nobody is at work on a thing any more, and no idempotency key remembers it. */
const OLD_MS = 24 * 60 * 60 * 1000;

interface Kind<T extends Listed> {
  name: string;
  action: string;
  list(after: string | undefined): Promise<InventoryPage<T>>;
  /** Whether a row, which may be gone, wants a thing. */
  isWanted(photo: Photo | undefined, thing: T, kind: ObjectKind): boolean;
  remove(thing: T): Promise<void>;
}

/** Things of the bucket that no row wants: each is removed when it is old and a strong read, made just before, says so. */
function unwanted<T extends Listed>(photos: PhotoStore, { name, action, list, isWanted, remove }: Kind<T>): SweepPart {
  async function wantedOf(things: { thing: T; id: PhotoId; kind: ObjectKind }[]): Promise<Set<T>> {
    const rows = new Map((await photos.getMany(things.map(({ id }) => id))).map((photo) => [originalKey(photo), photo]));
    const wanted = things.filter(({ thing, id, kind }) => isWanted(rows.get(originalKey(id)), thing, kind));
    return new Set(wanted.map(({ thing }) => thing));
  }

  return {
    name,
    async look(after) {
      const { items, next } = await list(after);
      const old = items.flatMap((thing) => {
        // keys that are none of ours are left alone
        const named = thing.since.getTime() < Date.now() - OLD_MS ? parseKey(thing.key) : undefined;
        return named ? [{ thing, ...named }] : [];
      });
      const wanted = await wantedOf(old);
      const findings = old
        .filter(({ thing }) => !wanted.has(thing))
        .map(
          (found): Finding => ({
            action,
            target: found.thing.key,
            async mend() {
              if ((await wantedOf([found])).has(found.thing)) return false;
              await remove(found.thing);
              return true;
            },
          }),
        );
      return { looked: items.length, findings, next };
    },
  };
}

/** Objects of photos that are gone or rejected, and quarantine that was not cleared. */
export function objectSweep(photos: PhotoStore, inventory: PhotoInventory): SweepPart {
  return unwanted<Listed>(photos, {
    name: 'objects',
    action: 'remove object',
    list: inventory.objects,
    // what a pending row wants is not known yet; once it has expired, it takes its objects along
    isWanted: (photo, _, kind) => photo?.status === 'pending' || (photo?.status === 'ready' && kind !== 'uploads'),
    remove: ({ key }) => inventory.remove(key),
  });
}

/** Multipart uploads that were forsaken: their parts are kept, and paid for, until somebody ends them. */
export function multipartSweep(photos: PhotoStore, inventory: PhotoInventory): SweepPart {
  return unwanted<ListedMultipart>(photos, {
    name: 'multipart uploads',
    action: 'end multipart upload',
    list: inventory.multiparts,
    // a row that is open wants the one that it names
    isWanted: (photo, { uploadId }) => photo?.status === 'pending' && !isExpired(photo) && photo.upload?.uploadId === uploadId,
    remove: inventory.abort,
  });
}
