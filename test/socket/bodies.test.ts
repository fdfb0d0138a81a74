import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { expectStored, filePart, multipartBody, postJson, postParts } from '../support/forms.ts';
import { jpegOfSize } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';

/** The default of MAX_FORM_PHOTO_BYTES, which a load balancer before a Lambda would not let through. */
const MOST = 2 * 1024 * 1024;

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

test('when a photo is exactly 2 MiB, then it is taken, in both shapes', async () => {
  const bytes = await jpegOfSize(MOST);
  const asJson = await postJson(service, 'largest-json', { photo: bytes.toString('base64') });
  const asParts = await postParts(service, 'largest-parts', [filePart(bytes)]);

  expect([asJson.status, asParts.status]).toEqual([201, 201]);
  await expectStored(service, asJson.body.photo, bytes);
  await expectStored(service, asParts.body.photo, bytes);
});

describe('a body', () => {
  test.each([
    ['with a length', 'content-length: 10000000000', ''],
    ['chunked', 'transfer-encoding: chunked', `${(6_000_001).toString(16)}\r\n${'x'.repeat(6_000_001)}\r\n`],
  ])('when it is over the limit, %s, then 413 comes before its end', async (_how, header, beginning) => {
    const { authorization } = await service.as('ann');
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    socket.write(
      `POST /v1/form HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\ncontent-type: application/json\r\n${header}\r\n\r\n${beginning}`,
    );
    const [answer] = (await once(socket, 'data')) as [Buffer]; // nothing has ended the request
    socket.destroy();
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('when who sends it may not, then 403 comes before any of it', async () => {
    const headers = { ...(await service.as('ann')), 'content-type': 'application/json', 'content-length': '1000000' };
    const status = await new Promise((resolve, reject) => {
      const sent = request(`${service.url}/v1/users/bulk`, { method: 'POST', headers }, (response) => {
        resolve(response.statusCode);
        sent.destroy(); // of the million bytes none was sent
      });
      sent.once('error', reject).flushHeaders();
    });
    expect(status).toBe(403);
  });
});

describe('a client that hangs up', () => {
  test.each(['json', 'parts'] as const)(
    'when that is in the middle of a body of %s, then nothing is stored and the service lives',
    async (shape) => {
      const bytes = await jpegOfSize(1_000_000);
      const { type, body } =
        shape === 'parts'
          ? multipartBody([filePart(bytes)])
          : { type: 'application/json', body: Buffer.from(JSON.stringify({ photo: bytes.toString('base64') })) };
      const { authorization } = await service.as(`hangs-up-${shape}`);
      const before = await service.stored.everything();

      const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
      await once(socket, 'connect');
      const head = [
        'POST /v1/form HTTP/1.1',
        'host: photoform',
        `authorization: ${authorization}`,
        `content-type: ${type}`,
        `content-length: ${body.length}`,
        `x-request-id: hang-up-${shape}`,
      ].join('\r\n');
      await new Promise((sent) => socket.write(Buffer.concat([Buffer.from(`${head}\r\n\r\n`), body.subarray(0, body.length / 2)]), sent));
      socket.destroy();

      await service.whenLogged(`"hang-up-${shape}"`, '"brokenOff":true');
      expect(await service.stored.everything()).toEqual(before);
      expect((await service.api.get('/health')).status).toBe(200);
      const again = await postJson(service, `hangs-up-${shape}`, { photo: bytes.toString('base64') });
      await expectStored(service, again.body.photo, bytes);
    },
  );
});
