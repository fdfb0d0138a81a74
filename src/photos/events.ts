import { systemActor } from '../shared/actor.ts';
import { isProblem } from '../shared/errors.ts';
import type { EventHandler } from '../shared/event-handler.ts';
import { createdObjects } from '../shared/s3-event.ts';
import { parseKey } from './key.ts';
import type { PhotoProcessor } from './process.ts';
import type { UploadFinisher } from './uploads/finish.ts';

/**
 * What the events of the photo bucket do: an upload is finished, an original gets its thumbnail. Each writes only where the next one
 * reads (uploads → originals → thumbnails), so nothing goes round in circles. Events may come twice, late and out of order.
 * @throws what is trouble of ours, so that the event is delivered again.
 */
export function photoEventHandler({ finishUpload }: UploadFinisher, { processPhoto }: PhotoProcessor): EventHandler {
  const job = systemActor('process-photo');
  return async (event) => {
    for (const { key } of createdObjects(event)) {
      const named = parseKey(key);
      if (named?.kind === 'uploads') await finishUpload(job, named.id).catch(ignoreGone);
      if (named?.kind === 'originals') await processPhoto(job, named.id);
    }
    return 'done';
  };
}

/** The photo was deleted, or never was: its bytes are gone too, and there is nothing to finish. */
function ignoreGone(error: unknown): void {
  if (!isProblem(error, 'not-found')) throw error;
}
