import { allRoutes } from '../../src/app.ts';
import { systemActor } from '../../src/shared/actor.ts';
import { originalKey } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { UNHURRIED } from '../support/object-events.ts';
import { startService, type TestService } from '../support/service.ts';
import { putFile } from '../support/uploads.ts';

/** What a row can speak of: all of it is `owner`'s, and made anew for every request that changes any of it. */
interface Things {
  photoId: string;
  photo: string;
  importId: string;
  /** A userId that is free. */
  newcomer: string;
}

interface Row {
  route: string;
  /** What it takes to call it for somebody else; a route about the caller alone, or about nobody, has none. */
  right?: string;
  /** Whether even one's own take that right. */
  alsoForOwn?: true;
  /** What those who may get. */
  may: number;
  open?: true;
  query?: string;
  body?: (things: Things) => object;
  /** A route that changes nothing, although its method is not GET. */
  onlyReads?: true;
}

const [READ_PHOTOS, WRITE_PHOTOS, READ_USERS, WRITE_USERS, IMPORT] = [
  'photos:read:any',
  'photos:write:any',
  'users:read:any',
  'users:write:any',
  'imports:write',
];
const PHOTOS = '/v1/users/:userId/photos';
const UPLOAD = '/v1/uploads/:photoId';
const OF_OWNER = '?userId=owner';
const newUser = ({ newcomer }: Things) => ({ userId: newcomer, name: 'New' });

// one row a route: whoever adds a route says here who may call it
const ROWS: Row[] = [
  { route: 'GET /health', may: 200, open: true },
  { route: 'GET /ready', may: 200, open: true },
  { route: 'GET /problems/:code', may: 200, open: true },
  { route: 'GET /v1/me', may: 200 },
  { route: 'POST /v1/form', right: WRITE_PHOTOS, may: 201, body: ({ photo }) => ({ userId: 'owner', photo }) },
  { route: `GET ${PHOTOS}`, right: READ_PHOTOS, may: 200 },
  { route: `POST ${PHOTOS}/bulk-delete`, right: WRITE_PHOTOS, may: 200, body: ({ photoId }) => ({ photoIds: [photoId] }) },
  { route: `GET ${PHOTOS}/:photoId`, right: READ_PHOTOS, may: 200 },
  { route: `PATCH ${PHOTOS}/:photoId`, right: WRITE_PHOTOS, may: 200, body: () => ({ metadata: { a: 'b' } }) },
  { route: `DELETE ${PHOTOS}/:photoId`, right: WRITE_PHOTOS, may: 204 },
  { route: `GET ${PHOTOS}/:photoId/original`, right: READ_PHOTOS, may: 302 },
  { route: `GET ${PHOTOS}/:photoId/thumbnail`, right: READ_PHOTOS, may: 302 },
  { route: 'POST /v1/uploads', right: WRITE_PHOTOS, may: 201, body: () => ({ userId: 'owner', contentType: 'image/png', bytes: 9 }) },
  { route: `GET ${UPLOAD}`, right: WRITE_PHOTOS, may: 200, query: OF_OWNER },
  { route: `DELETE ${UPLOAD}`, right: WRITE_PHOTOS, may: 204, query: OF_OWNER },
  { route: `POST ${UPLOAD}/complete`, right: WRITE_PHOTOS, may: 200, query: OF_OWNER },
  { route: `POST ${UPLOAD}/parts`, right: WRITE_PHOTOS, may: 200, query: OF_OWNER, body: () => ({ partNumbers: [1] }), onlyReads: true },
  { route: `POST ${UPLOAD}/sign`, right: WRITE_PHOTOS, may: 200, query: OF_OWNER, body: () => ({ method: 'POST' }), onlyReads: true },
  { route: 'POST /v1/imports', right: IMPORT, alsoForOwn: true, may: 201, body: () => ({ format: 'csv', bytes: 9 }) },
  { route: 'GET /v1/imports', right: IMPORT, alsoForOwn: true, may: 200 },
  { route: 'GET /v1/imports/:importId', right: IMPORT, alsoForOwn: true, may: 200 },
  { route: 'GET /v1/users', right: READ_USERS, alsoForOwn: true, may: 200 },
  { route: 'POST /v1/users', right: WRITE_USERS, alsoForOwn: true, may: 201, body: newUser },
  { route: 'POST /v1/users/bulk', right: WRITE_USERS, alsoForOwn: true, may: 200, body: (things) => ({ users: [newUser(things)] }) },
  {
    route: 'POST /v1/users/bulk-get',
    right: READ_USERS,
    alsoForOwn: true,
    may: 200,
    body: () => ({ userIds: ['owner'] }),
    onlyReads: true,
  },
  { route: 'POST /v1/users/bulk-delete', right: WRITE_USERS, alsoForOwn: true, may: 200, body: () => ({ userIds: ['friend'] }) },
  { route: 'GET /v1/users/:userId', right: READ_USERS, may: 200 },
  { route: 'PUT /v1/users/:userId', right: WRITE_USERS, may: 200, body: () => ({ name: 'Other' }) },
  { route: 'PATCH /v1/users/:userId', right: WRITE_USERS, may: 200, body: () => ({ name: 'Other' }) },
  { route: 'DELETE /v1/users/:userId', right: WRITE_USERS, may: 204, query: '?photos=delete' },
];

const EVERY_RIGHT = ['users:read:any', 'users:write:any', 'photos:read:any', 'photos:write:any', 'imports:write'];
/** Every right but this one and those that imply it. */
const other = (right = '') =>
  EVERY_RIGHT.filter((each) => each !== right && !(right === WRITE_USERS && each === 'imports:write')).join(' ');

/** Who calls, and with what. All things are `owner`'s. */
const WHO = {
  nobody: async () => ({}),
  expired: (service: TestService) => service.as('owner', { expires: '-1m' }),
  owner: (service: TestService) => service.as('owner'),
  stranger: (service: TestService) => service.as('stranger', { groups: ['users'], scope: EVERY_RIGHT.join(' ') }),
  'machine with the scope': (service: TestService, { right }: Row) => service.asMachine('robot', right),
  'machine with all other scopes': (service: TestService, { right }: Row) => service.asMachine('robot', other(right)),
  admin: (service: TestService) => service.as('boss', { groups: ['admins'] }),
};
type Who = keyof typeof WHO;

function expected({ right, alsoForOwn, open, may }: Row, who: Who): number {
  if (who === 'nobody' || who === 'expired') return open ? may : 401;
  const needsRight = who === 'stranger' || who === 'machine with all other scopes' || (who === 'owner' && alsoForOwn);
  return right && needsRight ? 403 : may;
}

let service: TestService;
let bytes: Buffer;
beforeAll(async () => {
  [service, bytes] = await Promise.all([startService({ MAX_OPEN_UPLOADS: '1000' }), image()]);
});
afterAll(() => service.close());

let count = 0;
/** An upload all of whose parts have arrived. */
async function newUpload(photoId: string): Promise<void> {
  const { uploads, signing } = service.services;
  const declared = { contentType: 'image/png', bytes: bytes.length, method: 'MULTIPART', metadata: {} } as const;
  const { parts = [] } = await signing.instructions(await uploads.createUpload(systemActor('test'), 'owner', declared, photoId));
  for (const part of parts) expect((await putFile(part, bytes)).status).toBe(200);
}

async function newThings({ route }: Row): Promise<Things> {
  const photoId = `01890000-0000-7000-8000-${String(++count).padStart(12, '0')}`;
  const { photos, users, imports } = service.services;
  const us = systemActor('test');
  await Promise.all([
    route.includes(UPLOAD) ? newUpload(photoId) : photos.addPhoto(us, { userId: 'owner', bytes, metadata: {} }, photoId),
    imports.createImport(us, { format: 'csv', bytes: 9, gzip: false }, photoId),
    ...['owner', 'friend'].map((userId) => users.putUser(us, { userId, name: userId }, {})),
  ]);
  if (route.endsWith('/thumbnail'))
    await service.jobs.onPhotoEvent(await service.events.next(originalKey({ userId: 'owner', photoId })), UNHURRIED);
  return { photoId, photo: bytes.toString('base64'), importId: photoId, newcomer: `newcomer-${count}` };
}

/** All there is, users and imports too. */
const everything = async () => ({
  ...(await service.stored.everything()),
  users: await service.stored.rows('users'),
  imports: await service.stored.rows('imports'),
});

test('when there is a route, then a row says who may call it, and the other way round', () => {
  const routes = allRoutes(service.services).map(({ method, path }) => `${method} ${path}`);
  expect(ROWS.map(({ route }) => route).sort()).toEqual(routes.sort());
});

/** Whether a cell may change what is stored. */
const changes = (row: Row, who: Who) => expected(row, who) < 400 && !row.route.startsWith('GET ') && !row.onlyReads;

async function send(row: Row, who: Who, things: Things): Promise<[Who, number]> {
  const [method = '', pattern = ''] = row.route.split(' ');
  const named: Record<string, string> = { ...things, userId: 'owner', code: 'conflict' };
  const path = pattern.replace(/:(\w+)/g, (_, name) => String(named[name]));
  const sent = service.api[method.toLowerCase() as 'get' | 'post'](`${path}${row.query ?? ''}`).set(await WHO[who](service, row));
  const { status } = await (row.body ? sent.send(row.body(things)) : sent);
  return [who, status];
}

describe.each(ROWS)('$route', (row) => {
  const all = Object.keys(WHO) as Who[];
  const [changing, harmless] = [all.filter((who) => changes(row, who)), all.filter((who) => !changes(row, who))];

  if (harmless.length > 0)
    test(`when it is called by ${harmless.join(', ')}, then each gets what the table says, and nothing is changed`, async () => {
      const things = await newThings(row);
      const before = await everything();
      const answers = await Promise.all(harmless.map((who) => send(row, who, things)));
      expect(answers).toEqual(harmless.map((who) => [who, expected(row, who)]));
      expect(await everything()).toEqual(before);
    });

  if (changing.length > 0)
    test.each(changing)('when it is called by %s, then they get what the table says, and something is changed', async (who) => {
      const things = await newThings(row);
      const before = await everything();
      expect(await send(row, who, things)).toEqual([who, expected(row, who)]);
      expect(await everything()).not.toEqual(before);
    });
});
