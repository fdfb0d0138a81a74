import assert from 'node:assert/strict';
import { download } from './client.ts';
import { newPhoto } from './files.ts';
import { addPhoto, assertOriginal } from './forms.ts';
import { photoPath, type Step } from './journey.ts';

export const DELETES: Step[] = [
  {
    title: 'a photo that is deleted is gone, its bytes too',
    async walk(journey) {
      const photo = await newPhoto();
      const { photoId } = (await addPhoto(journey, photo)).body.photo;
      const url = await assertOriginal(journey, photoId, photo);
      await journey.person.must(204, 'DELETE', photoPath(journey, photoId));
      await journey.person.mustRefuse(404, 'not-found', 'GET', photoPath(journey, photoId));
      const { status } = await download(url);
      assert.ok([403, 404].includes(status), `the original still answers ${status}`);
    },
  },
  {
    title: 'many photos are deleted in one request',
    async walk(journey) {
      const photoIds: string[] = [];
      for (let count = 0; count < 3; count++) photoIds.push((await addPhoto(journey, await newPhoto())).body.photo.photoId);
      const { body } = await journey.person.must(200, 'POST', '/v1/users/me/photos/bulk-delete', { json: { photoIds } });
      assert.deepEqual([body.deleted.toSorted(), body.notFound], [photoIds.toSorted(), []]);
    },
  },
  {
    title: 'a user with photos is deleted only with them',
    async walk({ admin, prefix, made }) {
      const userId = `${prefix}-owner`;
      made.users.add(userId);
      await admin.must(201, 'POST', '/v1/users', { json: { userId, name: 'Owner' } });
      await admin.must(201, 'POST', '/v1/form', { json: { userId, photo: (await newPhoto()).toString('base64') } });
      await admin.mustRefuse(409, 'conflict', 'DELETE', `/v1/users/${userId}`);
      await admin.must(204, 'DELETE', `/v1/users/${userId}?photos=delete`);
      await admin.mustRefuse(404, 'not-found', 'GET', `/v1/users/${userId}`);
    },
  },
];
