import { startService, type TestService } from '../support/service.ts';

const open: TestService[] = [];
afterAll(() => Promise.all(open.map((service) => service.close())));

/** The address that the log has of a request which says that it came by way of others. */
async function loggedIp(trustedProxies: string | undefined, forwardedFor: string): Promise<string> {
  const service = await startService(trustedProxies === undefined ? {} : { TRUSTED_PROXIES: trustedProxies });
  open.push(service);
  await service.api.get('/health').set('x-forwarded-for', forwardedFor).set('x-request-id', 'whence');
  return JSON.parse(await service.whenLogged('"whence"')).ip.replace('::ffff:', '');
}

test.each([
  [undefined, '127.0.0.1'],
  ['1', '203.0.113.9'],
  ['2', '198.51.100.1'],
])('when %s proxies are trusted, then the client is who they say', async (trustedProxies, ip) => {
  expect(await loggedIp(trustedProxies, '6.6.6.6, 198.51.100.1, 203.0.113.9')).toBe(ip);
});
