import type { JobConfig } from './config.ts';
import { imageMeasurer } from './photos/image.ts';
import { arrivalHandler } from './photos/uploads/arrivals.ts';
import { uploadFinisher } from './photos/uploads/finish.ts';
import type { Credentials } from './shared/aws.ts';
import type { Logger } from './shared/log.ts';
import { slots } from './shared/slots.ts';
import { openStores } from './stores.ts';

export type Jobs = ReturnType<typeof buildJobs>;

/**
 * The composition root of what events set off; `services.ts` is the API's.
 * @param credentials for engines that know only theirs; absent, the SDK finds its own (environment, role).
 */
export function buildJobs(config: JobConfig, log: Logger, credentials?: Credentials) {
  const { photos, bucket, quarantine, close } = openStores(config, credentials);
  const { decodes } = config.imageLimits;
  const measure = imageMeasurer(config.imageLimits);
  const finisher = uploadFinisher(
    photos,
    bucket,
    quarantine,
    measure,
    slots(decodes, 'Too many uploads are being checked at once; try again.'),
  );

  return {
    log,
    /** What an event of the photo bucket does. */
    onPhotoEvent: arrivalHandler(finisher),
    close,
  };
}
