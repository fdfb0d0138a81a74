import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import sharp from 'sharp';
import type { Photo } from '../../src/photos/photo.ts';
import { originalKey } from './forms.ts';
import { UNHURRIED } from './object-events.ts';
import type { TestService } from './service.ts';
import { expectNothingOf, rowOf, sha256 } from './uploads.ts';

type Named = Pick<Photo, 'userId' | 'photoId'>;

export const thumbnailKey = ({ userId, photoId }: Named) => `thumbnails/${Buffer.from(userId).toString('base64url')}/${photoId}.webp`;

/** Delivers the event of a photo's original. */
export async function deliverOriginal(service: TestService, photo: Named): Promise<void> {
  await service.jobs.onPhotoEvent(await service.events.next(originalKey(photo)), UNHURRIED);
}

/** An event that says that an object came to be. */
export const createdEvent = (key: string) => ({
  Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'b' }, object: { key } } }],
});

/** A JPEG as a camera writes it that was held upright: its pixels lie on their side, its EXIF says so, and where and by what it was taken. */
export function snapshot(width = 1_200, height = 800): Promise<Buffer> {
  const left = { input: { create: { width: width / 2, height, channels: 3 as const, background: '#ff0000' } }, left: 0, top: 0 };
  return sharp({ create: { width, height, channels: 3, background: '#0000ff' } })
    .composite([left])
    .withExif({
      IFD0: { Make: 'Camera', Model: 'Secret Model' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100', GPSLongitudeRef: 'W', GPSLongitude: '0/1 7/1 4366/100' },
    })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
}

/** Turns a row of a finished photo back into what a crash before the last step would have left. */
export async function backToPending(service: TestService, { userId, photoId }: Named): Promise<void> {
  const update = new UpdateCommand({
    TableName: service.config.tables.photos,
    Key: { userId, photoId },
    UpdateExpression: 'SET #s = :s, expiresAt = :e',
    ExpressionAttributeNames: { '#s': 'status' },
    ExpressionAttributeValues: { ':s': 'pending', ':e': Math.floor(Date.now() / 1000) + 1_000 },
  });
  await service.services.clients.dynamodb.send(update);
}

/** The photo is ready, with these very bytes and a thumbnail that is as its row says, and nothing else of it is left anywhere. */
export async function expectWhole(service: TestService, photo: Named, bytes: Buffer): Promise<void> {
  const row = await rowOf(service, photo);
  expect(row).toMatchObject({ status: 'ready', sha256: sha256(bytes), thumbnail: { status: 'ready', contentType: 'image/webp' } });
  expect(row).not.toHaveProperty('expiresAt');
  expect((await service.stored.object(originalKey(photo))).bytes.equals(bytes)).toBe(true);
  const thumbnail = await service.stored.object(thumbnailKey(photo));
  const { width, height } = await sharp(thumbnail.bytes).metadata();
  expect(row?.thumbnail).toMatchObject({ bytes: thumbnail.bytes.length, width, height });
  await expectNothingOf(service, photo, [originalKey(photo), thumbnailKey(photo)]);
}
