import { CreateMultipartUploadCommand, DeleteObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { SweepReport } from '../../src/shared/sweep.ts';
import { ago, at } from '../support/clock.ts';
import { addPhoto, originalKey } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { UNHURRIED } from '../support/object-events.ts';
import { backToPending, deliverOriginal, expectWhole, thumbnailKey } from '../support/photos.ts';
import { startService, type TestService } from '../support/service.ts';
import { begin, deliver, ofPng, rowOf, sendFile, smuggle, uploadKey } from '../support/uploads.ts';

const HOUR = 60 * 60;
const DAY = 24 * HOUR;

let service: TestService;
let bytes: Buffer;
beforeEach(async () => {
  [service, bytes] = await Promise.all([startService(), image()]);
});
afterEach(() => service.close());

/** Runs the sweep so many seconds from now, first dry: that says the same, and changes nothing. */
async function sweepIn(seconds: number): Promise<string[]> {
  const run = (dryRun: boolean) => at(Date.now() + seconds * 1000, () => service.jobs.sweep(UNHURRIED, { dryRun }));
  const [before, marks] = [await service.stored.everything(), await service.stored.rows('requests')];
  const would = findingsOf(await run(true));
  expect(await service.stored.everything()).toEqual(before);
  expect(await service.stored.rows('requests')).toEqual(marks);
  const did = await run(false);
  expect(findingsOf(did)).toEqual(would);
  for (const part of did.parts) expect(part).toMatchObject({ mended: part.found.length, failed: 0, isThrough: true });
  return would;
}
const findingsOf = ({ parts }: SweepReport) =>
  parts.flatMap(({ found }) => found.map(({ action, target }) => `${action}: ${target}`)).sort();

const s3 = () => service.services.clients.s3 as S3Client;
const put = (Key: string) => s3().send(new PutObjectCommand({ Bucket: service.config.buckets.photos, Key, Body: 'x' }));
const NOBODYS = { userId: 'nobody', photoId: '01890000-0000-7000-8000-000000000000' };

test('when all is well, then nothing is found, and nothing is changed', async () => {
  const [form, begun] = [await addPhoto(service, 'well', bytes), await begin(service, 'well', ofPng(bytes, { method: 'MULTIPART' }))];
  await deliverOriginal(service, form);
  const open = await begin(service, 'well', ofPng(bytes));
  await smuggle(service, open, bytes);
  const before = await service.stored.everything();
  expect(await sweepIn(2 * DAY)).toEqual([]);
  expect(await service.stored.everything()).toEqual(before);
  expect((await rowOf(service, begun))?.status).toBe('pending');
});

test('when objects have no row, then they go once they are a day old; keys that are none of ours stay', async () => {
  const keys = [originalKey(NOBODYS), thumbnailKey(NOBODYS), uploadKey(NOBODYS)];
  const foreign = ['notes.txt', 'originals/x/y', 'originals/+/01890000-0000-7000-8000-000000000000'];
  for (const key of [...keys, ...foreign]) await put(key);
  expect(await sweepIn(DAY - HOUR)).toEqual([]);
  expect(await sweepIn(DAY + HOUR)).toEqual(keys.map((key) => `remove object: ${key}`).sort());
  expect(await service.stored.keys()).toEqual(foreign.toSorted());
});

test('when a photo is ready or rejected, then what is left in quarantine goes', async () => {
  const ready = await addPhoto(service, 'quarantine', bytes);
  await deliverOriginal(service, ready);
  const rejected = await begin(service, 'quarantine', ofPng(bytes));
  await sendFile(rejected, Buffer.alloc(bytes.length, '<html>'));
  await deliver(service, rejected);
  const keys = [uploadKey(ready), uploadKey(rejected), originalKey(rejected)];
  for (const key of keys) await put(key);
  expect(await sweepIn(DAY + HOUR)).toEqual(keys.map((key) => `remove object: ${key}`).sort());
  await expectWhole(service, ready, bytes);
});

test('when a pending photo has expired, then its row and all that arrived of it go, and not before', async () => {
  const week = 7 * DAY;
  const old = await ago(week + HOUR, () => begin(service, 'expired', ofPng(bytes)));
  const young = await ago(week - HOUR, () => begin(service, 'expired', ofPng(bytes)));
  const parts = await ago(week + HOUR, () => begin(service, 'expired', ofPng(bytes, { method: 'MULTIPART' })));
  for (const begun of [old, young]) await smuggle(service, begun, bytes);
  const found = await sweepIn(0);
  expect(found).toEqual(
    [old, parts]
      .map(({ userId, photoId }) => `remove expired photo: ${userId}/${photoId}`)
      .concat(`end multipart upload: ${uploadKey(parts)}`)
      .sort(),
  );
  expect(await service.stored.everything()).toEqual({
    photos: [expect.objectContaining({ photoId: young.photoId })],
    keys: [uploadKey(young)],
    multipartUploads: [],
  });
});

test('when a multipart upload is forsaken, then it ends once it is a day old; one that its row names goes on', async () => {
  const begun = await begin(service, 'parts', ofPng(bytes, { method: 'MULTIPART' }));

  for (const key of [uploadKey(begun), uploadKey(NOBODYS)])
    await s3().send(new CreateMultipartUploadCommand({ Bucket: service.config.buckets.photos, Key: key }));
  expect(await sweepIn(DAY - HOUR)).toEqual([]);
  expect(await sweepIn(DAY + HOUR)).toEqual([uploadKey(begun), uploadKey(NOBODYS)].map((key) => `end multipart upload: ${key}`).sort());
  expect(await service.stored.multipartUploads()).toEqual([uploadKey(begun)]);
  await sendFile(begun, bytes);
});

test('when the event of an original was lost, then its thumbnail is made after an hour', async () => {
  const photo = await addPhoto(service, 'lost-event', bytes);
  expect(await sweepIn(HOUR / 2)).toEqual([]);
  expect(await sweepIn(HOUR + 1)).toEqual([`make thumbnail: lost-event/${photo.photoId}`]);
  await expectWhole(service, photo, bytes);
  expect(await sweepIn(DAY)).toEqual([]);
});

test('when the original of a ready photo is gone, then that is told every time, and the row stays', async () => {
  const photo = await addPhoto(service, 'lost', bytes);
  await deliverOriginal(service, photo);
  const row = await rowOf(service, photo);
  await s3().send(new DeleteObjectCommand({ Bucket: service.config.buckets.photos, Key: originalKey(photo) }));
  for (const _ of ['once', 'again']) expect(await sweepIn(0)).toEqual([`tell of a lost original: lost/${photo.photoId}`]);
  const told = service.logged.filter((line) => line.includes('"level":"error"') && line.includes(photo.photoId));
  expect(told).toHaveLength(2);
  expect(await rowOf(service, photo)).toEqual(row);
});

test('when a photo expires and its finisher is at it at that moment, then whoever is first wins, and nothing is left of a loser', async () => {
  const photo = await addPhoto(service, 'moment', bytes);
  await backToPending(service, photo);
  const event = await service.events.next(originalKey(photo));
  await Promise.all([service.jobs.onPhotoEvent(event, UNHURRIED), at(Date.now() + 2_000_000, () => service.jobs.sweep(UNHURRIED))]);
  const row = await rowOf(service, photo);
  if (row) await expectWhole(service, photo, bytes);
  else expect(await service.stored.keys()).toEqual([]);
});
