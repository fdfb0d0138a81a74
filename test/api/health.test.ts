import { startDynamoDb } from '../../src/local/dynamodb.ts';
import { issuerOf, newIssuerKey, startIssuer } from '../../src/local/issuer.ts';
import { STORE_CREDENTIALS } from '../../src/local/laptop.ts';
import { startObjectStore } from '../../src/local/object-store/index.ts';
import { startService, type TestService } from '../support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

describe('health', () => {
  test('when all is well, then both say so to anyone', async () => {
    for (const path of ['/health', '/ready']) expect((await service.api.get(path)).status).toBe(200);
    expect((await service.api.head('/health')).status).toBe(200);
  });

  test.each([
    ['tables', ['tables']],
    ['buckets', ['buckets']],
    ['keys', ['keys']],
    ['all three', ['tables', 'buckets', 'keys']],
  ])('when %s are down, then /ready names them and no more, and /health does not care', async (_what, down) => {
    const key = await newIssuerKey();
    const [tables, buckets, keys] = await Promise.all([
      startDynamoDb(),
      startObjectStore(STORE_CREDENTIALS),
      startIssuer({ key, nodeEnv: 'test' }),
    ]);
    const own = await startService({
      DYNAMODB_ENDPOINT: tables.endpoint,
      S3_ENDPOINT: buckets.endpoint,
      AUTH_ISSUER: issuerOf(keys.endpoint),
    });
    const engines: Record<string, { close(): Promise<void> }> = { tables, buckets, keys };
    await Promise.all(down.map((name) => engines[name]?.close()));
    try {
      const answer = await own.api.get('/ready');
      expect([answer.status, answer.body.code, answer.body.detail]).toEqual([503, 'unavailable', `Not ready: ${down.join(', ')}.`]);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect((await own.api.get('/health')).status).toBe(200);
    } finally {
      await own.close();
      await Promise.all(
        Object.keys(engines)
          .filter((name) => !down.includes(name))
          .map((name) => engines[name]?.close()),
      );
    }
  });
});
