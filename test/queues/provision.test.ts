import '../support/one-realm.ts';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { s3EventOf } from '../../src/queues/event-body.ts';
import { createdObjects } from '../../src/shared/s3-event.ts';
import { drained, type Queues, startQueues } from './queues.ts';

let queues: Queues;
beforeAll(async () => {
  queues = await startQueues();
});
afterAll(() => queues?.close());

const keysIn = (bodies: string[]) => bodies.flatMap((body) => createdObjects(s3EventOf(body) ?? {}).map(({ key }) => key));

test('when objects come to be, then each queue is told of just those it is for, also after init ran again', async () => {
  await queues.provision();
  await queues.provision();
  for (const key of ['uploads/a b/+é', 'originals/a/1', 'thumbnails/a/1.webp']) await queues.put('photos', key);
  for (const key of ['imports/users.csv', 'rejects/1.ndjson']) await queues.put('imports', key);
  expect(keysIn(await drained(queues.photos, 2)).toSorted()).toEqual(['originals/a/1', 'uploads/a b/+é']);
  expect(keysIn(await drained(queues.imports, 1))).toEqual(['imports/users.csv']);
});

test('when a queue is made, then messages live 4 days, 14 among the dead letters, and die after 5 deliveries', async () => {
  const attributesOf = async (url: string) =>
    (await queues.sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }))).Attributes ?? {};
  for (const url of Object.values(queues.urls)) {
    const [queue, dead] = await Promise.all([attributesOf(url), attributesOf(`${url}-dead`)]);
    expect([queue.MessageRetentionPeriod, dead.MessageRetentionPeriod]).toEqual(['345600', '1209600']);
    expect(JSON.parse(queue.RedrivePolicy ?? '')).toEqual({ deadLetterTargetArn: dead.QueueArn, maxReceiveCount: 5 });
  }
});
