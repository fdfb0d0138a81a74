import { accepted, created, noContent, ok } from '../../http/answer.ts';
import { byContentType, json } from '../../http/body.ts';
import type { Idempotency } from '../../http/idempotency.ts';
import { type Route, route } from '../../http/route.ts';
import { type Actor, ownUserId } from '../../shared/actor.ts';
import type { PhotoId } from '../photo.ts';
import { writePhotos } from '../policy.ts';
import { photoView } from '../view.ts';
import { partsInput, signInput, uploadInput, uploadParams, uploadQuery } from './input.ts';
import type { UploadOperations } from './operations.ts';
import type { Signing } from './sign.ts';
import { PART_BYTES } from './upload.ts';
import { uploadPath, uploadView } from './view.ts';

const UPLOADS = '/v1/uploads';
const UPLOAD = `${UPLOADS}/:photoId`;

/** When to ask again about a photo that its object's event is going to finish, in seconds. */
const FINISHED_IN = 2;

/** The routes about photos whose bytes go from the browser straight to storage. */
export function uploadRoutes(
  uploads: UploadOperations,
  signing: Signing,
  idempotency: Idempotency,
  { bodyBytes }: { bodyBytes: number },
): Route[] {
  const readUpload = byContentType({ 'application/json': json(uploadInput, bodyBytes) });
  const readParts = byContentType({ 'application/json': json(partsInput, bodyBytes) });
  const readSign = byContentType({ 'application/json': json(signInput, bodyBytes) });
  const common = { allow: writePhotos, params: uploadParams, query: uploadQuery };
  const idOf = (actor: Actor, params: { photoId: string }, query: { userId?: string | undefined }): PhotoId => ({
    photoId: params.photoId,
    userId: query.userId ?? ownUserId(actor),
  });

  return [
    route({
      method: 'POST',
      path: UPLOADS,
      allow: writePhotos,
      body: readUpload,
      async answer({ actor, body: { userId: named, ...declared }, idempotencyKey: key }) {
        const userId = named ?? ownUserId(actor);
        const { value: photo, replayed } = await idempotency.once(
          { actor, route: `POST ${UPLOADS}`, key, request: { userId, ...declared } },
          201,
          (photoId) => uploads.createUpload(actor, userId, declared, photoId),
          async (photoId) => (await uploads.getUpload(actor, { userId, photoId })).photo,
        );
        const { method } = photo.upload;
        const instructions = photo.status === 'pending' ? await signing.instructions(photo) : {};
        const upload = { method, ...(method === 'MULTIPART' && { partSize: PART_BYTES }), ...instructions, expiresAt: signing.expiresAt() };
        return created(uploadPath(photo, actor), { photo: photoView(photo), upload }, photo.version, replayed);
      },
    }),
    route({
      method: 'GET',
      path: UPLOAD,
      ...common,
      async answer({ actor, params, query }) {
        const state = await uploads.getUpload(actor, idOf(actor, params, query));
        return ok({ photo: photoView(state.photo), upload: uploadView(state) }, state.photo.version);
      },
    }),
    route({
      method: 'DELETE',
      path: UPLOAD,
      ...common,
      async answer({ actor, params, query, ifMatch }) {
        await uploads.abortUpload(actor, idOf(actor, params, query), ifMatch);
        return noContent();
      },
    }),
    route({
      method: 'POST',
      path: `${UPLOAD}/complete`,
      ...common,
      async answer({ actor, params, query }) {
        const photo = await uploads.completeUpload(actor, idOf(actor, params, query));
        return photo.status === 'pending'
          ? accepted(FINISHED_IN, { photo: photoView(photo) })
          : ok({ photo: photoView(photo) }, photo.version);
      },
    }),
    route({
      method: 'POST',
      path: `${UPLOAD}/parts`,
      ...common,
      body: readParts,
      async answer({ actor, params, query, body }) {
        const parts = await signing.signParts(actor, idOf(actor, params, query), body.partNumbers);
        return ok({ parts, expiresAt: signing.expiresAt() });
      },
    }),
    route({
      method: 'POST',
      path: `${UPLOAD}/sign`,
      ...common,
      body: readSign,
      answer: async ({ actor, params, query, body }) => ok(await signing.signRequest(actor, idOf(actor, params, query), body)),
    }),
  ];
}
