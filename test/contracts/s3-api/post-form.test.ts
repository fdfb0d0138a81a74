import { useBench } from './bench.ts';
import { type FormOptions, poster, postForm, signedFields } from './form.ts';
import { contract } from './known-differences.ts';

// biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a form's field says it
const FILENAME = '${filename}';

describe('forms, their policy aside', () => {
  const bench = useBench();

  const post = poster(() => bench.engine);
  const expectNothingStored = async (bucket: string) => expect(await bench.keys(bucket)).toEqual([]);

  contract('when another success is asked for, then the answer is of that kind', async () => {
    const bucket = await bench.bucket();
    const ask = (name: string, value: string) => post({ bucket, conditions: [{ [name]: value }], fields: { [name]: value } });
    expect((await ask('success_action_status', '200')).status).toBe(200);
    const created = await ask('success_action_status', '201');
    expect(created.status).toBe(201);
    expect(created.text).toMatch(new RegExp(`<Bucket>${bucket}</Bucket><Key>a</Key>`));
    expect((await ask('success_action_status', '418')).status).toBe(204);
    const redirected = await ask('success_action_redirect', 'http://page.example/done?x=1');
    expect(redirected.status).toBe(303);
    expect(redirected.headers.get('location')).toMatch(new RegExp(`^http://page.example/done\\?x=1&bucket=${bucket}&key=a&etag=`));
  });

  contract('when a field has the placeholder for it, then the file’s name takes its place', async () => {
    const bucket = await bench.bucket();
    const keyCondition: FormOptions['keyCondition'] = ['starts-with', '$key', 'mine/'];
    expect((await post({ bucket, key: `mine/${FILENAME}`, keyCondition }, {}, 'x', 'grün.jpg')).status).toBe(204);
    expect(await bench.keys(bucket)).toEqual(['mine/grün.jpg']);
  });

  contract('when the file’s sha256 is a field, then other bytes are refused and nothing is stored', async () => {
    const bucket = await bench.bucket();
    const sum = { 'x-amz-checksum-sha256': 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=' };
    const options = { bucket, conditions: [sum], fields: sum };
    expect(await post(options, {}, 'hullo')).toMatchObject({ status: 400, code: 'BadDigest' });
    await expectNothingStored(bucket);
    expect((await post(options, {}, 'hello')).status).toBe(204);
  });

  contract('when the form has no file or no key, then it is refused', async () => {
    const bucket = await bench.bucket();
    const fields = await signedFields(bench.engine, { bucket });
    expect(await postForm(bench.engine, bucket, fields)).toMatchObject({ status: 400, code: 'InvalidArgument' });
    const keyless = { bucket, keyCondition: ['starts-with', '$key', ''] as [string, string, string] };
    expect(await post(keyless, { key: undefined })).toMatchObject({ status: 400, code: 'InvalidArgument' });
    await expectNothingStored(bucket);
  });

  contract('when the fields before the file are beyond 20 KB, then it is refused', async () => {
    const bucket = await bench.bucket();
    expect((await post({ bucket }, { 'x-ignore-me': 'x'.repeat(25_000) })).status).toBe(400);
    await expectNothingStored(bucket);
  });

  contract('when a form is replayed while its policy lasts, then it overwrites, as no policy can forbid', async () => {
    const bucket = await bench.bucket();
    const fields = await signedFields(bench.engine, { bucket });
    await postForm(bench.engine, bucket, fields, 'first');
    await postForm(bench.engine, bucket, fields, 'second');
    expect(await bench.text(bucket, 'a')).toBe('second');
  });

  contract(
    'when a field’s metadata are in letters no header holds, then they come back encoded, or are refused for their name',
    async () => {
      const bucket = await bench.bucket();
      const said = (name: string, value: string) => post({ bucket, conditions: [{ [name]: value }], fields: { [name]: value } });
      expect((await said('x-amz-meta-note', 'zwölf 日本')).status).toBe(204);
      const { Metadata } = await bench.head(bucket, 'a');
      expect(Metadata?.note).toBe(`=?UTF-8?B?${Buffer.from('zwölf 日本').toString('base64')}?=`);
      expect(await bench.text(bucket, 'a')).toBe('hello');
      expect((await said('x-amz-meta-no header', 'x')).status).toBe(400);
      expect((await said('Content-Disposition', 'attachment\r\nx-injected: 1')).status).toBe(400);
    },
  );
});
