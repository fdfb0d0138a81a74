import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { download, until } from './client.ts';
import { newPhoto, sha256 } from './files.ts';
import { type Journey, photoPath, type Step } from './journey.ts';

const EVENT_SECONDS = 60;

/** A photo that came by form. */
export async function addPhoto(journey: Journey, photo: Buffer, headers: Record<string, string> = {}) {
  const json = { photo: photo.toString('base64'), metadata: { title: 'Journey' } };
  const answer = await journey.person.must(201, 'POST', '/v1/form', { json, headers });
  journey.made.photos.add(answer.body.photo.photoId);
  return answer;
}

/** The original that the service gives away is these very bytes. */
export async function assertOriginal(journey: Journey, photoId: string, bytes: Buffer): Promise<string> {
  const { body } = await journey.person.must(200, 'GET', `${photoPath(journey, photoId)}/original?redirect=false`);
  const original = await download(body.url);
  assert.equal(original.status, 200);
  assert.equal(sha256(original.bytes), sha256(bytes), 'the original is not the photo that was sent');
  return body.url;
}

export async function assertThumbnail(journey: Journey, photoId: string): Promise<void> {
  const { person } = journey;
  const read = async () => (await person.must(200, 'GET', photoPath(journey, photoId))).body.photo.thumbnail;
  const thumbnail = await until('its thumbnail', EVENT_SECONDS, read, ({ status }) => status !== 'pending');
  assert.equal(thumbnail.status, 'ready');
  assert.equal(Math.max(thumbnail.width, thumbnail.height), 320);
  const { body } = await person.must(200, 'GET', `${photoPath(journey, photoId)}/thumbnail?redirect=false`);
  const { status, contentType, bytes } = await download(body.url);
  assert.deepEqual([status, contentType, bytes.length], [200, 'image/webp', thumbnail.bytes]);
}

export const FORMS: Step[] = [
  {
    title: 'a form as JSON adds a photo, whose original is what was sent',
    async walk(journey) {
      const photo = await newPhoto();
      const { body, headers } = await addPhoto(journey, photo);
      assert.equal(headers.get('location'), photoPath(journey, body.photo.photoId));
      assert.equal(headers.get('etag'), `"${body.photo.version}"`);
      const { status, contentType, width, height, sha256: hash, metadata } = body.photo;
      assert.deepEqual([status, contentType, width, height, hash], ['ready', 'image/jpeg', 640, 480, sha256(photo)]);
      assert.deepEqual(metadata, { title: 'Journey' });
      await assertOriginal(journey, body.photo.photoId, photo);
    },
  },
  {
    title: 'a multipart form adds a photo, with its other fields as metadata',
    async walk(journey) {
      const photo = await newPhoto();
      const form = new FormData();
      form.append('photo', new Blob([new Uint8Array(photo)], { type: 'image/jpeg' }), 'journey.jpg');
      form.append('title', 'Journey, ñandú');
      const { body } = await journey.person.must(201, 'POST', '/v1/form', { body: form });
      journey.made.photos.add(body.photo.photoId);
      assert.deepEqual([body.photo.metadata, body.photo.fileName], [{ title: 'Journey, ñandú' }, 'journey.jpg']);
      await assertOriginal(journey, body.photo.photoId, photo);
    },
  },
  {
    title: 'a form sent twice with one Idempotency-Key adds one photo',
    async walk(journey) {
      const photo = await newPhoto();
      const headers = { 'idempotency-key': randomUUID() };
      const [first, again] = [await addPhoto(journey, photo, headers), await addPhoto(journey, photo, headers)];
      assert.equal(again.body.photo.photoId, first.body.photo.photoId);
      assert.equal(again.headers.get('idempotency-replayed'), 'true');
      const other = { photo: (await newPhoto()).toString('base64') };
      await journey.person.mustRefuse(422, 'idempotency-key-reused', 'POST', '/v1/form', { json: other, headers });
    },
  },
  {
    title: 'its thumbnail arrives by itself',
    async walk(journey) {
      const { body } = await addPhoto(journey, await newPhoto());
      await assertThumbnail(journey, body.photo.photoId);
    },
  },
  {
    title: 'photos are listed, and changed under If-Match',
    async walk(journey) {
      const { body } = await addPhoto(journey, await newPhoto());
      const path = photoPath(journey, body.photo.photoId);
      const list = await journey.person.must(200, 'GET', '/v1/users/me/photos?limit=1');
      assert.equal(list.body.items[0].photoId, body.photo.photoId, 'the newest is not the first');
      const patch = { json: { metadata: { title: null, place: 'here' } } };
      // a thumbnail that arrives in between is a new version, too
      const changed = await until(
        'a change under If-Match',
        EVENT_SECONDS,
        async () => {
          const { headers } = await journey.person.must(200, 'GET', path);
          return journey.person.call('PATCH', path, { ...patch, headers: { 'if-match': headers.get('etag') ?? '' } });
        },
        ({ status }) => status !== 412,
      );
      assert.deepEqual([changed.status, changed.body.photo.metadata], [200, { place: 'here' }]);
      await journey.person.mustRefuse(412, 'precondition-failed', 'PATCH', path, { ...patch, headers: { 'if-match': '"stale"' } });
    },
  },
];
