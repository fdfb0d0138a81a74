import type { JobConfig } from './config.ts';
import { requestStore } from './http/request-store.ts';
import { importBucket } from './imports/bucket.ts';
import { importStore } from './imports/store.ts';
import { importLease } from './imports/store-lease.ts';
import { photoBucket } from './photos/bucket.ts';
import { photoInventory } from './photos/inventory.ts';
import { photoStore } from './photos/store.ts';
import { uploadBucket } from './photos/uploads/bucket.ts';
import { failureStore } from './queues/failure-store.ts';
import { awsClients, type Credentials } from './shared/aws.ts';
import { sweepMarks } from './sweep/store.ts';
import { userStore } from './users/store.ts';

/**
 * Clients and stores: the part of the composition that every process has.
 * @param credentials for engines that know only theirs; absent, the SDK finds its own (environment, role).
 */
export function openStores({ aws, tables, buckets, downloadUrlSeconds }: JobConfig, credentials?: Credentials) {
  const clients = awsClients({ ...aws, credentials });
  return {
    clients,
    users: userStore(clients.tables, tables.users),
    photos: photoStore(clients.tables, tables.photos),
    requests: requestStore(clients.tables, tables.requests),
    failures: failureStore(clients.tables, tables.requests),
    bucket: photoBucket(clients.objects, clients.presigner, buckets.photos, downloadUrlSeconds),
    imports: importStore(clients.tables, tables.imports),
    importLease: importLease(clients.tables, tables.imports),
    importFiles: importBucket(clients.objects, buckets.imports),
    inventory: photoInventory(clients.objects, buckets.photos),
    quarantine: uploadBucket(clients.objects, buckets.photos),
    sweepMarks: sweepMarks(clients.tables, tables.requests),
    /** Ends the connections that are kept open for reuse. */
    close() {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
