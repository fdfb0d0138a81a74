import { createHash } from 'node:crypto';
import * as z from 'zod';
import { created, noContent, ok, redirect } from '../http/answer.ts';
import { byContentType, json } from '../http/body.ts';
import type { Cursors } from '../http/cursor.ts';
import type { Idempotency } from '../http/idempotency.ts';
import { pageQuery, readPage } from '../http/page.ts';
import { type Route, route } from '../http/route.ts';
import { type Actor, ownUserId } from '../shared/actor.ts';
import type { PhotoDownloads } from './downloads.ts';
import { formReader } from './form.ts';
import { bulkDelete, downloadQuery, listFilter, metadataPatch, ownerParams, photoParams } from './input.ts';
import type { PhotoOperations } from './operations.ts';
import type { PhotoId, SignedUrl } from './photo.ts';
import { readPhotos, writePhotos } from './policy.ts';
import { photoPath, photoView } from './view.ts';

export interface PhotoRouteSettings {
  bodyBytes: number;
  responseBytes: number;
  formPhotoBytes: number;
}

const PHOTOS = '/v1/users/:userId/photos';
const PHOTO = `${PHOTOS}/:photoId`;

/** The routes about photos. */
export function photoRoutes(
  photos: PhotoOperations,
  downloads: PhotoDownloads,
  idempotency: Idempotency,
  cursors: Cursors,
  limits: PhotoRouteSettings,
): Route[] {
  const readIds = byContentType({ 'application/json': json(bulkDelete, limits.bodyBytes) });
  const mergePatch = json(metadataPatch, limits.bodyBytes);
  const readPatch = byContentType({ 'application/json': mergePatch, 'application/merge-patch+json': mergePatch });
  return [
    route({
      method: 'POST',
      path: '/v1/form',
      allow: writePhotos,
      body: formReader(limits),
      async answer({ actor, body, idempotencyKey: key }) {
        const form = { ...body, userId: body.userId ?? ownUserId(actor) };
        const request = { ...form, bytes: createHash('sha256').update(form.bytes).digest('hex') };
        const { value, replayed } = await idempotency.once(
          { actor, route: 'POST /v1/form', key, request },
          201,
          (photoId) => photos.addPhoto(actor, form, photoId),
          (photoId) => photos.addedPhoto(actor, { userId: form.userId, photoId }),
        );
        return created(photoPath(value), { photo: photoView(value) }, value.version, replayed);
      },
    }),
    route({
      method: 'GET',
      path: PHOTOS,
      allow: readPhotos,
      params: ownerParams,
      query: z.strictObject({ ...pageQuery, ...listFilter }),
      async answer({ actor, params: { userId }, query: { status, limit, cursor, urls } }) {
        const read = async (after?: string) => {
          const { photos: found, next } = await photos.listPhotos(actor, userId, status, limit, after);
          const signed = urls && (await downloads.signThumbnails(actor, userId, found));
          return { items: found.map((photo) => ({ view: photoView(photo, signed?.get(photo.photoId)), position: photo.photoId })), next };
        };
        return ok(await readPage(cursors, limits.responseBytes, { actor, route: PHOTOS, query: { userId, status }, cursor, read }));
      },
    }),
    route({
      method: 'POST',
      path: `${PHOTOS}/bulk-delete`,
      allow: writePhotos,
      params: ownerParams,
      body: readIds,
      answer: async ({ actor, params, body }) => ok(await photos.deletePhotos(actor, params.userId, body.photoIds)),
    }),
    route({
      method: 'GET',
      path: PHOTO,
      allow: readPhotos,
      params: photoParams,
      async answer({ actor, params }) {
        const photo = await photos.getPhoto(actor, params);
        return ok({ photo: photoView(photo) }, photo.version);
      },
    }),
    route({
      method: 'PATCH',
      path: PHOTO,
      allow: writePhotos,
      params: photoParams,
      body: readPatch,
      async answer({ actor, params, body, ifMatch }) {
        const photo = await photos.changeMetadata(actor, params, body.metadata, ifMatch);
        return ok({ photo: photoView(photo) }, photo.version);
      },
    }),
    route({
      method: 'DELETE',
      path: PHOTO,
      allow: writePhotos,
      params: photoParams,
      async answer({ actor, params, ifMatch }) {
        await photos.deletePhoto(actor, params, ifMatch);
        return noContent();
      },
    }),
    download('original', (actor, id) => downloads.signOriginal(actor, id)),
    download('thumbnail', (actor, id) => downloads.signThumbnail(actor, id)),
  ];
}

/** Leads to where the bytes are, or tells it, which is what pages should ask for. */
function download(what: string, sign: (actor: Actor, id: PhotoId) => Promise<SignedUrl>): Route {
  return route({
    method: 'GET',
    path: `${PHOTO}/${what}`,
    allow: readPhotos,
    params: photoParams,
    query: downloadQuery,
    async answer({ actor, params, query }) {
      const signed = await sign(actor, params);
      return query.redirect === 'true' ? redirect(signed.url) : ok(signed);
    },
  });
}
