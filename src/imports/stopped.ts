import { type Actor, permit } from '../shared/actor.ts';
import { createdEvent, type S3Event } from '../shared/s3-event.ts';
import type { ImportBucket } from './bucket.ts';
import type { Import } from './import.ts';
import { manageImports } from './policy.ts';
import type { ImportStore } from './store.ts';
import type { ImportLease } from './store-lease.ts';

/** How long an import may wait for its file, or for its turn: as long as a message is redelivered, and more. */
const WAITING_MS = 24 * 60 * 60 * 1000;

/** An import that nobody works on any more. */
export interface StoppedImport {
  record: Import;
  /** Whether its file is there: if so it can go on, else it can only be given up. */
  hasFile: boolean;
}

export interface StoppedPage {
  /** How many were looked at. */
  looked: number;
  stopped: StoppedImport[];
  /** The importId to go on after; absent at the end. */
  next?: string;
}

/**
 * Imports whose message was lost: those that run while nobody holds the lease, and those that have been waiting for a day.
 * @param bucketName for the events that set them going again.
 */
export function stoppedImports(store: ImportStore, lease: ImportLease, bucket: ImportBucket, bucketName: string) {
  const hasStopped = ({ state, updatedAt }: Import, isLeaseFree: boolean) =>
    state === 'running' ? isLeaseFree : Date.parse(updatedAt) < Date.now() - WAITING_MS;

  return {
    /** Looks through `limit` records, of which as many are told as have stopped. */
    async find(actor: Actor, limit: number, after?: string): Promise<StoppedPage> {
      permit(actor, manageImports);
      const { imports, next } = await store.listUnfinished(limit, after);
      const isLeaseFree = await lease.isFree();
      const found = imports.filter((record) => hasStopped(record, isLeaseFree));
      const stopped = await Promise.all(found.map(async (record) => ({ record, hasFile: await bucket.has(record.key) })));
      return { looked: imports.length, stopped, ...(next !== undefined && { next }) };
    },

    /** The event that sets an import going again, for its queue or its handler: the very one that its file had. */
    restart({ key, bytes, etag, sequencer }: Import): S3Event {
      return createdEvent(bucketName, { key, bytes, eTag: etag, sequencer });
    },

    /** Ends as `failed` an import that has no file; false when it has changed since. */
    async giveUp(actor: Actor, { record }: StoppedImport): Promise<boolean> {
      permit(actor, manageImports);
      return store.giveUp(record, { code: 'file-gone', detail: 'There was no file for a day.' });
    },
  };
}

export type StoppedImports = ReturnType<typeof stoppedImports>;
