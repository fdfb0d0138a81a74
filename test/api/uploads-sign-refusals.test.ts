import { expectRefused } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';
import { type Begun, begin, call, complete, ofPng, rowOf, sendFile } from '../support/uploads.ts';

let service: TestService;
let bytes: Buffer;
beforeAll(async () => {
  [service, bytes] = await Promise.all([startService(), image()]);
});
afterAll(() => service.close());

const open = (method: string, user = `signs-${method.toLowerCase()}`) => begin(service, user, ofPng(bytes, { method }));
const asking = (begun: Begun, request: object) => call(service, begun, 'post', '/sign', request);

describe('what is not signed', () => {
  const [uploadId, partNumber] = ['any', 1];
  const whole = [{ method: 'GET' }, { method: 'POST' }, { method: 'DELETE' }, { method: 'PUT', uploadId }, { method: 'PUT', partNumber }];
  const parts = [{ method: 'PUT' }, { method: 'GET' }, { method: 'DELETE' }, { method: 'POST', partNumber }, { method: 'PUT', partNumber }];
  const own = [{ method: 'PUT' }, { method: 'GET', partNumber }, { method: 'POST', partNumber }, { method: 'DELETE', partNumber }];

  test.each([
    ['POST', whole],
    ['PUT', whole],
    ['MULTIPART', parts],
  ])('when an upload by %s is asked for a verb it does not need, then 400', async (method, requests) => {
    const begun = await open(method, `refuses-${method.toLowerCase()}`);
    for (const request of requests)
      await expectRefused(service, { status: 400, code: 'invalid-input', paths: ['/method'] }, () => asking(begun, request));
    await call(service, begun, 'delete');
  });

  test('when a verb makes no sense with an uploadId, or a part is none, then 400', async () => {
    const begun = await open('MULTIPART', 'no-sense');
    const mine = (await rowOf(service, begun))?.upload?.uploadId;
    const refused = (request: object, path: string) =>
      expectRefused(service, { status: 400, code: 'invalid-input', paths: [path] }, () => asking(begun, { ...request, uploadId: mine }));
    for (const request of own) await refused(request, '/method');
    await refused({ method: 'PUT', partNumber: 2 }, '/partNumber');
    await refused({ method: 'PUT', partNumber: 0 }, '/partNumber');
    await refused({ method: 'PATCH' }, '/method');
    await refused({ method: 'GET', bucket: 'evil' }, '/bucket');
  });

  test('when the multipart upload is another’s, or none, then 404, and the upload is as before', async () => {
    const [begun, others] = [await open('MULTIPART', 'mine'), await open('MULTIPART', 'others')];
    const foreign = (await rowOf(service, others))?.upload?.uploadId;
    for (const uploadId of [foreign, 'none', '../..', 'x'.repeat(1_024)])
      for (const request of [{ method: 'GET' }, { method: 'POST' }, { method: 'DELETE' }, { method: 'PUT', partNumber: 1 }])
        await expectRefused(service, { status: 404, code: 'not-found' }, () => asking(begun, { ...request, uploadId }));
  });

  test('when the upload is over, then 409', async () => {
    for (const method of ['POST', 'PUT', 'MULTIPART']) {
      const begun = await open(method, 'over');
      const uploadId = (await rowOf(service, begun))?.upload?.uploadId;
      await sendFile(begun, bytes);
      await complete(service, begun);
      const request = uploadId ? { method: 'DELETE', uploadId } : { method: 'PUT' };
      await expectRefused(service, { status: 409, code: 'conflict' }, () => asking(begun, request));
    }
  });
});
