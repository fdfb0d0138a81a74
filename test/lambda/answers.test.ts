import '../support/one-realm.ts';
import { randomBytes } from 'node:crypto';
import express from 'express';
import { type HttpEvent, lambdaHandler } from '../../src/lambda/handler.ts';
import { createLogger } from '../../src/shared/log.ts';
import { FRONT_DOORS, type Sent, seen } from './events.ts';

const BINARY = randomBytes(2_000);
const COOKIES = ['a=1; Path=/', 'b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT', 'c=3'];
/** One of Lambda's replies may have 1 MB of JSON behind an ALB; these are texts that are more of it, or less, than they look. */
const TEXTS = { plain: 'x'.repeat(990_000), quotes: '"'.repeat(700_000), controls: '\u0001'.repeat(700_000), tooMuch: '"'.repeat(800_000) };

const app = express();
app.get('/cookies', (_request, response) => void response.set('set-cookie', COOKIES).set('vary', 'Origin').end());
app.get('/cookie', (_request, response) => void response.set('set-cookie', 'only=1').end());
app.get('/binary', (_request, response) => void response.type('image/webp').send(BINARY));
app.get('/encoded', (_request, response) => void response.type('json').set('content-encoding', 'gzip').send(BINARY));
app.get('/latin', (_request, response) => void response.set('content-type', 'text/plain; charset=iso-8859-1').end(Buffer.from([0xe9])));
app.get('/pieces', (_request, response) => {
  response.type('text/plain');
  for (const piece of ['写', Buffer.from('é'), '\r\n\r\n', 'z']) response.write(piece);
  response.end();
});
app.get('/nothing', (_request, response) => void response.status(204).end());
app.get('/text/:which', (request, response) => void response.type('text/plain').send(TEXTS[request.params.which as keyof typeof TEXTS]));
app.get('/never', () => {});
app.get('/throws', () => {
  throw new Error('secret words');
});

const lines: string[] = [];
const log = createLogger('info', { write: (line) => void lines.push(line) });
const IN_TIME = { getRemainingTimeInMillis: () => 10_000 };
const handler = lambdaHandler(app, { log });

describe.each(Object.entries(FRONT_DOORS))('behind %s', (door, toEvent) => {
  const isAlb = door.includes('ALB');
  const ask = (sent: Sent) => handler(toEvent(sent), IN_TIME);

  test('when an answer sets cookies, then each arrives', async () => {
    expect(seen(await ask({ path: '/cookies' })).cookies).toEqual(COOKIES);
    expect(seen(await ask({ path: '/cookie' })).cookies).toEqual(['only=1']);
  });

  test('when headers are told, then in the one way that the front door reads, and no name twice', async () => {
    const result = await ask({ path: '/cookies' });
    const { headers, multiValueHeaders } = result as Record<string, Record<string, unknown>>;
    if (door === 'an ALB with multi-value headers') expect([headers, multiValueHeaders?.vary]).toEqual([undefined, ['Origin']]);
    else expect(headers?.vary).toBe('Origin');
    if (door === 'an ALB with single-value headers') expect(multiValueHeaders).toBeUndefined();
  });

  test('when it is an ALB, then the result has a statusDescription', async () => {
    expect((await ask({ path: '/nothing' })) as object).toEqual(
      isAlb
        ? expect.objectContaining({ statusDescription: '204 No Content' })
        : expect.not.objectContaining({ statusDescription: expect.anything() }),
    );
  });

  test.each([
    ['/binary', BINARY],
    ['/encoded', BINARY],
    ['/latin', Buffer.from([0xe9])],
    ['/pieces', Buffer.from('写é\r\n\r\nz')],
    ['/nothing', Buffer.alloc(0)],
  ])('when the answer of %s is not just text, then every byte arrives', async (path, bytes) => {
    expect(seen(await ask({ path })).bytes).toEqual(bytes);
  });

  test('when an app never answers, then 503 comes before Lambda cuts it off', async () => {
    let left = 400;
    const end = Date.now() + left;
    const answer = seen(await handler(toEvent({ path: '/never' }), { getRemainingTimeInMillis: () => (left = end - Date.now()) }));
    expect(end - Date.now()).toBeGreaterThan(0);
    expect([answer.status, answer.headers['content-type']]).toEqual([503, 'application/problem+json; charset=utf-8']);
    expect(answer.json()).toMatchObject({ code: 'unavailable', status: 503, instance: '/never' });
  });

  test('when there is no time left at all, then 503 at once', async () => {
    expect(seen(await handler(toEvent({ path: '/binary' }), { getRemainingTimeInMillis: () => 3 })).status).toBe(503);
  });
});

const MULTI = FRONT_DOORS['an ALB with multi-value headers'] as (sent: Sent) => HttpEvent;
const SINGLE = FRONT_DOORS['an ALB with single-value headers'] as (sent: Sent) => HttpEvent;

describe.each([
  ['multi', MULTI],
  ['single', SINGLE],
])('1 MB of JSON, with %s-value headers', (_mode, toEvent) => {
  test.each(['plain', 'quotes', 'controls'] as const)('when text (%s) fits one way or the other, then it arrives', async (which) => {
    const result = await handler(toEvent({ path: `/text/${which}` }), IN_TIME);
    expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThanOrEqual(1_000_000);
    expect(seen(result).bytes.toString()).toBe(TEXTS[which]);
    expect(result).toMatchObject({ statusCode: 200, isBase64Encoded: which !== 'plain' });
  });

  test('when it fits neither way, then a problem says so, and it is logged', async () => {
    const result = await handler(toEvent({ path: '/text/tooMuch', headers: [['x-request-id', 'too-much']] }), IN_TIME);
    expect(seen(result)).toMatchObject({ status: 500, headers: { 'x-request-id': 'too-much' } });
    expect(seen(result).json()).toMatchObject({ code: 'internal', requestId: 'too-much', detail: expect.stringMatching(/larger/) });
    expect(lines.find((line) => line.includes('"too-much"'))).toMatch(/1000000 bytes/);
  });
});

describe('what is thrown outside of the app', () => {
  test.each([
    ['nothing', null],
    ['no object', 'x'],
    ['an empty event', {}],
    ['an HTTP API event without anything', { version: '2.0' }],
    ['a body that is no text', { ...MULTI({ method: 'POST' }), body: 7 }],
  ])('when the event is %s, then a problem is the answer, which tells nothing from within', async (_what, event) => {
    const answer = seen(await handler(event as unknown as HttpEvent, IN_TIME));
    expect([answer.status, answer.headers['content-type']]).toEqual([500, 'application/problem+json; charset=utf-8']);
    const { requestId, ...problem } = answer.json();
    expect(problem).toMatchObject({ code: 'internal', status: 500, type: '/problems/internal' });
    expect(answer.bytes.toString()).not.toMatch(/TypeError|undefined|\.ts/);
    expect(lines.some((line) => line.includes(requestId))).toBe(true);
  });
});

describe('a health check of an ALB', () => {
  test.each([
    ['multi', { multiValueHeaders: { 'user-agent': ['ELB-HealthChecker/2.0'] }, multiValueQueryStringParameters: {} }],
    ['single', { headers: { 'user-agent': 'ELB-HealthChecker/2.0' }, queryStringParameters: {} }],
  ])('when it has nothing but a user agent (%s), then it is answered', async (_mode, told) => {
    const elb = { targetGroupArn: 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/x/1' };
    const event = { requestContext: { elb }, httpMethod: 'GET', path: '/nothing', body: '', isBase64Encoded: false, ...told };
    expect(seen(await handler(event as HttpEvent, IN_TIME)).status).toBe(204);
  });
});
