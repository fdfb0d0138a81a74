import { systemActor } from '../../src/shared/actor.ts';
import { anotherFinisher } from '../support/finishers.ts';
import { explodingPng, image, jpegOfSize } from '../support/images.ts';
import { deliverOriginal, expectWhole } from '../support/photos.ts';
import { startService, type TestService } from '../support/service.ts';
import { begin, call, complete, deliver, ofPng, sendFile, sha256, smuggle } from '../support/uploads.ts';

const MiB = 1024 * 1024;

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

/** What of an upload is held whole while it is finished, and what becomes of it. */
async function finish(declared: object, bytes: Buffer) {
  const begun = await begin(service, 'streams', declared);
  await smuggle(service, begun, bytes);
  let held = 0;
  const finisher = anotherFinisher(service, ({ uploads }) => ({
    uploads: {
      ...uploads,
      async openUpload(...args) {
        const arrived = await uploads.openUpload(...args);
        const read = async () => {
          held += Number(arrived?.bytes);
          return (await arrived?.read()) as Buffer;
        };
        return arrived && { ...arrived, read };
      },
    },
  }));
  const photo = await finisher.finishUpload(systemActor('test'), begun);
  return { held, status: photo?.status, code: photo?.rejected?.code, detail: photo?.rejected?.detail };
}

describe('an upload that is finished', () => {
  const filled = (file: Buffer) => Buffer.concat([file, Buffer.alloc(3 * MiB)]);

  test('when its beginning or its hash condemns it, then it is never held whole', async () => {
    const [png, huge] = [filled(await image()), filled(explodingPng(16_000, 16_000))];
    const html = Buffer.alloc(3 * MiB, '<html>');
    expect(await finish(ofPng(html), html)).toMatchObject({
      held: 0,
      code: 'unsupported-media-type',
      detail: expect.stringMatching(/HTML/),
    });
    expect(await finish(ofPng(png, { contentType: 'image/jpeg' }), png)).toMatchObject({ held: 0, code: 'unsupported-media-type' });
    expect(await finish(ofPng(huge), huge)).toMatchObject({
      held: 0,
      code: 'unprocessable-photo',
      detail: expect.stringMatching(/16000 × 16000 pixels/),
    });
    const other = ofPng(png, { sha256: sha256(html) });
    expect(await finish(other, png)).toMatchObject({ held: 0, code: 'unprocessable-photo', detail: expect.stringMatching(/sha256/) });
    expect(await finish(ofPng(png, { bytes: 9 }), png)).toMatchObject({
      held: 0,
      code: 'unprocessable-photo',
      detail: expect.stringMatching(/9 were declared/),
    });
  });

  test('when it is good, or nothing but decoding tells, then it is held once', async () => {
    const [good, cut] = [await jpegOfSize(2 * MiB), (await image('jpeg', '#336699', 2_000, 2_000)).subarray(0, 10_000)];
    const jpeg = (bytes: Buffer) => ofPng(bytes, { contentType: 'image/jpeg', sha256: sha256(bytes) });
    expect(await finish(jpeg(good), good)).toMatchObject({ held: good.length, status: 'ready' });
    expect(await finish(jpeg(cut), cut)).toMatchObject({
      held: cut.length,
      code: 'unprocessable-photo',
      detail: expect.stringMatching(/does not decode/),
    });
  });
});

test('when a photo of 26 MiB comes in parts, then its events make it ready, and then its thumbnail', async () => {
  const file = await jpegOfSize(26 * MiB);
  const begun = await begin(service, 'large', { contentType: 'image/jpeg', bytes: file.length });
  expect(begun.upload.method).toBe('MULTIPART');
  await sendFile(begun, file);
  expect((await complete(service, begun)).status).toBe(202);
  await deliver(service, begun);
  await deliverOriginal(service, begun);
  await expectWhole(service, begun, file);
  expect((await call(service, begun, 'get')).body.photo).toMatchObject({ status: 'ready', thumbnail: { status: 'ready' } });
});
