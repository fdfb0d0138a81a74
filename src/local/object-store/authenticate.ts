import { type Claim, readClaim } from './claim.ts';
import { accessDenied, S3Error } from './errors.ts';
import { type Payload, readPayload } from './payload.ts';
import type { S3Request } from './request.ts';
import { REGION_SERVICE, readDate, type Signer, sameSignature } from './sigv4.ts';

const MAX_SKEW_MS = 15 * 60 * 1000;

/** Who may sign, and how to compute what they must have signed. */
export interface Keyring {
  accessKeyId: string;
  region: string;
  signer: Signer;
}

/**
 * Checks that the request was signed by the one key there is, lately, over all it has to be signed over.
 * @returns how its body is to be read
 * @throws S3Error as AWS does: AccessDenied, InvalidAccessKeyId, SignatureDoesNotMatch, RequestTimeTooSkewed …
 */
export async function authenticate(request: S3Request, keys: Keyring, now: Date): Promise<Payload> {
  const claim = readClaim(request);
  checkCredential(claim, keys, claim.expires === undefined ? 'AuthorizationHeaderMalformed' : 'AuthorizationQueryParametersError');
  if (request.headers['x-amz-security-token'] ?? request.query['X-Amz-Security-Token']) {
    throw new S3Error('InvalidToken', 'The provided token is malformed or otherwise invalid.');
  }
  checkTime(claim, now);
  checkAllSigned(request, claim);
  const { signedHeaders, payloadHash, date } = claim;
  const { method, canonicalPath: path, query, headers } = request;
  const expected = await keys.signer.requestSignature({ method, path, query, headers, signedHeaders, payloadHash, date });
  if (!sameSignature(expected, claim.signature)) throw wrongSignature(claim);
  return readPayload(claim, keys.signer);
}

/** Checks the key and its scope; a signature computed for another region or service isn't ours. */
export function checkCredential(
  claim: Pick<Claim, 'accessKeyId' | 'scopeDate' | 'region' | 'service' | 'date'>,
  keys: Keyring,
  code: 'AuthorizationHeaderMalformed' | 'AuthorizationQueryParametersError',
): void {
  if (claim.accessKeyId !== keys.accessKeyId) {
    const message = 'The AWS Access Key Id you provided does not exist in our records.';
    throw new S3Error('InvalidAccessKeyId', message, { AWSAccessKeyId: claim.accessKeyId });
  }
  if (claim.region !== keys.region) {
    throw new S3Error(code, `the region '${claim.region}' is wrong; expecting '${keys.region}'`, { Region: keys.region });
  }
  if (claim.service !== REGION_SERVICE) throw new S3Error(code, `incorrect service "${claim.service}". This endpoint belongs to "s3".`);
  if (claim.scopeDate !== claim.date.slice(0, 8)) throw new S3Error(code, 'Invalid credential date. Date is not the same as X-Amz-Date.');
}

export function wrongSignature(claim: Pick<Claim, 'accessKeyId' | 'signature'>): S3Error {
  const message = 'The request signature we calculated does not match the signature you provided. Check your key and signing method.';
  return new S3Error('SignatureDoesNotMatch', message, { AWSAccessKeyId: claim.accessKeyId, SignatureProvided: claim.signature });
}

function checkTime(claim: Claim, now: Date): void {
  const signedAt = readDate(claim.date);
  if (!signedAt) throw accessDenied('AWS authentication requires a valid Date or x-amz-date header');
  const age = now.getTime() - signedAt.getTime();
  if (claim.expires === undefined) {
    if (Math.abs(age) <= MAX_SKEW_MS) return;
    throw new S3Error('RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.', {
      RequestTime: claim.date,
      ServerTime: now.toISOString(),
      MaxAllowedSkewMilliseconds: MAX_SKEW_MS,
    });
  }
  if (age < -MAX_SKEW_MS) throw accessDenied('Request is not yet valid');
  if (age > claim.expires * 1000) throw accessDenied('Request has expired');
}

/** What isn't signed could be changed on its way, so S3 wants the host and whatever steers it in the signature. */
function checkAllSigned(request: S3Request, claim: Claim): void {
  const signed = new Set(claim.signedHeaders);
  const unsigned = Object.keys(request.headers).filter((name) => name.startsWith('x-amz-') && !signed.has(name));
  if (!signed.has('host')) unsigned.push('host');
  if (unsigned.length === 0) return;
  throw new S3Error('AccessDenied', 'There were headers present in the request which were not signed', {
    HeadersNotSigned: unsigned.join(', '),
  });
}
