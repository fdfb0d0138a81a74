import { GetObjectCommand } from '@aws-sdk/client-s3';
import { uploadKey } from '../../src/photos/key.ts';
import type { PhotoId } from '../../src/photos/photo.ts';
import { isNamed } from '../../src/shared/aws.ts';
import type { StorageAnswer } from '../support/uploads.ts';
import type { Engines } from './engines.ts';

/** What lies under a key, seen with the service's own rights; undefined when nothing does. */
export async function objectAt({ clients, bucket }: Engines, key: string): Promise<{ text: string; type: string | undefined } | undefined> {
  try {
    const { Body, ContentType } = await clients.objects.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return { text: (await Body?.transformToString()) ?? '', type: ContentType };
  } catch (error) {
    if (isNamed(error, 'NoSuchKey')) return undefined;
    throw error;
  }
}

/** What is sent is refused as said, and nothing has arrived. */
export async function expectRefusedBy(engines: Engines, id: PhotoId, send: () => Promise<StorageAnswer>, answer: object): Promise<void> {
  const { status, code } = await send();
  expect({ status, code }).toMatchObject(answer);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(await objectAt(engines, uploadKey(id))).toBeUndefined();
}
