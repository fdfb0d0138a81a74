import { createHash } from 'node:crypto';
import { photograph } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

describe('adding a photo by form', () => {
  test('when JSON with base64 is posted, then the photo is ready, in the table and in the bucket with its checksum', async () => {
    const bytes = await photograph();
    const answer = await service.api
      .post('/v1/form')
      .set(await service.as('json-ann'))
      .send({ photo: bytes.toString('base64'), metadata: { title: 'Chelsea' } });

    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(answer.status).toBe(201);
    expect(answer.body.photo).toMatchObject({
      userId: 'json-ann',
      status: 'ready',
      contentType: 'image/jpeg',
      bytes: bytes.length,
      width: 451,
      height: 300,
      sha256,
      metadata: { title: 'Chelsea' },
    });
    expect(answer.headers.location).toBe(`/v1/users/json-ann/photos/${answer.body.photo.photoId}`);
    expect(answer.headers.etag).toBe(`"${answer.body.photo.version}"`);

    const row = (await service.stored.rows('photos')).find(({ userId }) => userId === 'json-ann');
    expect(row).toMatchObject({ status: 'ready', sha256 });
    expect(row).not.toHaveProperty('expiresAt');
    const key = `originals/${Buffer.from('json-ann').toString('base64url')}/${answer.body.photo.photoId}`;
    const object = await service.stored.object(key);
    expect(object.bytes.equals(bytes)).toBe(true);
    expect(object).toMatchObject({ contentType: 'image/jpeg', sha256: Buffer.from(sha256, 'hex').toString('base64') });
  });
});
