import { expectRefused, filePart, type Part, postJson, postParts } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';

let service: TestService;
let photo: string;
beforeAll(async () => {
  service = await startService();
  photo = (await image()).toString('base64');
});
afterAll(() => service.close());

const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, 'value']));

describe('JSON that does not fit', () => {
  // each with the photo's base64 in place of PHOTO, sent as it stands here: an object could not have these keys
  test.each<[string, string, string[]]>([
    ['no photo', '{}', ['/photo']],
    ['an empty photo', '{"photo":""}', ['/photo']],
    ['an empty data: URL', '{"photo":"data:image/png;base64,"}', ['/photo']],
    ['a photo that is no text', '{"photo":[1,2,3]}', ['/photo']],
    ['text that is not base64', '{"photo":"not base64 at all!"}', ['/photo']],
    ['base64url', '{"photo":"PHOTO-_8="}', ['/photo']],
    ['a stray character', '{"photo":"*PHOTO"}', ['/photo']],
    ['a space', '{"photo":" PHOTO"}', ['/photo']],
    ['base64 cut off', '{"photo":"iVBOR"}', ['/photo']],
    ['padding cut off', '{"photo":"iVBORw="}', ['/photo']],
    ['padding in the middle', '{"photo":"iVBORw==iVBORw=="}', ['/photo']],
    ['a data: URL not in base64', '{"photo":"data:image/png,PHOTO"}', ['/photo']],
    ['an unknown field', '{"photo":"PHOTO","colour":"red"}', ['/colour']],
    ['two unknown fields', '{"photo":"PHOTO","colour":"red","a/b":1}', ['/colour', '/a~1b']],
    ['__proto__', '{"photo":"PHOTO","__proto__":{"isAdmin":true}}', ['/__proto__']],
    ['constructor', '{"photo":"PHOTO","constructor":{"prototype":{}}}', ['/constructor']],
    ['__proto__ in metadata', '{"photo":"PHOTO","metadata":{"__proto__":"x"}}', ['/metadata/__proto__']],
    ['constructor in metadata', '{"photo":"PHOTO","metadata":{"constructor":"x"}}', ['/metadata/constructor']],
    ['a lone surrogate', '{"photo":"PHOTO","metadata":{"title":"\\ud800"}}', ['/metadata/title']],
    ['a number in metadata', '{"photo":"PHOTO","metadata":{"title":7}}', ['/metadata/title']],
    ['null in metadata', '{"photo":"PHOTO","metadata":{"title":null}}', ['/metadata/title']],
    ['metadata that is a list', '{"photo":"PHOTO","metadata":["a"]}', ['/metadata']],
    ['a value of 1,025 characters', `{"photo":"PHOTO","metadata":{"title":"${'x'.repeat(1_025)}"}}`, ['/metadata/title']],
    ['21 entries', `{"photo":"PHOTO","metadata":${JSON.stringify(many(21))}}`, ['/metadata']],
    ['a list', '[]', ['']],
    ['a number', '7', ['']],
    ['null', 'null', ['']],
  ])('when there is %s, then the place is named', async (_what, text, paths) => {
    const body = text.replace('PHOTO', photo);
    await expectRefused(service, { status: 400, code: 'invalid-input', paths }, () => postJson(service, 'json-faulty', body));
  });

  test.each([
    ['a lone surrogate', '\\udc00'],
    ['nothing', ''],
    ['65 characters', 'k'.repeat(65)],
  ])('when a metadata key is %s, then metadata is named', async (_what, key) => {
    const body = `{"photo":"${photo}","metadata":{"${key}":"x"}}`;
    const answer = await expectRefused(service, { status: 400, code: 'invalid-input' }, () => postJson(service, 'json-keys', body));
    expect(answer.body.errors[0].path).toMatch(/^\/metadata\//);
    expect(answer.body.errors[0].message).toMatch(/characters|surrogate/);
  });

  test.each(['{"photo":', '{photo:1}', 'undefined', '{"photo":"a"} {}'])('when the body is «%s», then it is no JSON', async (body) => {
    await expectRefused(service, { status: 400, code: 'malformed-json' }, () => postJson(service, 'malformed', body));
  });
});

describe('a multipart form that does not fit', () => {
  const file = () => filePart(Buffer.from(photo, 'base64'));
  test.each<[string, () => Part[], string[]]>([
    ['no part', () => [], ['/photo']],
    ['no file', () => [{ name: 'title', value: 'x' }], ['/photo']],
    ['the photo as text', () => [{ name: 'photo', value: photo }], ['/photo']],
    ['an empty file', () => [filePart(Buffer.alloc(0))], ['/photo']],
    ['two files', () => [file(), file()], ['/photo']],
    ['a file of another name', () => [{ ...file(), name: 'picture' }], ['/picture']],
    ['a second file of another name', () => [file(), { ...file(), name: 'picture' }], ['/photo']],
    ['21 entries', () => [...Object.entries(many(21)).map(([name, value]) => ({ name, value })), file()], ['/metadata']],
    ['a text part that came twice', () => [{ name: 'title', value: 'a' }, { name: 'title', value: 'b' }, file()], ['/metadata/title']],
    ['a userId that came twice', () => [{ name: 'userId', value: 'x' }, { name: 'userId', value: 'x' }, file()], ['/userId']],
    ['__proto__', () => [{ name: '__proto__', value: 'x' }, file()], ['/metadata/__proto__']],
    ['constructor', () => [{ name: 'constructor', value: 'x' }, file()], ['/metadata/constructor']],
    ['a value of 1,025 characters', () => [{ name: 'title', value: 'x'.repeat(1_025) }, file()], ['/metadata/title']],
    ['a value far too long', () => [{ name: 'title', value: 'x'.repeat(100_000) }, file()], ['/title']],
    ['a key of 65 characters', () => [{ name: 'k'.repeat(65), value: 'x' }, file()], [`/metadata/${'k'.repeat(65)}`]],
  ])('when there is %s, then the place is named', async (_what, parts, paths) => {
    await expectRefused(service, { status: 400, code: 'invalid-input', paths }, () => postParts(service, 'parts-faulty', parts()));
  });

  test('when the file has a name of 256 characters, then its name is named', async () => {
    const part = filePart(Buffer.from(photo, 'base64'), 'x'.repeat(256));
    await expectRefused(service, { status: 400, code: 'invalid-input', paths: ['/fileName'] }, () =>
      postParts(service, 'long-name', [part]),
    );
  });

  test.each(['../../etc/passwd', '..\\\\etc\\\\passwd'])('when the file is called %s, then no folder is kept of that', async (name) => {
    const answer = await postParts(service, `name-${name.length}`, [filePart(Buffer.from(photo, 'base64'), name)]);
    expect([answer.status, answer.body.photo?.fileName]).toEqual([201, 'passwd']);
  });

  test('when the file part has no file name, then it is told that it needs one', async () => {
    const part = { name: 'photo', value: Buffer.from(photo, 'base64'), type: 'application/octet-stream' };
    await expectRefused(service, { status: 400, code: 'invalid-input', paths: ['/photo'] }, () => postParts(service, 'nameless', [part]));
  });
});
