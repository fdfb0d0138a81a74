import type { Config } from './config.ts';
import { authenticator } from './http/authenticate.ts';
import { sealedCursors } from './http/cursor.ts';
import { idempotency } from './http/idempotency.ts';
import { identityProviderProbe, seenOnce } from './http/identity-provider.ts';
import { requestStore } from './http/request-store.ts';
import { photoBucket } from './photos/bucket.ts';
import { imageMeasurer } from './photos/image.ts';
import { photoOperations } from './photos/operations.ts';
import { PHOTO_LIMITS } from './photos/photo.ts';
import { photoStore } from './photos/store.ts';
import { arrivalHandler } from './photos/uploads/arrivals.ts';
import { uploadBucket } from './photos/uploads/bucket.ts';
import { uploadFinisher } from './photos/uploads/finish.ts';
import { uploadOperations } from './photos/uploads/operations.ts';
import { signing } from './photos/uploads/sign.ts';
import { uploadSigner } from './photos/uploads/signer.ts';
import { awsClients, type Credentials } from './shared/aws.ts';
import type { Logger } from './shared/log.ts';
import { slots } from './shared/slots.ts';
import { bulkUserOperations } from './users/bulk.ts';
import { fitsOneUser } from './users/input.ts';
import { userOperations } from './users/operations.ts';
import { userStore } from './users/store.ts';
import { USER_LIMITS } from './users/user.ts';

export type Services = ReturnType<typeof buildServices>;

/**
 * The composition root: config → clients → stores → operations. Nothing else constructs a client.
 * @param credentials for engines that know only theirs; absent, the SDK finds its own (environment, role).
 */
export function buildServices(config: Config, log: Logger, credentials?: Credentials) {
  const { tables, objects, presigner } = awsClients({ ...config.aws, credentials });
  const users = userStore(tables, config.tables.users);
  const photos = photoStore(tables, config.tables.photos);
  const bucket = photoBucket(objects, presigner, config.buckets.photos, config.downloadUrlSeconds);
  const quarantine = uploadBucket(objects, config.buckets.photos);
  const measure = imageMeasurer({ ...config.limits, decodes: config.decodes });
  const photoUses = photoOperations(photos, bucket, measure);
  const finisher = uploadFinisher(
    photos,
    bucket,
    quarantine,
    measure,
    slots(config.decodes, 'Too many uploads are being checked at once; try again.'),
  );
  const uploads = uploadOperations(photos, bucket, quarantine, finisher, config.limits);
  const photosOfUser = { has: photoUses.hasPhotos, removeAll: photoUses.deleteAllPhotos };
  const requests = requestStore(tables, config.tables.requests);
  const probeIdentityProvider = identityProviderProbe(config.auth.issuer);

  return {
    log,
    /** For provisioning an engine of our own; nothing else goes past the stores. */
    clients: { dynamodb: tables, s3: objects },
    limits: config.limits,
    /** What `GET /v1/me` tells, the limits that are no settings among them. */
    toldLimits: { ...config.limits, ...PHOTO_LIMITS, ...USER_LIMITS },
    corsOrigins: config.corsOrigins,
    requestTimeoutMs: config.requestTimeoutMs,
    authenticate: authenticator(config.auth, probeIdentityProvider),
    idempotency: idempotency(requests, config.requestTimeoutMs),
    cursors: sealedCursors(config.secretKeys),
    photos: photoUses,
    uploads,
    signing: signing(uploads, uploadSigner(presigner, config.buckets.photos, config.uploadUrlSeconds)),
    /** What an event of the photo bucket does. */
    onPhotoEvent: arrivalHandler(finisher),
    users: userOperations(users, photosOfUser, { selfMayEdit: config.selfMayEdit, fits: fitsOneUser }),
    bulkUsers: bulkUserOperations(users, photosOfUser),
    checks: {
      tables: () => Promise.all([users.ping(), photos.ping(), requests.ping()]),
      buckets: () => bucket.ping(),
      keys: seenOnce(probeIdentityProvider),
    },
    /** Ends the connections that are kept open for reuse. */
    close() {
      for (const client of [tables, objects, presigner]) client.destroy();
    },
  };
}
