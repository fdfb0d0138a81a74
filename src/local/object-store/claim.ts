import { accessDenied, invalidArgument, S3Error } from './errors.ts';
import { param, type S3Request } from './request.ts';

/** What a request says about who signed it, and how; nothing in it is believed yet. */
export interface Claim {
  accessKeyId: string;
  scopeDate: string;
  region: string;
  service: string;
  signedHeaders: string[];
  signature: string;
  /** As it came: `YYYYMMDDTHHMMSSZ` if it's right. */
  date: string;
  payloadHash: string;
  /** Seconds; a presigned URL has it, a header-signed request has not. */
  expires?: number;
}

/** Finds the request's signature. @throws S3Error AccessDenied when there is none, or the error AWS has for a broken one */
export function readClaim(request: S3Request): Claim {
  const header = request.headers.authorization;
  const presigned = param(request, 'X-Amz-Algorithm') !== undefined || param(request, 'X-Amz-Signature') !== undefined;
  if (header !== undefined && presigned) {
    const message =
      'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified';
    throw invalidArgument(message, 'Authorization', header);
  }
  if (header !== undefined) return fromHeader(request, header);
  if (presigned) return fromQuery(request);
  throw accessDenied();
}

function fromHeader(request: S3Request, header: string): Claim {
  const malformed = (message: string) => new S3Error('AuthorizationHeaderMalformed', `The authorization header is malformed; ${message}`);
  if (!header.startsWith('AWS4-HMAC-SHA256 '))
    throw new S3Error('InvalidRequest', 'The authorization mechanism you have provided is not supported.');
  const fields = new Map(
    header
      .slice('AWS4-HMAC-SHA256 '.length)
      .split(',')
      .map((field) => [field.slice(0, field.indexOf('=')).trim(), field.slice(field.indexOf('=') + 1).trim()]),
  );
  const [credential, signed, signature] = ['Credential', 'SignedHeaders', 'Signature'].map((name) => fields.get(name));
  if (!credential || !signed || !signature) throw malformed('it lacks Credential, SignedHeaders or Signature.');
  const payloadHash = request.headers['x-amz-content-sha256'];
  if (payloadHash === undefined) throw new S3Error('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
  const date = request.headers['x-amz-date'];
  if (date === undefined) throw accessDenied('AWS authentication requires a valid Date or x-amz-date header');
  return { ...readCredential(credential, malformed), signedHeaders: signed.split(';'), signature, date, payloadHash };
}

function fromQuery(request: S3Request): Claim {
  const wrong = (message: string) => new S3Error('AuthorizationQueryParametersError', message);
  const names = ['Algorithm', 'Credential', 'Signature', 'Date', 'SignedHeaders', 'Expires'];
  const values = names.map((name) => param(request, `X-Amz-${name}`));
  const [algorithm, credential, signature, date, signed, expires] = values;
  if (!algorithm || !credential || !signature || !date || !signed || !expires) {
    throw wrong(
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    );
  }
  if (algorithm !== 'AWS4-HMAC-SHA256') throw wrong('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"');
  if (!/^-?\d+$/.test(expires)) throw wrong('X-Amz-Expires should be a number');
  if (Number(expires) < 1) throw wrong('X-Amz-Expires must be non-negative');
  if (Number(expires) > 604_800) throw wrong('X-Amz-Expires must be less than a week (in seconds) that is 604800');
  const payloadHash = request.headers['x-amz-content-sha256'] ?? param(request, 'X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD';
  return { ...readCredential(credential, wrong), signedHeaders: signed.split(';'), signature, date, payloadHash, expires: Number(expires) };
}

type Credential = Pick<Claim, 'accessKeyId' | 'scopeDate' | 'region' | 'service'>;

/** Reads `<access key id>/<date>/<region>/<service>/aws4_request`. */
export function readCredential(text: string, wrong: (message: string) => S3Error): Credential {
  const parts = text.split('/');
  const [accessKeyId, scopeDate, region, service, terminator] = parts;
  if (parts.length !== 5 || !accessKeyId || !scopeDate || !region || !service || terminator !== 'aws4_request') {
    throw wrong('the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".');
  }
  return { accessKeyId, scopeDate, region, service };
}
