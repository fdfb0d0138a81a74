import { expectRefused, expectStored, filePart, postJson, postParts } from '../support/forms.ts';
import { image } from '../support/images.ts';
import { startService, type TestService } from '../support/service.ts';

let service: TestService;
let bytes: Buffer;
let photo: string;
beforeAll(async () => {
  [service, bytes] = await Promise.all([startService(), image()]);
  photo = bytes.toString('base64');
});
afterAll(() => service.close());

const key = (name: string) => ({ 'idempotency-key': name });
const replayed = (answer: { headers: Record<string, string> }) => answer.headers['idempotency-replayed'];
const requests = () => service.stored.rows('requests');

describe('repeating a form under one Idempotency-Key', () => {
  test('when it is the same request, then there is one photo, and the second answer says that it is a replay', async () => {
    const send = () => postJson(service, 'repeats', { photo, metadata: { a: '1', b: '2' } }, key('k1'));
    const [first, second] = [await send(), await send()];

    expect([first.status, replayed(first), second.status, replayed(second)]).toEqual([201, undefined, 201, 'true']);
    expect(second.body).toEqual(first.body);
    expect([second.headers.location, second.headers.etag]).toEqual([first.headers.location, first.headers.etag]);
    await expectStored(service, first.body.photo, bytes);
    expect((await service.stored.keys()).filter((name) => name.includes(Buffer.from('repeats').toString('base64url')))).toHaveLength(1);
  });

  test('when JSON is written in another order or another base64, then it is the same request', async () => {
    const first = await postJson(service, 'reorders', { photo, metadata: { a: '1', b: '2' } }, key('k'));
    const again = { metadata: { b: '2', a: '1' }, userid: 'reorders', photo: `data:image/png;base64,\n${photo.replace(/=+$/, '')}` };
    const second = await postJson(service, 'reorders', again, key('k'));

    expect([second.status, replayed(second), second.body]).toEqual([201, 'true', first.body]);
    await expectStored(service, first.body.photo, bytes);
  });

  test('when a multipart form has another boundary and order, then it is the same request', async () => {
    const parts = [filePart(bytes), { name: 'a', value: '1' }, { name: 'b', value: '2' }];
    const first = await postParts(service, 'boundary', parts, key('k'));
    const second = await postParts(service, 'boundary', parts.toReversed(), key('k'));

    expect([second.status, replayed(second), second.body]).toEqual([201, 'true', first.body]);
    await expectStored(service, first.body.photo, bytes);
  });

  test('when anything else is asked for, then that is told, and nothing is done', async () => {
    const other = (await image('png', '#ff0000')).toString('base64');
    await postJson(service, 'reuses', { photo, metadata: { a: '1' } }, key('k'));
    for (const body of [{ photo: other, metadata: { a: '1' } }, { photo, metadata: { a: '2' } }, { photo }])
      await expectRefused(service, { status: 422, code: 'idempotency-key-reused' }, () => postJson(service, 'reuses', body, key('k')));
  });

  test('when two callers choose the same key, then each gets a photo of their own', async () => {
    const answers = [
      await postJson(service, 'scoped-a', { photo }, key('same')),
      await postJson(service, 'scoped-b', { photo }, key('same')),
    ];
    expect(answers.map(replayed)).toEqual([undefined, undefined]);
    for (const { body } of answers) await expectStored(service, body.photo, bytes);
  });

  test('when a machine that may only write repeats, then its replay is answered too', async () => {
    const token = await service.asMachine('writer', 'photos:write:any');
    const send = () => service.api.post('/v1/form').set(token).set(key('k')).send({ userId: 'of-writer', photo });
    const [first, second] = [await send(), await send()];
    expect([first.status, second.status, second.body]).toEqual([201, 201, first.body]);
  });

  test('when several come at once, then one makes the photo, and the others wait or are replays', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => postJson(service, 'at-once', { photo }, key('k'))));

    const made = answers.filter((answer) => answer.status === 201 && !replayed(answer));
    expect(made).toHaveLength(1);
    for (const answer of answers.filter((each) => each !== made[0])) {
      if (answer.status === 201) expect(answer.body).toEqual(made[0]?.body);
      else expect([answer.status, answer.body.code, Number(answer.headers['retry-after']) > 0]).toEqual([409, 'conflict', true]);
    }
    await expectStored(service, made[0]?.body.photo, bytes);
  });

  test('when the first try was refused, then the key is free for a better one', async () => {
    const bad = Buffer.from('hello').toString('base64');
    const refused = () => postJson(service, 'improves', { photo: bad }, key('k'));
    await expectRefused(service, { status: 415, code: 'unsupported-media-type' }, refused);
    const better = await postJson(service, 'improves', { photo }, key('k'));
    expect([better.status, replayed(better)]).toEqual([201, undefined]);
    await expectStored(service, better.body.photo, bytes);
  });

  test('when the photo was deleted since, then a replay says that it is gone and makes no new one', async () => {
    const first = await postJson(service, 'deletes', { photo }, key('k'));
    await service.api.delete(first.headers.location as string).set(await service.as('deletes'));
    await expectRefused(service, { status: 404, code: 'not-found' }, () => postJson(service, 'deletes', { photo }, key('k')));
  });

  test.each(['', 'x'.repeat(256), 'a b', 'é'])('when the key is «%s», then that is told', async (name) => {
    const send = () => postJson(service, 'bad-key', { photo }, { 'idempotency-key': Buffer.from(name).toString('latin1') });
    await expectRefused(service, { status: 400, code: 'invalid-input', detail: /Idempotency-Key/ }, send);
  });

  test('when the key is as long as it may be, then it is taken; without a key nothing is remembered', async () => {
    const before = (await requests()).length;
    expect((await postJson(service, 'key-less', { photo })).status).toBe(201);
    expect(await requests()).toHaveLength(before);
    expect((await postJson(service, 'long-key', { photo }, key('~'.repeat(255)))).status).toBe(201);
    expect(await requests()).toHaveLength(before + 1);
  });
});
