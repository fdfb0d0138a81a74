import { expectRefused, multipartBody, postRaw } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService({ MAX_PROGRESSIVE_PIXELS: '1000000' });
});
afterAll(() => service.close());

describe('a body', () => {
  test.each(['application/json', 'application/x-ndjson'])(
    'when it is chunked and empty, as %s, then 400 and nothing is written',
    async (type) => {
      const headers = { ...(await service.as('eve', { groups: ['admins'] })), 'content-type': type };
      const answer = await postRaw(`${service.url}/v1/users/bulk`, headers, Buffer.alloc(0), { chunked: true });
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid-input']);
      expect(await service.stored.rows('users')).toEqual([]);
    },
  );

  test.each([
    ['value', { name: 'city', value: Buffer.from('Orl\xe9ans', 'latin1') }],
    ['name', { name: 'n\ufffd', value: 'x' }],
  ])('when a %s of a form is not UTF-8, then 400 and nothing is stored bent', async (_what, part) => {
    const { type, body } = multipartBody([part, { name: 'photo', value: await image(), fileName: 'a.png', type: 'image/png' }]);
    const headers = { ...(await service.as('ann')), 'content-type': type };
    await expectRefused(service, { status: 400, code: 'invalid-input' }, () => postRaw(`${service.url}/v1/form`, headers, body));
  });
});

test.each(['avif', 'gif'] as const)(
  'when a small file is a large %s, which must be decoded whole, then it is refused by its header',
  async (format) => {
    const [costly, cheap] = [await image(format, '#123456', 1_200, 1_000), await image(format, '#123456', 1_000, 1_000)];
    const post = async (photo: Buffer) =>
      service.api
        .post('/v1/form')
        .set(await service.as(format))
        .send({ photo: photo.toString('base64') });
    await expectRefused(service, { status: 422, code: 'unprocessable-photo' }, () => post(costly));
    expect((await post(cheap)).status).toBe(201);
  },
);
