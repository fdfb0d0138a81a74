import sharp from 'sharp';
import { explodingPng, image, photograph } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';
import { begin, complete, deliver, expectNothingOf, rowOf, sha256, smuggle, stateOf } from '../support/uploads.ts';

const SEVEN_DAYS = 7 * 24 * 60 * 60;

interface Wrong {
  what: string;
  declared: (bytes: Buffer) => object;
  /** What arrives in place of the photo that was declared. */
  arrives: (photo: Buffer) => Promise<Buffer> | Buffer;
  status: 415 | 422;
  detail: RegExp;
}

const jpeg = (bytes: Buffer) => ({ contentType: 'image/jpeg', bytes: bytes.length });
const png = (bytes: Buffer) => ({ contentType: 'image/png', bytes: bytes.length });
const page = '<!doctype html><html><script>alert(1)</script></html>';
const headOf = (photo: Buffer, bytes: number) => Buffer.concat([photo.subarray(0, bytes), Buffer.from(page), Buffer.alloc(2_000, ' ')]);

/** What arrived is what was declared, of this size; the bytes are not. */
const ofSize = (declare: (bytes: Buffer) => object, make: Wrong['arrives']): Pick<Wrong, 'declared' | 'arrives'> => ({
  declared: declare,
  arrives: make,
});

const WRONG: Wrong[] = [
  {
    what: 'one byte more',
    declared: (bytes) => ({ ...jpeg(bytes), bytes: bytes.length - 1 }),
    arrives: (photo) => photo,
    status: 422,
    detail: /bytes/,
  },
  {
    what: 'one byte less',
    declared: (bytes) => ({ ...jpeg(bytes), bytes: bytes.length + 1 }),
    arrives: (photo) => photo,
    status: 422,
    detail: /bytes/,
  },
  { what: 'nothing at all', declared: jpeg, arrives: () => Buffer.alloc(0), status: 422, detail: /^0 bytes/ },
  {
    what: 'another sha256',
    declared: (bytes) => ({ ...jpeg(bytes), sha256: sha256(Buffer.from('x')) }),
    arrives: (photo) => photo,
    status: 422,
    detail: /sha256/,
  },
  { what: 'a PNG where JPEG was declared', ...ofSize(jpeg, () => image('png')), status: 415, detail: /image\/png.*image\/jpeg/ },
  { what: 'a WebP where PNG was declared', ...ofSize(png, () => image('webp')), status: 415, detail: /image\/webp.*image\/png/ },
  { what: 'a page with a JPEG header', ...ofSize(jpeg, (photo) => headOf(photo, 300)), status: 422, detail: /does not decode/ },
  {
    what: 'a page with only the signature of a JPEG',
    ...ofSize(jpeg, (photo) => headOf(photo, 4)),
    status: 422,
    detail: /does not decode/,
  },
  { what: 'a page', ...ofSize(jpeg, () => Buffer.from(page)), status: 415, detail: /HTML/ },
  { what: 'an SVG', ...ofSize(png, () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')), status: 415, detail: /SVG/ },
  { what: 'a PNG that explodes', ...ofSize(png, () => explodingPng(16_000, 16_000)), status: 422, detail: /pixels/ },
  { what: 'a photo that is cut off', ...ofSize(jpeg, (photo) => photo.subarray(0, photo.length / 2)), status: 422, detail: /cut off/ },
  {
    what: 'an interlaced PNG with too many pixels',
    ...ofSize(png, () =>
      sharp({ create: { width: 80, height: 80, channels: 3, background: '#fff' } })
        .png({ progressive: true })
        .toBuffer(),
    ),
    status: 422,
    detail: /interlaced/,
  },
];

let service: TestService;
let photo: Buffer;
beforeAll(async () => {
  [service, photo] = await Promise.all([startService({ MAX_PROGRESSIVE_PIXELS: '5000' }), photograph()]);
});
afterAll(() => service.close());

const seconds = () => Math.floor(Date.now() / 1000);
const listed = async (user: string, status: string) =>
  (await service.api.get(`/v1/users/me/photos?status=${status}`).set(await service.as(user))).body.items;

// past the signature, which would have refused most of them: here it is the service's own check that does
describe.each(WRONG)('when $what arrives', ({ declared, arrives, status, detail }) => {
  test.each(['complete', 'event'])('and is found out by the %s, then it is rejected, removed, and told why', async (by) => {
    const user = `wrong-${by}`;
    const bytes = await arrives(photo);
    const begun = await begin(service, user, declared(bytes.length > 0 ? bytes : photo));
    await smuggle(service, begun, bytes);
    if (by === 'event') await deliver(service, begun);
    const code = status === 415 ? 'unsupported-media-type' : 'unprocessable-photo';

    for (const _ of ['once', 'again']) {
      const answer = await complete(service, begun);
      expect({ status: answer.status, ...answer.body }).toMatchObject({ status, code, detail: expect.stringMatching(detail) });
    }
    const told = (await stateOf(service, begun)).body.photo;
    expect(told).toMatchObject({ status: 'rejected', rejected: { code, detail: expect.stringMatching(detail) } });
    for (const never of ['sha256', 'width', 'contentType']) expect(told).not.toHaveProperty(never);
    await expectNothingOf(service, begun);
    const left = Number((await rowOf(service, begun))?.expiresAt) - seconds();
    expect([left > SEVEN_DAYS - 60, left <= SEVEN_DAYS]).toEqual([true, true]);
    expect(await listed(user, 'ready')).toEqual([]);
    expect((await listed(user, 'rejected')).map(({ photoId }: { photoId: string }) => photoId)).toContain(begun.photoId);
    const original = await service.api.get(`/v1/users/me/photos/${begun.photoId}/original`).set(await service.as(user));
    expect(original.status).toBe(409);
  });
});
