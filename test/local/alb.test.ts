import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { type AlbOptions, albSimulator, invokeOver, oneAtATime } from '../../src/local/alb.ts';
import { type LocalServer, listen } from '../../src/local/listen.ts';

const open: LocalServer[] = [];
afterEach(() => Promise.all(open.splice(0).map((server) => server.close())));

const NO_CONTENT = { multi: { statusCode: 204, multiValueHeaders: {} }, single: { statusCode: 204, headers: {} } };

/** A load balancer before a function; tells of events and faults. */
async function alb(invoke?: (event: object) => Promise<unknown>, options: Partial<AlbOptions> = {}) {
  const events: Record<string, unknown>[] = [];
  const faults: string[] = [];
  const multiValueHeaders = options.multiValueHeaders ?? true;
  const server = albSimulator(
    async (event) => {
      events.push(event as Record<string, unknown>);
      return invoke ? invoke(event) : NO_CONTENT[multiValueHeaders ? 'multi' : 'single'];
    },
    { multiValueHeaders, onFault: (why) => faults.push(why) },
  );
  const listening = await listen(server, 0);
  open.push(listening);
  return { url: listening.endpoint, events, faults };
}

/** Sends headers as they are, twice the same too, and reads the answer raw. */
async function send(url: string, path: string, headers: string[] = [], { method = 'GET', body = Buffer.alloc(0) } = {}) {
  const sent = request(`${url}${path}`, { method, path, headers: ['host', 'photos.example.com', ...headers] });
  sent.end(body);
  const [response] = await once(sent, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return {
    status: response.statusCode,
    rawHeaders: response.rawHeaders as string[],
    headers: response.headers,
    body: Buffer.concat(chunks),
  };
}

describe('an event', () => {
  test('when multi-value headers are on, then it has all values, undecoded, and what the load balancer adds', async () => {
    const { url, events } = await alb();
    await send(url, '/v1/users/auth0%7C5f?q=a%20b&q=c+d&r=%zz&s', [
      'Accept',
      'a',
      'accept',
      'b',
      'X-Forwarded-For',
      '10.0.0.1',
      'Connection',
      'close',
    ]);

    expect(events).toEqual([
      {
        requestContext: { elb: { targetGroupArn: expect.stringMatching(/^arn:aws:elasticloadbalancing:.*:targetgroup\//) } },
        httpMethod: 'GET',
        path: '/v1/users/auth0%7C5f',
        multiValueQueryStringParameters: { q: ['a%20b', 'c+d'], r: ['%zz'], s: [''] },
        multiValueHeaders: {
          host: ['photos.example.com'],
          accept: ['a', 'b'],
          'x-amzn-trace-id': [expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/)],
          'x-forwarded-for': ['10.0.0.1, 127.0.0.1'],
          'x-forwarded-port': [expect.stringMatching(/^\d+$/)],
          'x-forwarded-proto': ['http'],
        },
        body: '',
        isBase64Encoded: false,
      },
    ]);
  });

  test('when they are off, then it has the last of each', async () => {
    const { url, events } = await alb(undefined, { multiValueHeaders: false });
    await send(url, '/?q=1&q=2', ['accept', 'a', 'accept', 'b']);
    expect(events[0]).toMatchObject({ queryStringParameters: { q: '2' }, headers: { accept: 'b', 'x-forwarded-for': '127.0.0.1' } });
    expect(events[0]).not.toHaveProperty('multiValueHeaders');
  });

  test.each<[string, string[], Buffer<ArrayBuffer>, boolean]>([
    ['text', ['content-type', 'text/csv; charset=utf-8'], Buffer.from('é'), false],
    ['JSON', ['content-type', 'application/json'], Buffer.from('{"a":"é"}'), false],
    ['an image', ['content-type', 'image/png'], Buffer.from([0x89, 0xff]), true],
    ['parts', ['content-type', 'multipart/form-data; boundary=x'], Buffer.from('--x--'), true],
    ['NDJSON', ['content-type', 'application/x-ndjson'], Buffer.from('{}'), true],
    ['gzipped JSON', ['content-type', 'application/json', 'content-encoding', 'gzip'], Buffer.from(gzipSync('{}')), true],
  ])('when a body is %s, then it is text or base64, as the documentation says', async (_what, headers, body, isBase64Encoded) => {
    const { url, events } = await alb();
    await send(url, '/', headers, { method: 'POST', body });
    expect(events[0]).toMatchObject({ isBase64Encoded, body: body.toString(isBase64Encoded ? 'base64' : 'utf8') });
  });

  test('when a body is over 1 MB, then the load balancer answers 413 in HTML, and the function hears nothing', async () => {
    const { url, events } = await alb();
    expect((await send(url, '/', [], { method: 'POST', body: Buffer.alloc(1_000_000) })).status).toBe(204);
    const answer = await send(url, '/', [], { method: 'POST', body: Buffer.alloc(1_000_001) });
    expect([answer.status, answer.headers['content-type'], events.length]).toEqual([413, 'text/html', 1]);
  });
});

describe('a result', () => {
  test('when multi-value headers are on, then only they count', async () => {
    const result = {
      statusCode: 201,
      headers: { 'x-a': 'ignored' },
      multiValueHeaders: { 'set-cookie': ['a=1', 'b=2'], vary: ['x'] },
      body: 'é',
      isBase64Encoded: false,
    };
    const answer = await send((await alb(async () => result)).url, '/');
    expect([answer.status, answer.headers['set-cookie'], answer.headers['x-a'], answer.body.toString()]).toEqual([
      201,
      ['a=1', 'b=2'],
      undefined,
      'é',
    ]);
  });

  test('when they are off, then names that differ in case are headers of their own', async () => {
    const result = { statusCode: 200, headers: { 'set-cookie': 'a=1', 'Set-cookie': 'b=2' }, body: 'AP8=', isBase64Encoded: true };
    const answer = await send((await alb(async () => result, { multiValueHeaders: false })).url, '/');
    expect([answer.headers['set-cookie'], answer.body]).toEqual([['a=1', 'b=2'], Buffer.from([0, 255])]);
  });

  test.each<[string, () => Promise<unknown>, RegExp]>([
    ['throws', async () => Promise.reject(new Error('Task timed out')), /timed out/],
    ['returns nothing', async () => null, /statusCode/],
    ['returns no status', async () => ({ body: '' }), /statusCode/],
    ['returns more than 1 MB', async () => ({ statusCode: 200, multiValueHeaders: {}, body: '"'.repeat(500_001) }), /1000\d+ bytes/],
    ['returns headers of the other mode', async () => ({ statusCode: 200, headers: {} }), /multi value/],
  ])('when the function %s, then 502 in HTML, and why', async (_what, invoke, why) => {
    const { url, faults } = await alb(invoke);
    const answer = await send(url, '/');
    expect([answer.status, answer.headers['content-type']]).toEqual([502, 'text/html']);
    expect(faults).toEqual([expect.stringMatching(why)]);
  });
});

describe('a function that is invoked over HTTP', () => {
  async function emulator(status: number, answer: object) {
    const asked: string[] = [];
    const server = createServer((incoming, response) => {
      asked.push(incoming.url ?? '');
      incoming.resume().on('end', () => response.writeHead(status).end(JSON.stringify(answer)));
    });
    const listening = await listen(server, 0);
    open.push(listening);
    return { url: listening.endpoint, asked };
  }

  test('when it answers, then its result is the answer', async () => {
    const { url, asked } = await emulator(200, { statusCode: 204, multiValueHeaders: {} });
    expect((await send((await alb(invokeOver(url))).url, '/')).status).toBe(204);
    expect(asked).toEqual(['/2015-03-31/functions/function/invocations']);
  });

  test.each([
    [200, { errorType: 'Error', errorMessage: 'no such module' }],
    [502, {}],
  ])('when it fails (%i), then 502', async (status, answer) => {
    const { url } = await emulator(status, answer);
    expect((await send((await alb(invokeOver(url))).url, '/')).status).toBe(502);
  });

  test('when events come at once, then it is asked for one after the other, also after one that failed', async () => {
    let [atWork, most, asked] = [0, 0, 0];
    const { url } = await alb(
      oneAtATime(async () => {
        const isFirst = asked++ === 0;
        atWork += 1;
        most = Math.max(most, atWork);
        await new Promise((resolve) => setImmediate(resolve));
        atWork -= 1;
        if (isFirst) throw new Error('the first fails');
        return NO_CONTENT.multi;
      }),
    );
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(url, '/')));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 204, 204, 204, 502]);
    expect([asked, most]).toEqual([5, 1]);
  });
});
