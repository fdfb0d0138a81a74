import { DeleteObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { systemActor } from '../../src/shared/actor.ts';
import { anotherFinisher, anotherProcessor, Gate } from '../support/finishers.ts';
import { addPhoto, expectRefused, originalKey, type PhotoBody } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { UNHURRIED } from '../support/object-events.ts';
import { backToPending, createdEvent, deliverOriginal, expectWhole } from '../support/photos.ts';
import { startService, type TestService } from '../support/service.ts';
import { begin, deliver, expectNothingOf, ofPng, rowOf, smuggle } from '../support/uploads.ts';

const US = systemActor('test');

let service: TestService;
let bytes: Buffer;
beforeAll(async () => {
  [service, bytes] = await Promise.all([startService(), image()]);
});
afterAll(() => service.close());

const s3 = () => service.services.clients.s3 as S3Client;

const remove = async ({ userId, photoId }: PhotoBody) => service.api.delete(`/v1/users/me/photos/${photoId}`).set(await service.as(userId));

async function overwriteOriginal(photo: PhotoBody, Body: Buffer): Promise<void> {
  await s3().send(new PutObjectCommand({ Bucket: service.config.buckets.photos, Key: originalKey(photo), Body }));
}

describe('the event of an original', () => {
  test('when it comes twice, late, or many times at once, then there is one thumbnail, told once', async () => {
    const photo = await addPhoto(service, 'twice', bytes);
    const event = await service.events.next(originalKey(photo));
    await Promise.all(Array.from({ length: 5 }, () => service.jobs.onPhotoEvent(event, UNHURRIED)));
    const row = await rowOf(service, photo);
    await service.jobs.onPhotoEvent(event, UNHURRIED);
    expect(await rowOf(service, photo)).toEqual(row);
    await expectWhole(service, photo, bytes);
  });

  test('when the form died before its row was made ready, then it is ready, with its thumbnail', async () => {
    const photo = await addPhoto(service, 'died-form', bytes);
    await backToPending(service, photo);
    await deliverOriginal(service, photo);
    await expectWhole(service, photo, bytes);
  });

  test('when the finisher of an upload died before its row was made ready, then it is ready, and the upload’s event clears up', async () => {
    const begun = await begin(service, 'died-upload', ofPng(bytes));
    await smuggle(service, begun, bytes);
    const dying = anotherFinisher(service, ({ photos }) => ({
      photos: { ...photos, markReady: () => Promise.reject(new Error('the process died')) },
    }));
    await expect(dying.finishUpload(US, begun)).rejects.toThrow('the process died');
    await deliverOriginal(service, begun);
    expect(await rowOf(service, begun)).toMatchObject({ status: 'ready', thumbnail: { status: 'ready' } });
    await deliver(service, begun);
    await expectWhole(service, begun, bytes);
  });

  test('when the original does not decode, then the thumbnail has failed for good, and the photo is as it was', async () => {
    const photo = await addPhoto(service, 'broken', bytes);
    const whole = await image('jpeg', '#123456', 900, 900);
    await overwriteOriginal(photo, whole.subarray(0, whole.length / 2));
    await deliverOriginal(service, photo);
    expect(await rowOf(service, photo)).toMatchObject({ status: 'ready', thumbnail: { status: 'failed' }, metadata: photo.metadata });
    await expectNothingOf(service, photo, [originalKey(photo)]);
    const asked = async () => service.api.get(`/v1/users/me/photos/${photo.photoId}/thumbnail`).set(await service.as('broken'));
    await expectRefused(service, { status: 409, code: 'conflict', detail: /No thumbnail could be made/ }, asked);
  });

  test('when there is no row, or a rejected one, or no original, then nothing happens', async () => {
    const [gone, empty] = [await addPhoto(service, 'gone', bytes), await addPhoto(service, 'empty', bytes)];
    await remove(gone);
    await s3().send(new DeleteObjectCommand({ Bucket: service.config.buckets.photos, Key: originalKey(empty) }));
    const rejected = await begin(service, 'rejected', ofPng(bytes));
    await smuggle(service, rejected, Buffer.alloc(bytes.length, '<html>'));
    await deliver(service, rejected);
    const before = await service.stored.everything();
    for (const photo of [gone, empty, rejected]) await service.jobs.onPhotoEvent(createdEvent(originalKey(photo)), UNHURRIED);
    expect(await service.stored.everything()).toEqual(before);
  });
});

describe('a photo that is deleted while its thumbnail is made', () => {
  test.each(['putThumbnail', 'setThumbnail'] as const)('when that is before %s, then nothing is left', async (step) => {
    const [photo, gate] = [await addPhoto(service, 'deletes', bytes), new Gate()];
    const processor = anotherProcessor(service, ({ photos, bucket }) =>
      step === 'putThumbnail'
        ? { bucket: { ...bucket, putThumbnail: async (...args) => gate.pass().then(() => bucket.putThumbnail(...args)) } }
        : { photos: { ...photos, setThumbnail: async (...args) => gate.pass().then(() => photos.setThumbnail(...args)) } },
    );
    const processing = processor.processPhoto(US, photo);
    await gate.reached;
    expect((await remove(photo)).status).toBe(204);
    gate.open();
    await processing;
    expect(await rowOf(service, photo)).toBeUndefined();
    await expectNothingOf(service, photo);
  });

  test('when another has made it meanwhile, then that one stays', async () => {
    const [photo, gate] = [await addPhoto(service, 'meanwhile', bytes), new Gate()];
    const processor = anotherProcessor(service, ({ photos }) => ({
      photos: { ...photos, setThumbnail: async (...args) => gate.pass().then(() => photos.setThumbnail(...args)) },
    }));
    const processing = processor.processPhoto(US, photo);
    await gate.reached;
    await deliverOriginal(service, photo);
    const row = await rowOf(service, photo);
    gate.open();
    await processing;
    expect(await rowOf(service, photo)).toEqual(row);
    await expectWhole(service, photo, bytes);
  });

  test('when its metadata is changed meanwhile, then neither change is lost', async () => {
    const [photo, gate] = [await addPhoto(service, 'changes', bytes, { title: 'before' }), new Gate()];
    const processor = anotherProcessor(service, ({ bucket }) => ({
      bucket: { ...bucket, putThumbnail: async (...args) => gate.pass().then(() => bucket.putThumbnail(...args)) },
    }));
    const processing = processor.processPhoto(US, photo);
    await gate.reached;
    const changed = await service.api
      .patch(`/v1/users/me/photos/${photo.photoId}`)
      .set(await service.as('changes'))
      .send({ metadata: { title: 'after' } });
    gate.open();
    await processing;
    expect(changed.status).toBe(200);
    expect(await rowOf(service, photo)).toMatchObject({ metadata: { title: 'after' }, thumbnail: { status: 'ready' } });
  });
});
