import type { Config } from './config.ts';
import { authenticator } from './http/authenticate.ts';
import { sealedCursors } from './http/cursor.ts';
import { idempotency } from './http/idempotency.ts';
import { identityProviderProbe, seenOnce } from './http/identity-provider.ts';
import { importOperations } from './imports/operations.ts';
import { importSigner } from './imports/signer.ts';
import { photoDownloads } from './photos/downloads.ts';
import { images } from './photos/images.ts';
import { photoOperations } from './photos/operations.ts';
import { PHOTO_LIMITS } from './photos/photo.ts';
import { uploadFinisher } from './photos/uploads/finish.ts';
import { uploadOperations } from './photos/uploads/operations.ts';
import { signing } from './photos/uploads/sign.ts';
import { uploadSigner } from './photos/uploads/signer.ts';
import type { Credentials } from './shared/aws.ts';
import type { Logger } from './shared/log.ts';
import { slots } from './shared/slots.ts';
import { openStores } from './stores.ts';
import { bulkUserOperations } from './users/bulk.ts';
import { fitsOneUser } from './users/input.ts';
import { userOperations } from './users/operations.ts';
import { USER_LIMITS } from './users/user.ts';

export type Services = ReturnType<typeof buildServices>;

/**
 * The composition root: config → clients → stores → operations. Nothing else constructs a client.
 * @param credentials for engines that know only theirs; absent, the SDK finds its own (environment, role).
 */
export function buildServices(config: Config, log: Logger, credentials?: Credentials) {
  const { clients, users, photos, requests, bucket, quarantine, imports, importFiles, close } = openStores(config, credentials);
  const { decodes } = config.imageLimits;
  const tools = images(config.imageLimits);
  const photoUses = photoOperations(photos, bucket, tools);
  const finisher = uploadFinisher(
    photos,
    bucket,
    quarantine,
    tools,
    slots(decodes, 'Too many uploads are being checked at once; try again.'),
  );
  const uploads = uploadOperations(photos, bucket, quarantine, finisher, config.limits);
  const photosOfUser = { has: photoUses.hasPhotos, removeAll: photoUses.deleteAllPhotos };
  const lifetimes = { upload: config.uploadUrlSeconds, download: config.downloadUrlSeconds };
  const signer = importSigner(clients.presigner, config.buckets.imports, lifetimes);
  const probeIdentityProvider = identityProviderProbe(config.auth.issuer);

  return {
    log,
    /** For provisioning an engine of our own; nothing else goes past the stores. */
    clients: { dynamodb: clients.tables, s3: clients.objects },
    limits: { ...config.limits, ...config.importLimits },
    /** What `GET /v1/me` tells, the limits that are no settings among them. */
    toldLimits: { ...config.limits, ...config.importLimits, ...PHOTO_LIMITS, ...USER_LIMITS },
    corsOrigins: config.corsOrigins,
    trustedProxies: config.trustedProxies,
    requestTimeoutMs: config.requestTimeoutMs,
    authenticate: authenticator(config.auth, probeIdentityProvider),
    idempotency: idempotency(requests, config.requestTimeoutMs),
    cursors: sealedCursors(config.secretKeys),
    photos: photoUses,
    downloads: photoDownloads(photos, bucket),
    uploads,
    signing: signing(uploads, uploadSigner(clients.presigner, config.buckets.photos, config.uploadUrlSeconds)),
    users: userOperations(users, photosOfUser, { selfMayEdit: config.selfMayEdit, fits: fitsOneUser }),
    bulkUsers: bulkUserOperations(users, photosOfUser),
    imports: importOperations(imports, signer),
    checks: {
      tables: () => Promise.all([users.ping(), photos.ping(), imports.ping(), requests.ping()]),
      buckets: () => Promise.all([bucket.ping(), importFiles.ping()]),
      keys: seenOnce(probeIdentityProvider),
    },
    close,
  };
}
