import { image } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';
import { type StorageTroubledService, startStorageTroubledService } from '../support/troubled-storage.ts';
import {
  type Begun,
  begin,
  call,
  complete,
  ofPng,
  putFile,
  rowOf,
  sendFile,
  sha256,
  stateOf,
  type UploadBody,
} from '../support/uploads.ts';

const METHODS = ['POST', 'PUT', 'MULTIPART'];

let service: TestService;
let stormy: StorageTroubledService;
let bytes: Buffer;
beforeAll(async () => {
  [service, stormy, bytes] = await Promise.all([startService({ UPLOAD_URL_SECONDS: '77' }), startStorageTroubledService(), image()]);
});
afterAll(() => Promise.all([service.close(), stormy.close()]));

const open = (on: TestService, method: string, more: object = {}) =>
  begin(on, `secrets-${method.toLowerCase()}`, ofPng(bytes, { method, ...more }));
const policyOf = ({ fields }: Pick<UploadBody, 'fields'>) => JSON.parse(Buffer.from(String(fields?.Policy), 'base64').toString());
const queryOf = (url: unknown) => new URL(String(url)).searchParams;

/** Signatures, policies and tokens in what was answered. */
function secretsIn(answered: object): string[] {
  const text = JSON.stringify(answered);
  const found = [...text.matchAll(/X-Amz-Signature(?:=|":")([0-9a-f]{64})/g), ...text.matchAll(/"Policy":"([^"]+)"/g)];
  return found.map(([, secret]) => String(secret));
}

describe('signed requests in logs', () => {
  test.each(METHODS)(
    'when an upload by %s goes well, or storage is in trouble, then no signature and no token is logged',
    async (method) => {
      for (const on of [service, stormy]) {
        const begun = await open(on, method);
        const uploadId = (await rowOf(on, begun))?.upload?.uploadId;
        const signed = await call(on, begun, 'post', '/sign', uploadId ? { method: 'GET', uploadId } : { method: 'PUT' });
        const secrets = secretsIn([begun.upload, signed.body]);
        expect(secrets.length).toBeGreaterThanOrEqual(2);
        await sendFile(begun, bytes);
        if (on === stormy) stormy.storageTrouble(() => ({ status: 500, code: 'InternalError' }));
        const completed = await complete(on, begun);
        stormy.storageTrouble(() => undefined);
        expect(completed.status).toBe(on === stormy ? 503 : 200);
        await on.whenLogged(`/v1/uploads/${begun.photoId}/complete`, String(completed.status));

        const { authorization } = await on.as('anyone');
        const logged = on.logged.join('\n');
        for (const secret of [...secrets, 'X-Amz-Signature', 'X-Amz-Credential', 'AWS4-HMAC-SHA256', String(authorization.split('.')[0])])
          expect(logged).not.toContain(secret);
      }
    },
  );

  test('when an upload is asked about later, then nothing signed is told, and nothing of S3’s own names', async () => {
    for (const method of METHODS) {
      const begun = await open(service, method);
      const text = JSON.stringify([(await stateOf(service, begun)).body, (await rowOf(service, begun))?.metadata]);
      expect(text).not.toMatch(/X-Amz|uploadId|Policy|uploads\//);
    }
  });
});

describe('how long signed requests live', () => {
  async function urlsOf(begun: Begun): Promise<string[]> {
    if (begun.upload.method === 'PUT') return [String(begun.upload.url)];
    const uploadId = (await rowOf(service, begun))?.upload?.uploadId;
    const requests = [{ method: 'POST' }, { method: 'GET', uploadId }, { method: 'POST', uploadId }, { method: 'DELETE', uploadId }];
    const signed = await Promise.all(requests.map(async (request) => (await call(service, begun, 'post', '/sign', request)).body.url));
    return [...(begun.upload.parts ?? []).map(({ url }) => url), ...signed];
  }

  test('when UPLOAD_URL_SECONDS says so, then each lives that long, and the answer says until when', async () => {
    for (const method of METHODS) {
      const before = Date.now();
      const begun = await open(service, method);
      const until = Date.parse(begun.upload.expiresAt);
      expect([until >= before + 76_000, until <= Date.now() + 77_000]).toEqual([true, true]);
      if (method === 'POST') expect(Math.abs(Date.parse(policyOf(begun.upload).expiration) - until)).toBeLessThan(2_000);
      else for (const url of await urlsOf(begun)) expect(queryOf(url).get('X-Amz-Expires')).toBe('77');
    }
  });

  test('when nothing says so, then it is 5 minutes', async () => {
    expect(queryOf((await open(stormy, 'PUT')).upload.url).get('X-Amz-Expires')).toBe('300');
  });
});

describe('what is signed', () => {
  test('when it is a PUT, then its length, type, condition and sha256 are, in headers, and no checksum of an empty body is', async () => {
    const { upload } = await open(service, 'PUT', { sha256: sha256(bytes) });
    const query = queryOf(upload.url);
    expect(query.get('X-Amz-SignedHeaders')?.split(';')).toEqual([
      'content-length',
      'content-type',
      'host',
      'if-none-match',
      'x-amz-checksum-sha256',
    ]);
    expect([...query.keys()].filter((name) => /checksum|crc|content|if-none/i.test(name) && name !== 'X-Amz-Content-Sha256')).toEqual([]);
    expect((await putFile({ url: String(upload.url), headers: upload.headers ?? {} }, bytes)).status).toBe(200);
  });

  test('when it is a part, then its length is, and no checksum of an empty body is', async () => {
    const query = queryOf((await open(service, 'MULTIPART')).upload.parts?.[0]?.url);
    expect(query.get('X-Amz-SignedHeaders')).toBe('content-length;host');
    expect([...query.keys()].filter((name) => /checksum|crc/i.test(name))).toEqual([]);
  });

  test('when it is a form, then its policy holds every field to one value, and the file to one length', async () => {
    const begun = await open(service, 'POST', { sha256: sha256(bytes) });
    const { conditions } = policyOf(begun.upload) as { conditions: unknown[] };
    const { Policy: _, 'X-Amz-Signature': __, ...fields } = begun.upload.fields ?? {};
    const exact = Object.entries({ ...fields, bucket: service.config.buckets.photos }).map(([name, value]) => ({ [name]: value }));
    expect(conditions).toHaveLength(exact.length + 1);
    expect(conditions).toEqual(expect.arrayContaining([...exact, ['content-length-range', bytes.length, bytes.length]]));
  });
});
