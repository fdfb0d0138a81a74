import { type Actor, permit } from '../../shared/actor.ts';
import { notFound, Problem } from '../../shared/errors.ts';
import { preconditionFailed } from '../../shared/optimistic.ts';
import { matches, type Precondition } from '../../shared/precondition.ts';
import type { PhotoBucket } from '../bucket.ts';
import { allowedType } from '../image-type.ts';
import { type Metadata, type Photo, type PhotoId, pendingPhoto } from '../photo.ts';
import { writePhotos } from '../policy.ts';
import type { PhotoStore } from '../store.ts';
import type { UploadBucket } from './bucket.ts';
import type { UploadFinisher } from './finish.ts';
import {
  oldestOpenId,
  partsOf,
  type Upload,
  type UploadedPhoto,
  type UploadLimits,
  type UploadMethod,
  type UploadState,
} from './upload.ts';

/** What a client declares of a photo that it is going to upload. */
export interface Declared extends Omit<Upload, 'method' | 'uploadId'> {
  method?: UploadMethod | undefined;
  fileName?: string | undefined;
  metadata: Metadata;
}

const nothingArrived = (what: string) => new Problem('conflict', `${what} Upload it, then complete.`);

export function uploadOperations(
  photos: PhotoStore,
  bucket: PhotoBucket,
  uploads: UploadBucket,
  finisher: UploadFinisher,
  limits: UploadLimits,
) {
  async function find(id: PhotoId): Promise<UploadedPhoto> {
    const photo = await photos.get(id);
    if (!photo?.upload) throw notFound('upload');
    return { ...photo, upload: photo.upload };
  }

  function accepted({ method: wanted, contentType, bytes, sha256 }: Declared): Upload {
    const method = wanted ?? (bytes <= limits.uploadBytes ? 'POST' : 'MULTIPART');
    const maxBytes = method === 'MULTIPART' ? limits.multipartBytes : limits.uploadBytes;
    if (bytes > maxBytes) throw new Problem('body-too-large', `A photo by ${method} may have ${maxBytes} bytes.`, { maxBytes });
    return { method, contentType: allowedType(contentType), bytes, ...(sha256 && { sha256 }) };
  }

  /** Refuses one upload too many. The row is there already, so that of many at once none slips through uncounted. */
  async function checkOpenUploads(id: PhotoId): Promise<void> {
    const open = await photos.countOpenUploads(id.userId, oldestOpenId(), limits.openUploads + 1);
    if (open <= limits.openUploads) return;
    await photos.removeUnfinished(id);
    throw new Problem('rate-limited', `${limits.openUploads} uploads are open already: complete or delete some of them.`, {
      retryAfter: 60,
    });
  }

  /** Begins a multipart upload at S3, unless there is one that goes on, or what it was for has arrived. */
  async function withMultipart(photo: UploadedPhoto): Promise<UploadedPhoto> {
    const { method, uploadId, contentType } = photo.upload;
    if (method !== 'MULTIPART') return photo;
    // the browser may have ended it by itself
    const goesOn = uploadId && ((await uploads.listParts(photo, uploadId)) || (await uploads.arrivedBytes(photo)) !== undefined);
    if (goesOn) return photo;
    const upload = { ...photo.upload, uploadId: await uploads.startMultipart(photo, contentType) };
    const written = await photos.setUpload(photo, upload);
    if (!written) throw notFound('upload');
    return { ...written, upload };
  }

  /** Puts a multipart upload together once all of it is there, and as declared. */
  async function assemble({ upload, ...id }: UploadedPhoto): Promise<void> {
    if (!upload.uploadId) return;
    const arrived = await uploads.listParts(id, upload.uploadId);
    if (!arrived) return; // put together already
    const missing = partsOf(upload.bytes).filter(
      ({ partNumber, bytes }) => !arrived.some((part) => part.partNumber === partNumber && part.bytes === bytes),
    );
    if (missing.length > 0)
      throw nothingArrived(`Of the parts, ${missing.map(({ partNumber }) => partNumber).join(', ')} did not arrive whole.`);
    await uploads.completeMultipart(id, upload.uploadId, arrived);
  }

  return {
    /**
     * Makes room for a photo whose bytes the browser will bring.
     * @param photoId chosen by the caller, who may call again with the same one to carry on after a crash.
     * @throws `body-too-large`, `unsupported-media-type`, `rate-limited`
     */
    async createUpload(actor: Actor, userId: string, declared: Declared, photoId: string): Promise<UploadedPhoto> {
      permit(actor, writePhotos, userId);
      const upload = accepted(declared);
      const pending = pendingPhoto({ userId, photoId }, { upload }, declared);
      await photos.insert(pending);
      await checkOpenUploads(pending);
      return withMultipart(await find(pending));
    },

    async getUpload(actor: Actor, id: PhotoId): Promise<UploadState> {
      permit(actor, writePhotos, id.userId);
      const photo = await find(id);
      const { uploadId } = photo.upload;
      return { photo, arrived: uploadId && photo.status === 'pending' ? await uploads.listParts(id, uploadId) : undefined };
    },

    /** An upload that is still open, to be signed for. @throws `conflict` when it is not. */
    async openUpload(actor: Actor, id: PhotoId): Promise<UploadedPhoto> {
      permit(actor, writePhotos, id.userId);
      const photo = await find(id);
      if (photo.status !== 'pending') throw new Problem('conflict', `The upload is over: the photo is ${photo.status}.`);
      return withMultipart(photo);
    },

    /**
     * Goes on with a multipart upload that the browser began at S3 by itself, in place of the one that was begun for it.
     * @throws `not-found` when it is none of this upload's key.
     */
    async adoptMultipart(actor: Actor, photo: UploadedPhoto, uploadId: string): Promise<void> {
      permit(actor, writePhotos, photo.userId);
      if (photo.upload.uploadId === uploadId) return;
      if (!(await uploads.listParts(photo, uploadId))) throw notFound('multipart upload of this photo');
      if (!(await photos.setUpload(photo, { ...photo.upload, uploadId }))) throw notFound('upload');
      if (photo.upload.uploadId) await uploads.abortMultipart(photo, photo.upload.uploadId);
    },

    /**
     * Checks what arrived and makes it a photo; a large one is left to the event of its object.
     * @returns the photo: `ready`, or `pending` when it was left.
     * @throws `conflict` while not all of it is there; why it was rejected
     */
    async completeUpload(actor: Actor, id: PhotoId): Promise<Photo> {
      permit(actor, writePhotos, id.userId);
      const photo = await find(id);
      if (photo.status === 'pending') await assemble(photo);
      if (photo.status === 'pending' && photo.upload.bytes > limits.uploadBytes) {
        if ((await uploads.arrivedBytes(id)) !== undefined) return photo;
      }
      const finished = await finisher.finishUpload(actor, id);
      if (!finished) throw nothingArrived('Nothing has arrived yet.');
      if (finished.rejected) throw new Problem(finished.rejected.code, finished.rejected.detail);
      return finished;
    },

    /** Ends an upload and leaves nothing behind. @throws `conflict` when it is a photo already */
    async abortUpload(actor: Actor, id: PhotoId, ifMatch?: Precondition): Promise<void> {
      permit(actor, writePhotos, id.userId);
      const { version } = await find(id);
      if (!matches(ifMatch, version)) throw preconditionFailed();
      if (!(await photos.removeUnfinished(id))) throw new Problem('conflict', 'The upload has become a photo: delete the photo.');
      await bucket.removeAll([id]);
    },
  };
}

export type UploadOperations = ReturnType<typeof uploadOperations>;
