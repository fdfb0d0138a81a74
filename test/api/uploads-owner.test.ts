import { expectRefused } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';
import { type Begun, begin, expectFinished, type Headers, ofPng, putFile, rowOf, sendFile } from '../support/uploads.ts';

const OWNER = 'auth0|owner+1';
const RIGHT = 'photos:write:any';

let service: TestService;
let bytes: Buffer;
beforeAll(async () => {
  [service, bytes] = await Promise.all([startService(), image()]);
});
afterAll(() => service.close());

const ROUTES: [string, 'get' | 'post' | 'delete', string, object?][] = [
  ['GET', 'get', ''],
  ['complete', 'post', '/complete'],
  ['parts', 'post', '/parts', { partNumbers: [1] }],
  ['sign', 'post', '/sign', { method: 'POST' }],
  ['DELETE', 'delete', ''],
];

const open = () => begin(service, OWNER, ofPng(bytes, { method: 'MULTIPART' }));
const at = ({ photoId }: Begun, path: string, query = '') => `/v1/uploads/${photoId}${path}${query}`;
const theirs = `?userId=${encodeURIComponent(OWNER)}`;
const send = (method: 'get' | 'post' | 'delete', path: string, headers: Headers, body?: object) =>
  body ? service.api[method](path).set(headers).send(body) : service.api[method](path).set(headers);

describe.each(ROUTES)('%s of an upload', (_name, method, path, body) => {
  test('when it is somebody else’s, then 404 without a userId, 403 with one, and nothing changes', async () => {
    const begun = await open();
    await sendFile(begun, bytes);
    const thief = await service.as('thief', { scope: RIGHT });
    const asking = (query = '') => send(method, at(begun, path, query), thief, body);
    await expectRefused(service, { status: 404, code: 'not-found' }, () => asking());
    await expectRefused(service, { status: 403, code: 'forbidden' }, () => asking(theirs));
    await expectRefused(service, { status: 404, code: 'not-found' }, () => asking('?userId=thief'));
  });

  test('when a machine calls, then it has to have the scope and to name the user', async () => {
    const begun = await open();
    await sendFile(begun, bytes);
    const [robot, weak] = [await service.asMachine('robot', RIGHT), await service.asMachine('robot', 'photos:read:any users:write:any')];
    await expectRefused(service, { status: 400, code: 'invalid-input', paths: ['/userId'] }, () =>
      send(method, at(begun, path), robot, body),
    );
    await expectRefused(service, { status: 403, code: 'forbidden' }, () => send(method, at(begun, path, theirs), weak, body));
    const { status } = await send(method, at(begun, path, theirs), robot, body);
    expect(status).toBe(method === 'delete' ? 204 : 200);
    if (path === '/complete') await expectFinished(service, begun, bytes);
    if (method === 'delete') expect(await rowOf(service, begun)).toBeUndefined();
    else await send('delete', at(begun, '', theirs), robot);
  });

  test('when there is none, or the id or the query is nonsense, then it is refused', async () => {
    const headers = await service.as('nobody');
    const asking = (photoId: string, query = '') => send(method, `/v1/uploads/${photoId}${path}${query}`, headers, body);
    const missing = '01890000-0000-7000-8000-000000000000';
    await expectRefused(service, { status: 404, code: 'not-found' }, () => asking(missing));
    await expectRefused(service, { status: 400, code: 'invalid-input', paths: ['/photoId'] }, () => asking('no-uuid'));
    await expectRefused(service, { status: 400, code: 'invalid-input', paths: ['/key'] }, () => asking(missing, '?key=x'));
    await expectRefused(service, { status: 400, code: 'invalid-input', paths: ['/userId'] }, () => asking(missing, '?userId=a%2Fb'));
  });
});

describe('beginning an upload for somebody', () => {
  const declared = () => ({ ...ofPng(bytes, { method: 'PUT' }), userId: OWNER });

  test('when one may, then it is theirs, and Location leads to it', async () => {
    const callers = [
      await service.as('boss', { groups: ['admins'] }),
      await service.asMachine('robot', RIGHT),
      await service.asMachine(OWNER, RIGHT),
    ];
    for (const headers of callers) {
      const { status, body, headers: answered } = await send('post', '/v1/uploads', headers, declared());
      expect([status, body.photo.userId]).toEqual([201, OWNER]);
      expect(answered.location).toBe(`/v1/uploads/${body.photo.photoId}${theirs}`);
      expect((await putFile(body.upload, bytes)).status).toBe(200);
      const completed = await send('post', String(answered.location).replace('?', '/complete?'), headers);
      expect([completed.status, completed.body.photo.status]).toEqual([200, 'ready']);
      await expectFinished(service, body.photo, bytes);
      expect((await send('get', String(answered.location), headers)).status).toBe(200);
    }
  });

  test('when it is oneself who is named, then it is as if nobody was', async () => {
    const headers = await service.as(OWNER);
    const { status, body, headers: answered } = await send('post', '/v1/uploads', headers, declared());
    expect([status, answered.location]).toEqual([201, `/v1/uploads/${body.photo.photoId}`]);
    expect((await send('get', `${answered.location}${theirs}`, headers)).status).toBe(200);
  });

  test('when one may not, or a machine names nobody, then nothing is stored', async () => {
    const post = (headers: Headers, body: object) => () => send('post', '/v1/uploads', headers, body);
    const forbidden = { status: 403, code: 'forbidden' };
    await expectRefused(service, forbidden, post(await service.as('thief', { scope: RIGHT }), declared()));
    await expectRefused(service, forbidden, post(await service.asMachine('robot'), declared()));
    const unnamed = { status: 400, code: 'invalid-input', paths: ['/userId'] };
    await expectRefused(service, unnamed, post(await service.asMachine('robot', RIGHT), ofPng(bytes)));
    await expectRefused(service, { status: 401, code: 'unauthenticated' }, post({}, ofPng(bytes)));
  });
});
