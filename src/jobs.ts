import type { JobConfig } from './config.ts';
import { importHandler } from './imports/import-users.ts';
import { importRunner } from './imports/run.ts';
import { photoEventHandler } from './photos/events.ts';
import { images } from './photos/images.ts';
import { photoProcessor } from './photos/process.ts';
import { uploadFinisher } from './photos/uploads/finish.ts';
import { systemActor } from './shared/actor.ts';
import type { Credentials } from './shared/aws.ts';
import type { Turn } from './shared/event-handler.ts';
import type { Logger } from './shared/log.ts';
import { slots } from './shared/slots.ts';
import { openStores } from './stores.ts';
import { importTarget } from './users/import-target.ts';

/** Nobody waits for an event's answer: its turn here is as good as its place in the queue. */
const UNHURRIED = Number.POSITIVE_INFINITY;

export type Jobs = ReturnType<typeof buildJobs>;

/**
 * The composition root of what events set off; `services.ts` is the API's.
 * @param credentials for engines that know only theirs; absent, the SDK finds its own (environment, role).
 */
export function buildJobs(config: JobConfig, log: Logger, credentials?: Credentials) {
  const { users, photos, bucket, quarantine, imports, importLease, importFiles, failures, close } = openStores(config, credentials);
  const { decodes } = config.imageLimits;
  const tools = images(config.imageLimits, UNHURRIED);
  // one file is fetched while the others are decoded
  const inSlot = slots(decodes + 1, 'Too many photos are being processed at once; try again.', UNHURRIED);
  const processor = photoProcessor(photos, bucket, tools, inSlot);

  const runImport = importRunner({
    store: imports,
    bucket: importFiles,
    target: importTarget(users, systemActor('import-users')),
    limits: config.importLimits,
  });

  return {
    log,
    /** What an event of the photo bucket does. */
    onPhotoEvent: photoEventHandler(uploadFinisher(photos, bucket, quarantine, tools, inSlot), processor),
    /** What an event of the import bucket does. */
    onImportEvent: importHandler(imports, importLease, runImport),
    /** What is done every hour. */
    sweep: async (_turn: Turn): Promise<void> => {},
    /** Why deliveries failed. */
    failures,
    close,
  };
}
