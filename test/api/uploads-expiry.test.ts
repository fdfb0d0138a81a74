import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { systemActor } from '../../src/shared/actor.ts';
import { at } from '../support/clock.ts';
import { anotherFinisher, Gate, waitingToMark } from '../support/finishers.ts';
import { expectRefused } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { UNHURRIED } from '../support/object-events.ts';
import { startService, type TestService } from '../support/service.ts';
import {
  type Begun,
  begin,
  complete,
  deliver,
  expectFinished,
  expectNothingOf,
  ofPng,
  rowOf,
  sendFile,
  stateOf,
  uploadKey,
} from '../support/uploads.ts';

const US = systemActor('test');

let service: TestService;
let bytes: Buffer;
beforeAll(async () => {
  [service, bytes] = await Promise.all([startService(), image()]);
});
afterAll(() => service.close());

const seconds = () => Math.floor(Date.now() / 1000);

async function arrived(user: string): Promise<Begun> {
  const begun = await begin(service, user, ofPng(bytes));
  await sendFile(begun, bytes);
  return begun;
}

async function expire(begun: Begun): Promise<void> {
  const Item = { ...(await rowOf(service, begun)), expiresAt: seconds() - 1 };
  await service.services.clients.dynamodb.send(new PutCommand({ TableName: service.config.tables.photos, Item }));
}

/** Does what the table's TTL does, some day. */
async function sweepRow({ userId, photoId }: Begun): Promise<void> {
  await service.services.clients.dynamodb.send(new DeleteCommand({ TableName: service.config.tables.photos, Key: { userId, photoId } }));
}

test('when an upload has expired, then it is not found, and no event brings it back', async () => {
  const begun = await arrived('expired');
  await expire(begun);
  const row = await rowOf(service, begun);
  await deliver(service, begun);
  for (const ask of [stateOf, complete]) await expectRefused(service, { status: 404, code: 'not-found' }, () => ask(service, begun));
  expect(await rowOf(service, begun)).toEqual(row);
});

test('when the row of an expired upload is gone, then the event of its bytes removes them', async () => {
  const begun = await arrived('swept');
  const event = await service.events.next(uploadKey(begun));
  await expire(begun);
  await sweepRow(begun);
  await service.jobs.onPhotoEvent(event, UNHURRIED);
  await expectNothingOf(service, begun);
});

test('when it expires while it is finished, then it does not become a photo, and what was kept goes with its row', async () => {
  const [begun, gate] = [await arrived('expires-meanwhile'), new Gate()];
  const finishing = waitingToMark(service, gate).finishUpload(US, begun);
  await gate.reached;
  await expire(begun);
  gate.open();
  await expect(finishing).rejects.toMatchObject({ code: 'not-found' });
  expect((await rowOf(service, begun))?.status).toBe('pending');
  await sweepRow(begun);
  await deliver(service, begun);
  await expectNothingOf(service, begun);
});

test('when one takes it for expired just as another makes it ready, then the photo and its bytes stay', async () => {
  const [begun, gate] = [await arrived('just-in-time'), new Gate()];
  const inTime = waitingToMark(service, gate).finishUpload(US, begun);
  await gate.reached;
  const ends = Number((await rowOf(service, begun))?.expiresAt) * 1000;
  const late = anotherFinisher(service, ({ photos }) => ({
    photos: {
      ...photos,
      async get(id) {
        const seen = await at(ends + 1, () => photos.get(id));
        gate.open();
        await inTime;
        return seen;
      },
    },
  })).finishUpload(US, begun);

  await expect(late).rejects.toMatchObject({ code: 'not-found' });
  expect(await inTime).toMatchObject({ status: 'ready' });
  await expectFinished(service, begun, bytes);
});

test('when it was rejected, then it is told of for 7 days, and then gone', async () => {
  const begun = await begin(service, 'rejected', ofPng(bytes));
  await sendFile(begun, Buffer.alloc(bytes.length, '<html>'));
  expect((await complete(service, begun)).status).toBe(415);
  const left = Number((await rowOf(service, begun))?.expiresAt) - seconds();
  expect(left).toBeLessThanOrEqual(7 * 24 * 60 * 60);
  expect(left).toBeGreaterThan(7 * 24 * 60 * 60 - 60);
  expect((await stateOf(service, begun)).body.photo.status).toBe('rejected');
  await expire(begun);
  expect((await stateOf(service, begun)).status).toBe(404);
});
