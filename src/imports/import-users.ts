import { randomUUID } from 'node:crypto';
import type { EventHandler, Outcome, Turn } from '../shared/event-handler.ts';
import { type CreatedObject, createdObjects } from '../shared/s3-event.ts';
import { newVersion } from '../shared/version.ts';
import { type Hold, LeaseLost, takeLease } from './hold.ts';
import { type Import, isFinished, waitingImport } from './import.ts';
import { formatOfKey, importIdOf, importIdOfKey, isDataFile } from './key.ts';
import type { RunImport, Wanted } from './run.ts';
import type { ImportStore } from './store.ts';
import type { ImportLease } from './store-lease.ts';

/** When to ask again while another import runs. */
const AGAIN: Outcome = { againInSeconds: 5 };

/**
 * What the event of a data file does: the file becomes an import, and its users get in. Events may come twice, late and out of order.
 * One import runs at a time; files apply in the order in which their imports start, so one that was interrupted goes on before another begins.
 * @throws what is trouble of ours, so that the event is delivered again
 */
export function importHandler(store: ImportStore, lease: ImportLease, runImport: RunImport): EventHandler {
  /** The import that an object is: made by the API, known by an earlier delivery, or new. */
  async function importOf(object: CreatedObject): Promise<Import | undefined> {
    const { key, bytes = 0, eTag, sequencer } = object;
    const ofApi = importIdOfKey(key);
    const made = ofApi && (await store.get(ofApi));
    if (made) return made;
    const known = { key, bytes, ...formatOfKey(key), ...(eTag && { etag: eTag }), ...(sequencer && { sequencer }) };
    const dropped = waitingImport({ importId: importIdOf(object), ...known }, newVersion());
    return (await store.insert(dropped)) ? dropped : store.get(dropped.importId);
  }

  async function runInOrder({ importId, etag }: Omit<Wanted, 'crashed'>, hold: Hold, turn: Turn): Promise<Outcome> {
    const { current, crashed } = hold.found;
    if (current !== undefined && current !== importId) {
      const outcome = await runImport({ importId: current, crashed }, hold, turn);
      if (outcome !== 'done') return outcome;
    }
    return runImport({ importId, etag, crashed: crashed && current === importId }, hold, turn);
  }

  async function importObject(object: CreatedObject, turn: Turn): Promise<Outcome> {
    const record = await importOf(object);
    if (!record || isFinished(record)) return 'done';
    const hold = await takeLease(lease, randomUUID());
    if (!hold) return AGAIN;
    let outcome: Outcome | undefined;
    try {
      outcome = await runInOrder({ importId: record.importId, etag: object.eTag }, hold, turn);
      return outcome;
    } catch (error) {
      if (error instanceof LeaseLost) return AGAIN;
      throw error;
    } finally {
      await hold.release(outcome === 'done');
    }
  }

  return async (event, turn) => {
    for (const object of createdObjects(event).filter(({ key }) => isDataFile(key))) {
      const outcome = await importObject(object, turn);
      if (outcome !== 'done') return outcome;
    }
    return 'done';
  };
}
