import { checkCredential, type Keyring, wrongSignature } from './authenticate.ts';
import { MAX_PUT_BYTES } from './body.ts';
import { CheckedBody } from './checked-body.ts';
import { promisedChecksum } from './checksums.ts';
import { readCredential } from './claim.ts';
import { accessDenied, invalidArgument, S3Error } from './errors.ts';
import { type Form, readForm } from './form.ts';
import { readObjectHeaders } from './object-headers.ts';
import type { ObjectRecord } from './object-table.ts';
import type { Answer } from './operation.ts';
import { checkPolicy } from './policy.ts';
import { wholeSecond, writtenHeaders } from './put-object.ts';
import { encodePath, type Headers, type S3Request } from './request.ts';
import { readDate, sameSignature } from './sigv4.ts';
import type { Store } from './store.ts';
import { writeXml } from './xml.ts';

// biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a form's field says it
const FILENAME = '${filename}';

/** PostObject: a browser's form. Its policy is what is signed, so its policy says what is allowed. */
export async function postObject(store: Store, keys: Keyring, request: S3Request): Promise<Answer> {
  store.bucket(request.bucket);
  return readForm(request.message, (form) => acceptForm(store, keys, request, form));
}

async function acceptForm(store: Store, keys: Keyring, request: S3Request, form: Form): Promise<Answer> {
  const { bucket } = request;
  const fields = withFilename(form);
  await checkPolicySignature(fields, keys);
  const { bucket: _claimed, ...own } = fields;
  const range = checkPolicy(fields.policy ?? '', { ...own, bucket }, new Date());
  const key = fields.key;
  if (!key)
    throw invalidArgument(
      "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
      'key',
      '',
    );
  if (Buffer.byteLength(key) > 1024) throw new S3Error('KeyTooLongError', 'Your key is too long');
  const kept = readObjectHeaders(fields);
  const checksum = promisedChecksum(fields);
  const body = new CheckedBody(form.file, {
    minSize: range.min,
    maxSize: Math.min(range.max, MAX_PUT_BYTES),
    md5: fields['content-md5'],
    checksum,
  });
  const blob = await store.blobs.write(body);
  const object: ObjectRecord = {
    bucket,
    key,
    blob,
    size: body.size,
    etag: body.md5,
    modified: wholeSecond(),
    checksum: body.checksum,
    ...kept,
  };
  await store.publish(object, {}, 'ObjectCreated:Post', request.id);
  return answerForm(request, fields, object);
}

/** S3 puts the name of the user's file wherever a field says so. */
function withFilename({ fields, filename }: Form): Headers {
  const entries = Object.entries(fields).map(([name, value]) => [name, name === 'policy' ? value : value.replaceAll(FILENAME, filename)]);
  return Object.assign(Object.create(null), Object.fromEntries(entries));
}

async function checkPolicySignature(fields: Headers, keys: Keyring): Promise<void> {
  const { policy, 'x-amz-algorithm': algorithm, 'x-amz-credential': credential, 'x-amz-date': date, 'x-amz-signature': signature } = fields;
  if (policy === undefined) throw accessDenied();
  if (algorithm !== 'AWS4-HMAC-SHA256' || !credential || !date || !readDate(date) || !signature) {
    throw invalidArgument(
      "Bucket POST must contain the fields 'X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Signature'.",
      'policy',
      '',
    );
  }
  if (fields['x-amz-security-token']) throw new S3Error('InvalidToken', 'The provided token is malformed or otherwise invalid.');
  const malformed = (message: string) => invalidArgument(message, 'X-Amz-Credential', credential);
  const claim = { ...readCredential(credential, malformed), date, signature };
  checkCredential(claim, keys, 'AuthorizationQueryParametersError');
  if (!sameSignature(await keys.signer.textSignature(policy, date), signature)) throw wrongSignature(claim);
}

function answerForm(request: S3Request, fields: Headers, object: ObjectRecord): Answer {
  const location = `http://${request.headers.host}${encodePath(`/${object.bucket}/${object.key}`)}`;
  const headers = { ...writtenHeaders(object), Location: location };
  const redirect = fields.success_action_redirect;
  if (redirect && URL.canParse(redirect)) {
    const url = new URL(redirect);
    for (const [name, value] of Object.entries({ bucket: object.bucket, key: object.key, etag: `"${object.etag}"` }))
      url.searchParams.set(name, value);
    return { status: 303, headers: { ...headers, Location: url.href } };
  }
  // Any other number S3 takes for 204.
  if (fields.success_action_status === '200') return { status: 200, headers };
  if (fields.success_action_status !== '201') return { status: 204, headers };
  const content = { Location: location, Bucket: object.bucket, Key: object.key, ETag: `"${object.etag}"` };
  return { status: 201, headers: { ...headers, 'Content-Type': 'application/xml' }, body: writeXml('PostResponse', content, '') };
}
