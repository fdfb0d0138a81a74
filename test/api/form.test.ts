import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { addPhoto, expectStored, filePart, originalKey, postJson, postParts } from '../support/forms.ts';
import { image, jpegOfSize, photograph } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';

const SCRIPTS = {
  latin: 'Grüße, façade, ø',
  greek: 'φωτογραφία',
  cyrillic: 'фотография',
  arabic: 'صورة فوتوغرافية',
  hebrew: 'תמונה',
  devanagari: 'तस्वीर',
  thai: 'ภาพถ่าย',
  chinese: '照片',
  japanese: '写真、しゃしん',
  korean: '사진',
  emoji: '👩‍👩‍👧 📷 🏳️‍🌈',
  combining: 'e\u0301',
};

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

describe('adding a photo by form', () => {
  test('when JSON with base64 is posted, then the photo is ready, in the table and in the bucket with its checksum', async () => {
    const bytes = await photograph();
    const answer = await postJson(service, 'json-ann', { photo: bytes.toString('base64'), metadata: { title: 'Chelsea' } });

    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(answer.status).toBe(201);
    const { photo } = answer.body;
    expect(photo).toMatchObject({
      userId: 'json-ann',
      status: 'ready',
      contentType: 'image/jpeg',
      bytes: bytes.length,
      width: 451,
      height: 300,
      sha256,
      metadata: { title: 'Chelsea' },
      thumbnail: { status: 'pending' },
    });
    expect(photo.photoId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(photo).not.toHaveProperty('expiresAt');
    expect(answer.headers.location).toBe(`/v1/users/json-ann/photos/${photo.photoId}`);
    expect(answer.headers.etag).toBe(`"${photo.version}"`);
    await expectStored(service, photo, bytes);
    const object = await service.stored.object(originalKey(photo));
    expect(object).toMatchObject({ contentType: 'image/jpeg', sha256: Buffer.from(sha256, 'hex').toString('base64') });
  });

  test('when a multipart form is posted, then its text parts are metadata and the file name is kept', async () => {
    const bytes = await photograph();
    const parts = [{ name: 'title', value: 'Chelsea' }, filePart(bytes, 'cat.jpg'), { name: 'place', value: 'here' }];
    const answer = await postParts(service, 'multipart-ann', parts);

    expect(answer.status).toBe(201);
    expect(answer.body.photo).toMatchObject({
      userId: 'multipart-ann',
      fileName: 'cat.jpg',
      metadata: { title: 'Chelsea', place: 'here' },
    });
    await expectStored(service, answer.body.photo, bytes);
  });

  test.each([
    ['unpadded', (base64: string) => base64.replace(/=+$/, '')],
    ['broken-lines', (base64: string) => base64.replace(/(.{76})/g, '$1\r\n')],
    ['data-url', (base64: string) => `data:image/png;base64,${base64}`],
    ['data-url-other-type', (base64: string) => `data:text/html;charset=utf-8;base64,${base64}`],
  ])('when the base64 is written as %s, then the bytes are the same', async (user, write) => {
    const bytes = await jpegOfSize(1_000); // which is no multiple of three, so that there is padding to leave out
    const answer = await postJson(service, user, { photo: write(bytes.toString('base64')) });

    expect(answer.status).toBe(201);
    await expectStored(service, answer.body.photo, bytes);
  });

  test.each(['jpeg', 'png', 'webp', 'avif', 'gif'] as const)(
    'when the bytes are %s, then that is the type, whatever was declared',
    async (format) => {
      const bytes = await image(format);
      const declared = format === 'png' ? 'image/gif' : 'image/png';
      const parts = [{ ...filePart(bytes, 'photo.txt'), type: declared }];
      const answers = [
        await postParts(service, `parts-${format}`, parts),
        await postJson(service, `json-${format}`, { photo: `data:${declared};base64,${bytes.toString('base64')}` }),
      ];

      for (const { status, body } of answers) {
        expect([status, body.photo.contentType, body.photo.width, body.photo.height]).toEqual([201, `image/${format}`, 32, 24]);
        await expectStored(service, body.photo, bytes);
        expect((await service.stored.object(originalKey(body.photo))).contentType).toBe(`image/${format}`);
      }
    },
  );

  test('when EXIF says that a JPEG lies on its side, then width and height are as it is seen, and the bytes stay', async () => {
    const bytes = await sharp(await image('jpeg'))
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const answer = await postJson(service, 'rotated', { photo: bytes.toString('base64') });

    expect(answer.body.photo).toMatchObject({ width: 24, height: 32 });
    await expectStored(service, answer.body.photo, bytes);
  });

  test('when JSON metadata is in any script, then it comes back as it was', async () => {
    const photo = await addPhoto(service, 'json-scripts', await image(), { ...SCRIPTS, 写真: '📷', 'with/slash~': '' });

    expect(photo.metadata).toEqual({ ...SCRIPTS, 写真: '📷', 'with/slash~': '' });
    const rows = await service.stored.rows('photos');
    expect(rows.find(({ userId }) => userId === 'json-scripts')?.metadata).toEqual(photo.metadata);
  });

  test.each(Object.entries(SCRIPTS))(
    'when multipart names and values are in %s, then they come back as they were',
    async (script, text) => {
      const answer = await postParts(service, `parts-${script}`, [filePart(await image(), `${text}.png`), { name: text, value: text }]);

      expect(answer.status).toBe(201);
      expect(answer.body.photo).toMatchObject({ fileName: `${text}.png`, metadata: { [text]: text } });
      const [row] = (await service.stored.rows('photos')).filter(({ userId }) => userId === `parts-${script}`);
      expect(row).toMatchObject({ fileName: `${text}.png`, metadata: { [text]: text } });
    },
  );

  test('when there are 20 entries of 1,024 characters, also outside the basic plane, then all are kept, in both shapes', async () => {
    const metadata = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`${index}`.padStart(64, 'k'), '📷'.repeat(1_024)]));
    const bytes = await image();
    const parts = Object.entries(metadata).map(([name, value]) => ({ name, value }));
    const multipart = await postParts(service, 'parts-longest', [...parts, filePart(bytes)]);

    expect((await addPhoto(service, 'json-longest', bytes, metadata)).metadata).toEqual(metadata);
    expect([multipart.status, multipart.body.photo?.metadata]).toEqual([201, metadata]);
  });
});
