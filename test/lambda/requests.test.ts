import '../support/one-realm.ts';
import express from 'express';
import { lambdaHandler } from '../../src/lambda/handler.ts';
import { createLogger } from '../../src/shared/log.ts';
import { CLIENT, FRONT_DOORS, type Sent, seen } from './events.ts';

/** Tells what of a request got through to it. */
const mirror = express();
mirror.set('query parser', 'simple');
mirror.use((request, response) => {
  const untouched = { ip: request.ip, body: request.body === undefined ? 'undefined' : typeof request.body };
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { method, url, path, query, headers } = request;
    response.json({ method, url, path, query, headers, ...untouched, bytes: Buffer.concat(chunks).toString('base64') });
  });
});

const IN_TIME = { getRemainingTimeInMillis: () => 10_000 };
const handler = lambdaHandler(mirror, { log: createLogger('silent'), basePath: '/prod' });

describe.each(Object.entries(FRONT_DOORS))('behind %s', (door, toEvent) => {
  const isSingle = door.includes('single');
  const arrived = async (sent: Sent) => seen(await handler(toEvent(sent), IN_TIME)).json();

  test('when a client claims to come from elsewhere, then its address is the one that reached the front door', async () => {
    expect((await arrived({})).ip).toBe(CLIENT);
    expect((await arrived({ headers: [['x-forwarded-for', '10.0.0.1']] })).ip).toBe(CLIENT);
  });

  test('when nothing has parsed a body, then there is none on the request, and its bytes are to be read', async () => {
    expect(await arrived({})).toMatchObject({ body: 'undefined', bytes: '' });
    const posted = await arrived({ method: 'POST', body: '{"a":"é"}', headers: [['content-type', 'application/json']] });
    expect(posted).toMatchObject({ method: 'POST', body: 'undefined', bytes: Buffer.from('{"a":"é"}').toString('base64') });
  });

  test('when a body is binary, then every byte arrives', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString('base64');
    const posted = await arrived({ method: 'POST', body: bytes, isBase64Encoded: true });
    expect(posted.bytes).toBe(bytes);
  });

  test.each<[string, [string, string][], object]>([
    ['nothing', [], {}],
    ['encoded values', [['q', 'a%20b%26c%3Dd']], { q: 'a b&c=d' }],
    ['a plus, which is a space', [['q', 'a+b']], { q: 'a b' }],
    ['an encoded plus', [['q', '%2B']], { q: '+' }],
    ['an encoded name', [['a%5B0%5D', 'x']], { 'a[0]': 'x' }],
    ['other scripts', [['q', '%E5%86%99']], { q: '写' }],
    ['an empty value', [['q', '']], { q: '' }],
    ['a hash', [['q', '%23x']], { q: '#x' }],
  ])('when a query has %s, then it means what it meant', async (_what, query, expected) => {
    expect((await arrived({ path: '/x', query })).query).toEqual(expected);
  });

  test('when a parameter is repeated, then both arrive, where the front door tells of both', async () => {
    const query: [string, string][] = [
      ['q', 'one'],
      ['q', 'two'],
      ['r', 'x'],
    ];
    expect((await arrived({ query })).query).toEqual({ q: isSingle ? 'two' : ['one', 'two'], r: 'x' });
  });

  test('when a path is percent-encoded, then it stays so', async () => {
    expect((await arrived({ path: '/v1/users/auth0%7C5f/photos' })).path).toBe('/v1/users/auth0%7C5f/photos');
  });

  test('when there are cookies, then they are joined as Cookie is', async () => {
    const { headers } = await arrived({ headers: [['cookie', 'a=1; b=2']] });
    expect(headers.cookie).toBe('a=1; b=2');
  });

  test('when there is no body, then its end is told once, to who reads late too', async () => {
    let ends = 0;
    const late = express().use(async (request, response) => {
      await new Promise(setImmediate);
      await new Promise(setImmediate);
      request.resume().on('end', () => {
        ends += 1;
        setImmediate(() => setImmediate(() => response.end()));
      });
    });
    await lambdaHandler(late, { log: createLogger('silent') })(toEvent({ method: 'POST' }), IN_TIME);
    await handler(toEvent({}), IN_TIME); // the mirror answers at the end, and could not twice
    expect(ends).toBe(1);
  });

  test('when there is no body, then HEAD and GET are as on a socket', async () => {
    const { method } = await arrived({ method: 'GET' });
    expect(method).toBe('GET');
    const head = seen(await handler(toEvent({ method: 'HEAD' }), IN_TIME));
    expect([head.status, head.bytes.length]).toEqual([200, 0]);
    expect(Number(head.headers['content-length'])).toBeGreaterThan(0);
  });
});

const MULTI = FRONT_DOORS['an ALB with multi-value headers'] as (sent: Sent) => Parameters<typeof handler>[0];
const behindAlb = async (sent: Sent) => seen(await handler(MULTI(sent), IN_TIME)).json();

describe('headers that come twice', () => {
  test('when they are lists, then they are joined; of the others the first stays, as Node has it', async () => {
    const { headers } = await behindAlb({
      headers: [
        ['accept', 'text/html'],
        ['accept', 'application/json'],
        ['authorization', 'Bearer first'],
        ['authorization', 'Bearer second'],
        ['cookie', 'a=1'],
        ['cookie', 'b=2'],
      ],
    });
    expect(headers).toMatchObject({ accept: 'text/html, application/json', authorization: 'Bearer first', cookie: 'a=1; b=2' });
  });
});

describe('a malformed query of an ALB', () => {
  test.each(['%', '%E0%A4%A', '%zz'])('when a value is %s, then it arrives as on a socket', async (value) => {
    const { query, url } = await behindAlb({ path: '/x', query: [['q', value]] });
    expect(url).toBe(`/x?q=${value}`);
    expect(Object.keys(query)).toEqual(['q']);
  });
});

describe('a base path', () => {
  const pathBehind = async (door: string, path: string) =>
    seen(await handler((FRONT_DOORS[door] as (sent: Sent) => Parameters<typeof handler>[0])({ path }), IN_TIME)).json().path;

  test.each(['a REST API', 'an HTTP API'])('when it stands before a path of %s, then it is taken off, as a whole segment', async (door) => {
    expect(await pathBehind(door, '/prod/v1/me')).toBe('/v1/me');
    expect(await pathBehind(door, '/prod')).toBe('/');
    expect(await pathBehind(door, '/prod/')).toBe('/');
    expect(await pathBehind(door, '/prod/prod/x')).toBe('/prod/x');
    for (const path of ['/v1/me', '/product', '/v1/prod/me', '/x/prod']) expect(await pathBehind(door, path)).toBe(path);
  });

  test('when it stands before a path of an ALB, then it is a path like any other', async () => {
    expect(await pathBehind('an ALB with multi-value headers', '/prod/v1/me')).toBe('/prod/v1/me');
  });

  test.each([
    ['/v1/users/auth0|5f', '/v1/users/auth0%7C5f'],
    ['/a b', '/a%20b'],
    ['/写', '/%E5%86%99'],
    ['/100%', '/100%25'],
    ['/a?b#c', '/a%3Fb%23c'],
    ['/auth0%7C5f', '/auth0%7C5f'],
  ])('when an HTTP API has decoded a path to %s, then it is encoded again', async (told, path) => {
    expect(await pathBehind('an HTTP API', told)).toBe(path);
  });
});
