import { requestStore } from '../../src/http/request-store.ts';
import type { LocalServer } from '../../src/local/listen.ts';
import { photoBucket } from '../../src/photos/bucket.ts';
import { photoStore } from '../../src/photos/store.ts';
import type { AwsClients } from '../../src/shared/aws.ts';
import { withDeadline } from '../../src/shared/deadline.ts';
import { clientsOf } from './engines.ts';
import { silent } from './faults.ts';
import { aPhoto, MEASURED, UPLOAD } from './photos.ts';

/** Far below the clients' own time-outs, so that only the deadline can have ended the call. */
const BUDGET_MS = 100;

describe('calls to an engine that never answers', () => {
  let server: LocalServer;
  let clients: AwsClients;
  beforeAll(async () => {
    server = await silent();
    clients = clientsOf({ dynamodb: server.endpoint, s3: server.endpoint });
  });
  afterAll(async () => {
    for (const client of Object.values(clients)) client.destroy();
    await server.close();
  });

  const photo = aPhoto();
  const record = { fingerprint: 'f', resultId: 'r', leaseUntil: 0 };
  const photos = () => photoStore(clients.tables, 'photos');
  const requests = () => requestStore(clients.tables, 'requests');
  const bucket = () => photoBucket(clients.objects, clients.presigner, 'photos', 60);

  test.each<[string, () => Promise<unknown>]>([
    ['a photo is got', () => photos().get(photo)],
    ['a photo is inserted', () => photos().insert(photo)],
    ['a photo is marked ready', () => photos().markReady(photo, MEASURED)],
    ['a photo is rejected', () => photos().markRejected(photo, { code: 'unprocessable-photo', detail: 'x' })],
    ['an upload is noted', () => photos().setUpload(photo, UPLOAD)],
    ['open uploads are counted', () => photos().countOpenUploads('ann', photo.photoId, 1)],
    ['an unfinished photo is removed', () => photos().removeUnfinished(photo)],
    ['it is asked whether a row exists', () => photos().exists(photo)],
    ['metadata are set', () => photos().setMetadata(photo, {})],
    ['a photo is removed', () => photos().remove(photo)],
    ['photos are listed', () => photos().list('ann', 'ready', 10)],
    ['the newest photos are asked for', () => photos().newest('ann', 10)],
    ['many photos are removed', () => photos().removeMany('ann', [photo.photoId], async () => {})],
    ['the table of photos is pinged', () => photos().ping()],
    ['a request begins', () => requests().begin('key', record)],
    ['a request is taken over', () => requests().takeOver('key', record, 1)],
    ['a request is finished', () => requests().finish('key', 1, 201)],
    ['a request is released', () => requests().release('key', 1)],
    ['a request is forgotten', () => requests().forget('key', 1)],
    ['an original is put', () => bucket().putOriginal(photo, Buffer.from('abc'))],
    ['objects are removed', () => bucket().removeAll([photo])],
    ['the bucket is pinged', () => bucket().ping()],
  ])('when %s, then it is unavailable once the budget is spent', async (_, call) => {
    await expect(withDeadline(BUDGET_MS, call)).rejects.toMatchObject({ name: 'Problem', code: 'unavailable' });
  });
});
