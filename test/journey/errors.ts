import assert from 'node:assert/strict';
import { newPhoto } from './files.ts';
import { type Journey, photoPath, type Step } from './journey.ts';

const NOWHERE = '01890000-0000-7000-8000-000000000000';
const form = (photo: Buffer, more: object = {}) => ({ json: { photo: photo.toString('base64'), ...more } });

export const ERRORS: Step[] = [
  {
    title: 'who is not signed in, or means somebody else, is refused',
    async walk({ person, stranger, prefix }: Journey) {
      const { headers } = await stranger.mustRefuse(401, 'unauthenticated', 'GET', '/v1/me');
      assert.match(headers.get('www-authenticate') ?? '', /^Bearer/);
      await person.mustRefuse(403, 'forbidden', 'GET', `/v1/users/${prefix}-nobody/photos`);
      await person.mustRefuse(403, 'forbidden', 'POST', '/v1/users', { json: { userId: `${prefix}-nobody`, name: 'x' } });
      await person.mustRefuse(403, 'forbidden', 'POST', '/v1/imports', { json: { format: 'csv', bytes: 1 } });
    },
  },
  {
    title: 'what does not exist, or is not done that way, is said',
    async walk(journey) {
      const { person } = journey;
      await person.mustRefuse(404, 'not-found', 'GET', '/v1/nothing');
      await person.mustRefuse(404, 'not-found', 'GET', photoPath(journey, NOWHERE));
      const { headers } = await person.mustRefuse(405, 'method-not-allowed', 'DELETE', '/v1/me');
      assert.match(headers.get('allow') ?? '', /GET/);
    },
  },
  {
    title: 'what is no photo is refused with its reason',
    async walk({ person }) {
      const photo = await newPhoto();
      await person.mustRefuse(415, 'unsupported-media-type', 'POST', '/v1/form', form(Buffer.from('<html>not a photo</html>')));
      await person.mustRefuse(422, 'unprocessable-photo', 'POST', '/v1/form', form(photo.subarray(0, photo.length / 2)));
    },
  },
  {
    title: 'input that does not fit is pointed at',
    async walk({ person, admin, prefix }) {
      const json = { 'content-type': 'application/json' };
      await person.mustRefuse(400, 'malformed-json', 'POST', '/v1/form', { body: '{"photo":', headers: json });
      const unknown = await person.mustRefuse(400, 'invalid-input', 'POST', '/v1/form', form(await newPhoto(), { colour: 'red' }));
      assert.equal(unknown.body.errors[0].path, '/colour');
      const users = [{ userId: `${prefix}-x`, name: '' }];
      const answer = await admin.must(207, 'POST', '/v1/users/bulk', { json: { users } });
      assert.equal(answer.body.rejected[0].errors[0].path.endsWith('/name'), true);
      await person.mustRefuse(400, 'invalid-input', 'GET', '/v1/users/me/photos?limit=0');
      await person.mustRefuse(400, 'invalid-input', 'GET', '/v1/users/me/photos?cursor=nonsense');
    },
  },
];
