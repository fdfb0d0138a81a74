import type { Engine } from './engine.ts';
import { signerOf } from './raw.ts';

type Condition = [string, string | number, string | number] | Record<string, string>;

export interface FormOptions {
  bucket: string;
  key?: string;
  /** Beside those every form has. */
  conditions?: Condition[];
  fields?: Record<string, string>;
  /** Milliseconds from now. */
  expiresIn?: number;
  /** Replaces what the policy would say of the key. */
  keyCondition?: Condition;
  date?: Date;
}

const longDate = (date: Date) => date.toISOString().replace(/[-:]|\.\d+/g, '');

/** The fields of a form signed as `@aws-sdk/s3-presigned-post` signs it: with the SDK's signer over the policy. */
export async function signedFields(engine: Engine, options: FormOptions): Promise<Record<string, string>> {
  const { bucket, key = 'a', conditions = [], fields = {}, expiresIn = 300_000, keyCondition = { key }, date = new Date() } = options;
  const credential = `${engine.accessKeyId}/${longDate(date).slice(0, 8)}/${engine.region}/s3/aws4_request`;
  const common = { bucket, 'X-Amz-Algorithm': 'AWS4-HMAC-SHA256', 'X-Amz-Credential': credential, 'X-Amz-Date': longDate(date) };
  const entries = Object.entries(common).map(([name, value]) => ({ [name]: value }));
  const document = { expiration: new Date(Date.now() + expiresIn).toISOString(), conditions: [...entries, keyCondition, ...conditions] };
  const Policy = Buffer.from(JSON.stringify(document)).toString('base64');
  return { ...common, key, ...fields, Policy, 'X-Amz-Signature': await signerOf(engine).sign(Policy, { signingDate: date }) };
}

/** Posts a form as a browser does. */
export async function postForm(
  engine: Engine,
  bucket: string,
  fields: Record<string, string>,
  file?: string | Buffer,
  filename = 'photo.jpg',
) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  if (file !== undefined) form.append('file', new Blob([new Uint8Array(Buffer.from(file))]), filename);
  const answer = await fetch(`${engine.endpoint}/${bucket}`, { method: 'POST', body: form, redirect: 'manual' });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, code: /<Code>(\w+)<\/Code>/.exec(text)?.[1] };
}

/** Posts forms that keep to their policy, their fields then changed as a test says; undefined takes one away. */
export const poster =
  (engine: () => Engine) =>
  async (options: FormOptions, changes: Record<string, string | undefined> = {}, file: string | Buffer = 'hello', filename?: string) => {
    const fields = { ...(await signedFields(engine(), options)), ...changes };
    const sent = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined);
    return postForm(engine(), options.bucket, Object.fromEntries(sent), file, filename);
  };
