import type { JobConfig } from './config.ts';
import { importHandler } from './imports/import-users.ts';
import { importRunner } from './imports/run.ts';
import { stoppedImports } from './imports/stopped.ts';
import { stoppedSweep } from './imports/sweep-stopped.ts';
import { photoEventHandler } from './photos/events.ts';
import { images } from './photos/images.ts';
import { photoProcessor } from './photos/process.ts';
import { rowSweep } from './photos/sweep-rows.ts';
import { multipartSweep, objectSweep } from './photos/sweep-unwanted.ts';
import { uploadFinisher } from './photos/uploads/finish.ts';
import { sqsQueue } from './queues/queue.ts';
import { systemActor } from './shared/actor.ts';
import type { Credentials } from './shared/aws.ts';
import { queueClient } from './shared/aws-queues.ts';
import type { Logger } from './shared/log.ts';
import type { S3Event } from './shared/s3-event.ts';
import { slots } from './shared/slots.ts';
import { openStores } from './stores.ts';
import { sweeper } from './sweep/operations.ts';
import { importTarget } from './users/import-target.ts';

/** Nobody waits for an event's answer: its place in line here is as good as its place in the queue. */
const WAIT_MS = Number.POSITIVE_INFINITY;

export type Jobs = ReturnType<typeof buildJobs>;

export interface JobOptions {
  /** For engines that know only theirs; absent, the SDK finds its own (environment, role). */
  credentials?: Credentials | undefined;
  /** Where the sweep sends an import that stopped; absent, to the queue. */
  sendImportEvent?: (event: S3Event) => Promise<void>;
}

/**
 * The composition root of what events and the clock set off; `services.ts` is the API's.
 */
export function buildJobs(config: JobConfig, log: Logger, { credentials, sendImportEvent }: JobOptions = {}) {
  const stores = openStores(config, credentials);
  const { users, photos, bucket, inventory, quarantine, imports, importLease, importFiles, sweepMarks, failures, close } = stores;
  const { decodes } = config.imageLimits;
  const tools = images(config.imageLimits, WAIT_MS);
  // one file is fetched while the others are decoded
  const inSlot = slots(decodes + 1, 'Too many photos are being processed at once; try again.', WAIT_MS);
  const processor = photoProcessor(photos, bucket, tools, inSlot);

  const runImport = importRunner({
    store: imports,
    bucket: importFiles,
    target: importTarget(users, systemActor('import-users')),
    limits: config.importLimits,
    log,
  });

  const queuesClient = queueClient({ ...config.aws, credentials });
  const queueAt = (url: string | undefined) => (url === undefined ? undefined : sqsQueue(queuesClient, url));
  const queues = { photos: queueAt(config.queues.photos), imports: queueAt(config.queues.imports) };
  const sendToQueue = async (event: S3Event) => {
    if (!queues.imports) throw new Error('IMPORTS_QUEUE_URL is not set: an import is set going again by a message there.');
    await queues.imports.send(JSON.stringify(event));
  };

  const stopped = stoppedImports(imports, importLease, importFiles, config.buckets.imports);
  const sweepParts = [
    multipartSweep(photos, inventory),
    objectSweep(photos, inventory),
    rowSweep(photos, bucket, processor, log),
    stoppedSweep(stopped, sendImportEvent ?? sendToQueue),
  ];

  return {
    log,
    /** What an event of the photo bucket does. */
    onPhotoEvent: photoEventHandler(uploadFinisher(photos, bucket, quarantine, tools, inSlot), processor),
    /** What an event of the import bucket does. */
    onImportEvent: importHandler(imports, importLease, runImport),
    /** What is done every hour. */
    sweep: sweeper(sweepParts, sweepMarks, log).sweep,
    /** Where events arrive and are sent to; those whose URL is set. */
    queues,
    /** Why deliveries failed. */
    failures,
    close() {
      close();
      queuesClient.destroy();
    },
  };
}
