import type { Actor } from '../../shared/actor.ts';
import { invalidInput } from '../../shared/errors.ts';
import { uploadKey } from '../key.ts';
import type { PhotoId } from '../photo.ts';
import type { SignRequest } from './input.ts';
import type { UploadOperations } from './operations.ts';
import type { Signed, SignedPart, UploadSigner } from './signer.ts';
import { type Part, partsOf, type UploadedPhoto } from './upload.ts';

/** How to send an upload, as `POST /v1/uploads` tells it. */
export interface Instructions extends Partial<Signed> {
  parts?: SignedPart[];
}

const notOfThisMethod = (method: string) => invalidInput({ path: '/method', message: `an upload by ${method} takes no such request` });

/** What browsers are given to upload with: signed requests for one upload's own key, and only those its method needs. */
export function signing(uploads: UploadOperations, signer: UploadSigner) {
  function partOf({ upload }: UploadedPhoto, partNumber: number, path: string): Part {
    const parts = partsOf(upload.bytes);
    const part = parts[partNumber - 1];
    if (!part) throw invalidInput({ path, message: `${partNumber} is not a part: there are ${parts.length}` });
    return part;
  }

  async function signWhole(photo: UploadedPhoto, { method, uploadId, partNumber }: SignRequest): Promise<Signed> {
    const isWhole = method === 'PUT' && uploadId === undefined && partNumber === undefined;
    if (!isWhole) throw notOfThisMethod(photo.upload.method);
    return photo.upload.method === 'POST' ? signer.post(photo, photo.upload) : signer.put(photo, photo.upload);
  }

  async function signMultipart(actor: Actor, photo: UploadedPhoto, { method, uploadId, partNumber }: SignRequest): Promise<Signed> {
    if (uploadId === undefined) {
      if (method !== 'POST' || partNumber !== undefined) throw notOfThisMethod('MULTIPART');
      return signer.startMultipart(photo, photo.upload);
    }
    // checked before anything is changed: a refused request leaves the upload as it is
    const part = partNumber === undefined ? undefined : partOf(photo, partNumber, '/partNumber');
    if ((method === 'PUT') !== (part !== undefined)) throw notOfThisMethod('MULTIPART');
    await uploads.adoptMultipart(actor, photo, uploadId);
    if (part) return signer.part(photo, uploadId, part);
    if (method === 'GET') return signer.listParts(photo, uploadId);
    return method === 'POST' ? signer.completeMultipart(photo, uploadId) : signer.abortMultipart(photo, uploadId);
  }

  const signParts = (photo: UploadedPhoto, partNumbers: number[]): Promise<SignedPart[]> =>
    Promise.all(
      partNumbers
        .map((number, index) => partOf(photo, number, `/partNumbers/${index}`))
        .map((part) => signer.part(photo, String(photo.upload.uploadId), part)),
    );

  return {
    expiresAt: () => signer.expiresAt(),

    /** All that a client needs to send the bytes. */
    async instructions(photo: UploadedPhoto): Promise<Instructions> {
      if (photo.upload.method === 'POST') return signer.post(photo, photo.upload);
      if (photo.upload.method === 'PUT') return signer.put(photo, photo.upload);
      return {
        parts: await signParts(
          photo,
          partsOf(photo.upload.bytes).map(({ partNumber }) => partNumber),
        ),
      };
    },

    /** URLs for parts of a multipart upload, fresh each time. @throws `invalid-input`, `conflict` */
    async signParts(actor: Actor, id: PhotoId, partNumbers: number[]): Promise<SignedPart[]> {
      const photo = await uploads.openUpload(actor, id);
      if (photo.upload.method !== 'MULTIPART')
        throw invalidInput({ path: '/partNumbers', message: `an upload by ${photo.upload.method} has no parts` });
      return signParts(photo, partNumbers);
    },

    /** One request of `@uppy/aws-s3`, signed. Whatever key the client wishes for, it is this upload's own. */
    async signRequest(actor: Actor, id: PhotoId, request: SignRequest): Promise<Signed & { key: string }> {
      const photo = await uploads.openUpload(actor, id);
      const isMultipart = photo.upload.method === 'MULTIPART';
      const signed = isMultipart ? await signMultipart(actor, photo, request) : await signWhole(photo, request);
      return { ...signed, key: uploadKey(id) };
    },
  };
}

export type Signing = ReturnType<typeof signing>;
