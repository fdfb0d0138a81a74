import type { S3Client } from '@aws-sdk/client-s3';
import { type PhotoBucket, photoBucket } from '../../src/photos/bucket.ts';
import { type Images, images } from '../../src/photos/images.ts';
import { type PhotoProcessor, photoProcessor } from '../../src/photos/process.ts';
import { type PhotoStore, photoStore } from '../../src/photos/store.ts';
import { type UploadBucket, uploadBucket } from '../../src/photos/uploads/bucket.ts';
import { type UploadFinisher, uploadFinisher } from '../../src/photos/uploads/finish.ts';
import type { TestService } from './service.ts';

/** What a finisher works with. */
export interface Pieces extends Images {
  photos: PhotoStore;
  bucket: PhotoBucket;
  uploads: UploadBucket;
}

/** The real ones, on the tables and the bucket of a service. */
export function piecesOf({ services, config }: TestService): Pieces {
  const s3 = services.clients.s3 as S3Client;
  return {
    photos: photoStore(services.clients.dynamodb, config.tables.photos),
    bucket: photoBucket(s3, s3, config.buckets.photos, 60),
    uploads: uploadBucket(s3, config.buckets.photos),
    ...images(config.imageLimits),
  };
}

/** One more finisher of a service's uploads, as another process would have it; a test may step in between its pieces. */
export function anotherFinisher(service: TestService, stepIn: (pieces: Pieces) => Partial<Pieces> = () => ({})): UploadFinisher {
  const real = piecesOf(service);
  const { photos, bucket, uploads, ...tools } = { ...real, ...stepIn(real) };
  return uploadFinisher(photos, bucket, uploads, tools, (work) => work());
}

/** One more maker of a service's thumbnails, as another process would have it. */
export function anotherProcessor(service: TestService, stepIn: (pieces: Pieces) => Partial<Pieces> = () => ({})): PhotoProcessor {
  const real = piecesOf(service);
  const { photos, bucket, uploads: _, ...tools } = { ...real, ...stepIn(real) };
  return photoProcessor(photos, bucket, tools, (work) => work());
}

/** Where a piece of work waits until a test lets it go on. */
export class Gate {
  readonly #reached = Promise.withResolvers<void>();
  readonly #opened = Promise.withResolvers<void>();

  /** Resolves once somebody waits. */
  get reached(): Promise<void> {
    return this.#reached.promise;
  }

  pass(): Promise<void> {
    this.#reached.resolve();
    return this.#opened.promise;
  }

  open(): void {
    this.#opened.resolve();
  }
}

/** A finisher that has checked what arrived, and waits before it keeps it. */
export function waitingToKeep(service: TestService, gate: Gate): UploadFinisher {
  return anotherFinisher(service, ({ measure }) => ({
    async measure(read) {
      const measured = await measure(read);
      await gate.pass();
      return measured;
    },
  }));
}

/** A finisher that has kept what arrived, and waits before it says so in the row. */
export function waitingToMark(service: TestService, gate: Gate): UploadFinisher {
  return anotherFinisher(service, ({ photos }) => ({
    photos: { ...photos, markReady: async (...args) => gate.pass().then(() => photos.markReady(...args)) },
  }));
}
