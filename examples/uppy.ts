import AwsS3 from '@uppy/aws-s3';
import type { Body, Uppy, UppyFile } from '@uppy/core';

/** Larger files go in parts, so that an interruption costs one part. At most what the API takes by POST, which `GET /v1/me` tells. */
const POST_BYTES = 25 * 1024 * 1024;

export type PhotoMeta = { photoId?: string; [field: string]: unknown };
export type PhotoFile = UppyFile<PhotoMeta, Body>;

export interface Photoform {
  /** Where the API is: `https://photos.example.com`. */
  api: string;
  /** A token of the person who is signed in; asked for each time, since an upload can outlive one. */
  token: () => string | Promise<string>;
  /** What to keep with a photo. */
  metadata?: (file: PhotoFile) => Record<string, string>;
}

/** Makes an Uppy upload to Photoform: the photos go straight to storage. Each file's `response.body` is its photo in the end. */
export function uploadToPhotoform(uppy: Uppy<PhotoMeta, Body>, { api, token, metadata }: Photoform): void {
  const shouldUseMultipart = ({ size }: PhotoFile) => Number(size) > POST_BYTES;

  async function call(method: string, path: string, body?: object) {
    const headers = { Authorization: `Bearer ${await token()}`, ...(body && { 'Content-Type': 'application/json' }) };
    const answer = await fetch(`${api}/v1/uploads${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const content = await answer.json().catch(() => ({})); // 204 has none, and a proxy's error is no JSON
    if (!answer.ok) throw Object.assign(new Error(content.detail ?? answer.statusText), { status: answer.status });
    return { ...content, retryAfter: Number(answer.headers.get('Retry-After')) || 1 };
  }

  /** The photo, once it is checked. A large one is answered 202 and checked after that. */
  async function complete(photoId: unknown) {
    let { photo, retryAfter } = await call('POST', `/${photoId}/complete`);
    while (photo.status === 'pending') {
      await new Promise((resolve) => setTimeout(resolve, retryAfter * 1000));
      ({ photo } = await call('GET', `/${photoId}`));
    }
    if (photo.rejected) throw new Error(photo.rejected.detail);
    return photo;
  }

  /** One file after another: the API checks few photos at once. A file that fails leaves the others alone. */
  const eachFile = (step: (file: PhotoFile) => Promise<void>) => async (fileIds: string[]) => {
    for (const id of fileIds) {
      const file = uppy.getFile(id);
      if (!file || file.error) continue;
      await step(file).catch((error) => uppy.getFile(id) && uppy.emit('upload-error', uppy.getFile(id), error));
    }
  };

  uppy.addPreProcessor(
    eachFile(async (file) => {
      const { type: contentType, size: bytes, name: fileName, meta } = file;
      if (meta.photoId) {
        // a retry: all of it may have arrived, and only the answer been lost; 409 says that it has not
        const photo = await complete(meta.photoId).catch((error) => (error.status === 409 ? undefined : Promise.reject(error)));
        if (photo) uppy.emit('upload-success', file, { status: 200 });
        return;
      }
      const method = shouldUseMultipart(file) ? 'MULTIPART' : 'POST';
      const { photo } = await call('POST', '', { method, contentType, bytes, fileName, metadata: metadata?.(file) });
      if (uppy.getFile(file.id)) uppy.setFileMeta(file.id, { photoId: photo.photoId });
      else await call('DELETE', `/${photo.photoId}`); // removed meanwhile
    }),
  );

  uppy.use(AwsS3<PhotoMeta, Body>, {
    shouldUseMultipart,
    // all that Uppy tells signRequest is a key, so it gets the photoId for one; where the bytes really go is the API's to say
    generateObjectKey: ({ meta }) => String(meta.photoId),
    async signRequest({ key: photoId, ...request }) {
      const { url, headers, fields } = await call('POST', `/${photoId}/sign`, request);
      return { url, headers, fields }; // without the real key, which Uppy would use from then on
    },
  });

  uppy.addPostProcessor(
    eachFile(async ({ id, meta }) => {
      const photo = await complete(meta.photoId);
      uppy.setFileState(id, { response: { status: 200, body: photo } });
    }),
  );

  uppy.on('file-removed', ({ meta, progress }) => {
    if (!meta.photoId || progress.complete) return;
    call('DELETE', `/${meta.photoId}`).catch(() => uppy.log('The upload was not removed; it expires by itself.', 'warning'));
  });
}
