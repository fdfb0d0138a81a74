import { createdObjects } from '../../src/shared/s3-event.ts';
import { image } from '../support/images.ts';
import { UNHURRIED } from '../support/object-events.ts';
import { startService, type TestService } from '../support/service.ts';
import {
  begin,
  complete,
  deliver,
  expectFinished,
  expectNothingOf,
  ofPng,
  postForm,
  rowOf,
  sendFile,
  uploadKey,
} from '../support/uploads.ts';

const AT_ONCE = 5;

let service: TestService;
let bytes: Buffer;
/** Another photo of as many bytes. */
let others: Buffer;
beforeAll(async () => {
  [service, bytes, others] = await Promise.all([startService(), image(), image('png', '#996633')]);
  expect([others.length, others.equals(bytes)]).toEqual([bytes.length, false]);
});
afterAll(() => service.close());

async function arrived(user: string, method: string) {
  const begun = await begin(service, user, ofPng(bytes, { method }));
  await sendFile(begun, bytes);
  return begun;
}
const bodiesOf = (answers: { status: number; body: object }[]) => answers.map(({ status, body }) => ({ status, body }));

describe.each(['POST', 'PUT', 'MULTIPART'])('an upload by %s', (method) => {
  test('when it is completed many times at once, then there is one photo, and one answer', async () => {
    for (let round = 0; round < 3; round++) {
      const begun = await arrived('at-once', method);
      const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => complete(service, begun)));
      const { body } = await complete(service, begun);
      expect(bodiesOf(answers)).toEqual(Array(AT_ONCE).fill({ status: 200, body }));
      await expectFinished(service, begun, bytes);
    }
  });

  test('when it is completed at once with its object’s event, then there is one photo, and one answer', async () => {
    for (let round = 0; round < 3; round++) {
      const begun = await arrived('with-event', method);
      if (method === 'MULTIPART') await complete(service, begun); // which makes the object, and so its event
      const event = await service.events.next(uploadKey(begun));
      const [answer] = await Promise.all([
        complete(service, begun),
        service.jobs.onPhotoEvent(event, UNHURRIED),
        service.jobs.onPhotoEvent(event, UNHURRIED),
      ]);
      expect(bodiesOf([answer])).toEqual(bodiesOf([await complete(service, begun)]));
      await expectFinished(service, begun, bytes);
    }
  });
});

describe('the event of an object that arrived', () => {
  test('when it comes before anybody completes, then it makes the photo, and `complete` answers it', async () => {
    const begun = await arrived('event-first', 'POST');
    await deliver(service, begun);
    await expectFinished(service, begun, bytes);
    const row = await rowOf(service, begun);
    expect((await complete(service, begun)).body.photo).toMatchObject({ status: 'ready', version: row?.version });
    expect(await rowOf(service, begun)).toEqual(row);
  });

  test('when it comes late and twice, then the finished photo is unchanged', async () => {
    const begun = await arrived('event-late', 'PUT');
    await complete(service, begun);
    const [row, event] = [await rowOf(service, begun), await service.events.next(uploadKey(begun))];
    for (const _ of ['late', 'later']) await service.jobs.onPhotoEvent(event, UNHURRIED);
    expect(await rowOf(service, begun)).toEqual(row);
    await expectFinished(service, begun, bytes);
  });

  test.each(['ready', 'rejected'])(
    'when the signed form is replayed once the photo is %s, then its event removes the bytes and nothing changes',
    async (status) => {
      const begun = await begin(service, `replays-${status}`, ofPng(bytes));
      await sendFile(begun, status === 'ready' ? bytes : Buffer.alloc(bytes.length, '<html>'));
      await complete(service, begun);
      await deliver(service, begun);
      const row = await rowOf(service, begun);
      expect((await postForm({ ...begun.upload, url: String(begun.upload.url) }, others)).status).toBe(204);
      expect(await service.stored.keys()).toContain(uploadKey(begun));
      await deliver(service, begun);

      expect(row?.status).toBe(status);
      expect(await rowOf(service, begun)).toEqual(row);
      if (status === 'ready') await expectFinished(service, begun, bytes);
      else await expectNothingOf(service, begun);
    },
  );

  test('when it is of nothing that was asked for, then the bytes go, and no photo comes to be', async () => {
    const begun = await arrived('unasked', 'POST');
    const event = await service.events.next(uploadKey(begun));
    await service.api.delete(`/v1/uploads/${begun.photoId}`).set(await service.as('unasked'));
    await postForm({ ...begun.upload, url: String(begun.upload.url) }, bytes);
    await service.jobs.onPhotoEvent(event, UNHURRIED);
    expect(await rowOf(service, begun)).toBeUndefined();
    await expectNothingOf(service, begun);
  });

  test('when it is S3’s own test, or of other keys, or of a removal, then nothing happens', async () => {
    const added = await service.services.photos.addPhoto(
      { kind: 'system', id: 'test' },
      { userId: 'unconcerned', bytes, metadata: {} },
      '01890000-0000-7000-8000-000000000000',
    );
    const begun = await arrived('unconcerned', 'POST');
    const before = await service.stored.everything();
    const record = (key: string, eventName = 'ObjectCreated:Put') => ({ eventName, s3: { bucket: { name: 'b' }, object: { key } } });
    const ofIt = createdObjects(await service.events.next(uploadKey(begun))).map(({ key }) => key);
    const keys = [
      'originals/x/y',
      'uploads/%2e%2e/x+y',
      'uploads/',
      `${uploadKey(begun)}/more`,
      `${uploadKey(added).replace('uploads', 'thumbnails')}.webp`,
    ];
    for (const Records of [undefined, [], keys.map((key) => record(key)), ofIt.map((key) => record(key, 'ObjectRemoved:Delete'))])
      await service.jobs.onPhotoEvent(Records ? { Records } : {}, UNHURRIED);
    expect(await service.stored.everything()).toEqual(before);
    await service.jobs.onPhotoEvent({ Records: [record(uploadKey(added)), ...ofIt.map((key) => record(key))] }, UNHURRIED);
    await expectFinished(service, begun, bytes);
    expect((await rowOf(service, added))?.status).toBe('ready');
  });
});
