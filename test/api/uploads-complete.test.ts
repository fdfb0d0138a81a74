import { image, jpegOfSize } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';
import {
  begin,
  complete,
  deliver,
  expectFinished,
  expectNothingOf,
  ofPng,
  putParts,
  rowOf,
  sendFile,
  stateOf,
  uploadKey,
} from '../support/uploads.ts';

const MiB = 1024 * 1024;
const LARGE = 150_000;

let service: TestService;
let small: TestService;
let bytes: Buffer;
beforeAll(async () => {
  [service, small, bytes] = await Promise.all([startService(), startService({ MAX_UPLOAD_BYTES: '100000' }), image()]);
});
afterAll(() => Promise.all([service.close(), small.close()]));

describe('completing an upload', () => {
  test.each(['POST', 'PUT', 'MULTIPART'])('when nothing has arrived by %s, then 409, and it stays open', async (method) => {
    const begun = await begin(service, 'too-early', ofPng(bytes, { method }));
    const before = await rowOf(service, begun);
    const { status, body } = await complete(service, begun);

    expect([status, body.code]).toEqual([409, 'conflict']);
    expect(await rowOf(service, begun)).toEqual(before);
    await sendFile(begun, bytes);
    expect((await complete(service, begun)).status).toBe(200);
    await expectFinished(service, begun, bytes);
  });

  test('when parts are missing, then 409 names them, and once they are there it is put together', async () => {
    const file = await jpegOfSize(12 * MiB);
    const begun = await begin(service, 'parts', { contentType: 'image/jpeg', bytes: file.length, method: 'MULTIPART' });
    const [first, second, third] = begun.upload.parts ?? [];
    if (!first || !second || !third) throw new Error('there are three parts');
    expect([first, second, third].map((part) => part.bytes)).toEqual([5 * MiB, 5 * MiB, 2 * MiB]);

    await putParts(begun.upload, [second], file);
    const refused = await complete(service, begun);
    expect([refused.status, refused.body.code, refused.body.detail]).toEqual([409, 'conflict', expect.stringMatching(/\b1, 3\b/)]);
    expect((await rowOf(service, begun))?.status).toBe('pending');
    expect(await service.stored.multipartUploads()).toEqual([uploadKey(begun)]);
    await putParts(begun.upload, [third, first], file);
    expect((await complete(service, begun)).status).toBe(200);
    await expectFinished(service, begun, file);
  });

  test('when it is completed again, then the answer is the same', async () => {
    const begun = await begin(service, 'again', ofPng(bytes));
    await sendFile(begun, bytes);
    const first = await complete(service, begun);
    const second = await complete(service, begun);

    expect([second.status, second.body, second.headers.etag]).toEqual([200, first.body, first.headers.etag]);
    await expectFinished(service, begun, bytes);
  });
});

describe('completing an upload that is larger than what is checked while the client waits', () => {
  async function large(user: string, file: Buffer) {
    const begun = await begin(small, user, { contentType: 'image/jpeg', bytes: file.length });
    await sendFile(begun, file);
    return begun;
  }

  test('when it is completed, then 202 says when to ask again, and the event of its object finishes it', async () => {
    const file = await jpegOfSize(LARGE);
    const begun = await large('large', file);
    for (const _ of ['once', 'again']) {
      const { status, body, headers } = await complete(small, begun);
      expect([status, body.photo.status, Number(headers['retry-after']) > 0]).toEqual([202, 'pending', true]);
      expect(await small.stored.keys()).toContain(uploadKey(begun));
    }
    await deliver(small, begun);

    const finished = await complete(small, begun);
    expect([finished.status, finished.body.photo.status]).toEqual([200, 'ready']);
    await expectFinished(small, begun, file);
  });

  test('when nothing has arrived, then 409 like for any other', async () => {
    const begun = await begin(small, 'large-early', { contentType: 'image/jpeg', bytes: LARGE });
    expect((await complete(small, begun)).status).toBe(409);
    expect((await rowOf(small, begun))?.status).toBe('pending');
  });

  test('when it turns out to be no photo, then that is said once the event has found it out', async () => {
    const begun = await large('large-wrong', Buffer.alloc(LARGE, '<html>'));
    expect((await complete(small, begun)).status).toBe(202);
    await deliver(small, begun);

    expect((await complete(small, begun)).body).toMatchObject({ status: 415, code: 'unsupported-media-type' });
    expect((await stateOf(small, begun)).body.photo).toMatchObject({ status: 'rejected', rejected: { code: 'unsupported-media-type' } });
    await expectNothingOf(small, begun);
  });
});
