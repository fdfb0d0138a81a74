import { expectRefused } from '../support/forms.ts';
import { startService, type TestService } from '../support/service.ts';

const PAGE = 'https://app.example.com';

let service: TestService;
beforeAll(async () => {
  service = await startService({ CORS_ORIGINS: `${PAGE},http://localhost:5173` });
});
afterAll(() => service.close());

describe('paths and methods', () => {
  test.each(['/v1', '/v1/nothing', '/v1/me/', '/V1/me', '/v1/users/ann/photos/x/y', '/health/x', '/v1//me'])(
    'when the path is %s, then 404 or what it leads to',
    async (path) => {
      const answer = await service.api.get(path).set(await service.as('ann'));
      if (path === '/v1/me/') expect([200, 404]).toContain(answer.status);
      else expect([answer.status, answer.body.code]).toEqual([404, 'not-found']);
    },
  );

  test.each([
    ['post', '/v1/me', 'GET, HEAD'],
    ['get', '/v1/form', 'POST'],
    ['head', '/v1/form', 'POST'],
    ['put', '/v1/users/ann/photos/x', 'GET, HEAD, PATCH, DELETE'],
    ['delete', '/v1/users/ann/photos', 'GET, HEAD'],
    ['get', '/v1/users/ann/photos/bulk-delete/original', undefined],
    ['post', '/health', 'GET, HEAD'],
  ] as const)('when %s %s is asked, then 405 says what is allowed', async (method, path, allow) => {
    const answer = await service.api[method](path);
    if (!allow) return expect(answer.status).toBe(401);
    expect([answer.status, answer.headers.allow]).toEqual([405, allow]);
    if (method !== 'head') expect(answer.body.code).toBe('method-not-allowed');
  });

  test.each(['/v1/users/%E0%A4%A/photos', '/v1/users/%/photos', '/v1/users/%ff/photos'])(
    'when %s is wrongly encoded, then 400',
    async (path) => {
      const token = await service.as('ann');
      await expectRefused(service, { status: 400, code: 'invalid-input' }, () => service.api.get(path).set(token));
    },
  );

  test.each(['%2e%2e', 'a%2Fb', '%00', '%20', 'me%2F', 'bulk'])('when a userId in a path is %s, then it is no userId', async (userId) => {
    const token = await service.as('boss', { groups: ['admins'] });
    const send = () => service.api.get(`/v1/users/${userId}/photos`).set(token);
    await expectRefused(service, { status: 400, code: 'invalid-input', detail: /userId/ }, send);
  });
});

describe('every answer', () => {
  test.each(['/health', '/v1/me', '/nothing', '/problems/conflict'])(
    'when it is about %s, then it has helmet’s headers and no sign of Express',
    async (path) => {
      const { headers } = await service.api.get(path);
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'SAMEORIGIN' });
      expect(headers['strict-transport-security']).toMatch(/max-age/);
      expect(headers['content-security-policy']).toMatch(/default-src 'self'/);
      expect(headers).not.toHaveProperty('x-powered-by');
    },
  );

  test.each(['a', 'A-b_9', 'x'.repeat(128)])('when the caller says x-request-id «%s», then it is kept', async (id) => {
    expect((await service.api.get('/health').set('x-request-id', id)).headers['x-request-id']).toBe(id);
    const refused = await service.api.get('/v1/me').set('x-request-id', id);
    expect([refused.headers['x-request-id'], refused.body.requestId]).toEqual([id, id]);
    expect(await service.whenLogged(`"requestId":"${id}"`)).toMatch(/"path":"\/(health|v1\/me)"/);
  });

  test.each(['', 'a b', 'x'.repeat(129), 'a"b', '<script>'])('when it is «%s», then a new one is made', async (id) => {
    const { headers } = await service.api.get('/health').set('x-request-id', id);
    expect(headers['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
  });

  test.each(['/v1/me', '/v1/users/me/photos', '/v1/users/other/photos', '/v1/users/me/photos/x'])(
    'when %s is about a user, then nobody keeps it',
    async (path) => {
      for (const token of [await service.as('ann'), {}])
        expect((await service.api.get(path).set(token)).headers['cache-control']).toBe('no-store');
    },
  );
});

describe('CORS', () => {
  const preflight = (origin: string, path = '/v1/form') =>
    service.api.options(path).set({
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,idempotency-key',
    });

  test.each([PAGE, 'http://localhost:5173'])('when a page of %s asks, then it may', async (origin) => {
    const { status, headers } = await preflight(origin);
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-headers': 'authorization,content-type,idempotency-key',
    });
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) expect(headers['access-control-allow-methods']).toContain(method);
    expect(headers.vary).toMatch(/origin/i);
  });

  test.each(['https://evil.example', 'https://app.example.com.evil.example', 'http://app.example.com', 'null'])(
    'when a page of %s asks, then it may not',
    async (origin) => {
      for (const answer of [await preflight(origin), await service.api.get('/v1/me').set({ origin })])
        expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    },
  );

  test('when an allowed page gets an answer, also an error, then it may read the headers that matter', async () => {
    const exposed = (await service.api.get('/v1/me').set({ origin: PAGE })).headers['access-control-expose-headers'];
    for (const name of ['ETag', 'Location', 'Retry-After', 'x-request-id']) expect(exposed).toContain(name);
  });
});
