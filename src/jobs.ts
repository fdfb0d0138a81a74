import type { JobConfig } from './config.ts';
import { importHandler } from './imports/import-users.ts';
import { importRunner } from './imports/run.ts';
import { stoppedImports } from './imports/stopped.ts';
import { imageMeasurer } from './photos/image.ts';
import { arrivalHandler } from './photos/uploads/arrivals.ts';
import { uploadFinisher } from './photos/uploads/finish.ts';
import { systemActor } from './shared/actor.ts';
import type { Credentials } from './shared/aws.ts';
import type { Logger } from './shared/log.ts';
import { slots } from './shared/slots.ts';
import { openStores } from './stores.ts';
import { importTarget } from './users/import-target.ts';

export type Jobs = ReturnType<typeof buildJobs>;

/**
 * The composition root of what events set off; `services.ts` is the API's.
 * @param credentials for engines that know only theirs; absent, the SDK finds its own (environment, role).
 */
export function buildJobs(config: JobConfig, log: Logger, credentials?: Credentials) {
  const { users, photos, bucket, quarantine, imports, importLease, importFiles, close } = openStores(config, credentials);
  const { decodes } = config.imageLimits;
  const measure = imageMeasurer(config.imageLimits);
  const finisher = uploadFinisher(
    photos,
    bucket,
    quarantine,
    measure,
    slots(decodes, 'Too many uploads are being checked at once; try again.'),
  );

  const runImport = importRunner({
    store: imports,
    bucket: importFiles,
    target: importTarget(users, systemActor('import-users')),
    limits: config.importLimits,
  });

  return {
    log,
    /** What an event of the photo bucket does. */
    onPhotoEvent: arrivalHandler(finisher),
    /** What an event of the import bucket does. */
    onImportEvent: importHandler(imports, importLease, runImport),
    /** Imports whose message was lost, for the sweep. */
    stoppedImports: stoppedImports(imports, importLease, importFiles, config.buckets.imports),
    close,
  };
}
