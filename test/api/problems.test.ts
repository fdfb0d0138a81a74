import { DeleteBucketCommand } from '@aws-sdk/client-s3';
import { addPhoto, postJson } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';

const CODES = {
  'invalid-input': 400,
  'malformed-json': 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  conflict: 409,
  'precondition-failed': 412,
  'body-too-large': 413,
  'unsupported-media-type': 415,
  'unprocessable-photo': 422,
  'idempotency-key-reused': 422,
  'rate-limited': 429,
  internal: 500,
  unavailable: 503,
};

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

describe('errors', () => {
  test.each(Object.entries(CODES))('when /problems/%s is opened, then a page explains it', async (code, status) => {
    const answer = await service.api.get(`/problems/${code}`);
    expect([answer.status, answer.type]).toEqual([200, 'text/html']);
    expect(answer.text).toContain(`<code>${code}</code>, HTTP ${status}`);
  });

  test.each(['nothing', '__proto__', 'toString'])('when /problems/%s is opened, then 404', async (code) => {
    expect((await service.api.get(`/problems/${code}`)).status).toBe(404);
  });

  test('when anything fails, then the answer is a problem of one shape that gives nothing away', async () => {
    const token = await service.as('failing');
    const answers = [
      await service.api.get('/v1/me'),
      await service.api.get('/nothing'),
      await service.api.post('/v1/me'),
      await service.api.get('/v1/users/other/photos').set(token),
      await service.api.get('/v1/users/me/photos?limit=x').set(token),
      await postJson(service, 'failing', '{'),
      await postJson(service, 'failing', { photo: 'AAAA' }),
      await postJson(service, 'failing', { photo: '/9j/' }),
      await service.api.post('/v1/form').set(token).set('content-type', 'text/plain').send('x'),
    ];
    for (const { status, headers, body, text } of answers) {
      expect(body).toMatchObject({
        type: `/problems/${body.code}`,
        title: expect.any(String),
        status,
        detail: expect.any(String),
        instance: expect.stringMatching(/^\//),
      });
      expect(CODES).toHaveProperty(body.code, status);
      expect(body.requestId).toBe(headers['x-request-id']);
      expect(text).not.toMatch(/node_modules|\.ts:|\bat \S+ \(|Exception|Error\b|aws|dynamo|s3|zod|multer|sharp|vips/i);
    }
  });

  test('when something unforeseen happens, then 500 says no more than where it is logged', async () => {
    const own = await startService();
    await own.services.clients.s3.send(new DeleteBucketCommand({ Bucket: own.config.buckets.photos }));
    try {
      const answer = await postJson(own, 'unlucky', { photo: (await image()).toString('base64') }, { 'x-request-id': 'unforeseen-1' });
      expect([answer.status, answer.body.code, answer.body.requestId]).toEqual([500, 'internal', 'unforeseen-1']);
      expect(answer.text).not.toMatch(/bucket|NoSuch|stack|node_modules/i);
      expect(await own.whenLogged('"unforeseen-1"', '"level":"error"')).toMatch(/NoSuchBucket/);
    } finally {
      await own.close();
    }
  });
});

describe('what is logged', () => {
  test('when requests with tokens, photos and signed URLs have passed, then none of these is in the log', async () => {
    const photo = await addPhoto(service, 'secretive', await image(), { diary: 'dear-diary-1234' });
    const { authorization } = await service.as('secretive');
    const signed = await service.api.get(`/v1/users/me/photos/${photo.photoId}/original?redirect=false`).set({ authorization });
    await service.api
      .get(`/v1/users/me/photos?cursor=sealed-cursor-1234&access_token=${authorization.slice(7)}`)
      .set({ authorization, 'x-request-id': 'the-last' });
    await service.whenLogged('"the-last"');

    const log = service.logged.join('');
    for (const secret of [
      authorization.slice(7),
      authorization.split('.')[2],
      'X-Amz-Signature',
      new URL(signed.body.url).search,
      'dear-diary-1234',
      'sealed-cursor-1234',
    ])
      expect(log).not.toContain(secret);
    expect(log).toContain('"actor":"person:secretive"');
  });
});
