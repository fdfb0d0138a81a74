import { systemActor } from '../../shared/actor.ts';
import { Problem } from '../../shared/errors.ts';
import type { EventHandler } from '../../shared/event-handler.ts';
import { createdObjects } from '../../shared/s3-event.ts';
import { parseUploadKey } from '../key.ts';
import type { UploadFinisher } from './finish.ts';

/**
 * What the event of an object does: it finishes the upload that the object is. Events may come twice, late and out of order.
 * @throws what is trouble of ours, so that the event is delivered again.
 */
export function arrivalHandler({ finishUpload }: UploadFinisher): EventHandler {
  return async (event) => {
    for (const { key } of createdObjects(event)) {
      const id = parseUploadKey(key);
      if (id) await finishUpload(systemActor('process-photo'), id).catch(ignoreGone);
    }
    return 'done';
  };
}

/** The photo was deleted, or never was: its bytes are gone too, and there is nothing to finish. */
function ignoreGone(error: unknown): void {
  if (!(error instanceof Problem) || error.code !== 'not-found') throw error;
}
