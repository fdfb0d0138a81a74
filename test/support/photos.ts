import sharp from 'sharp';
import type { Photo } from '../../src/photos/photo.ts';
import { originalKey } from './forms.ts';
import { UNHURRIED } from './object-events.ts';
import type { TestService } from './service.ts';

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
