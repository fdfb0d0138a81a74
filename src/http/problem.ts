import type { ErrorRequestHandler } from 'express';
import { Problem, type ProblemCode } from '../shared/errors.ts';
import type { Logger } from '../shared/log.ts';

/** What each code means over HTTP; `means` is the page that `type` leads to. */
export const PROBLEMS: Record<ProblemCode, { status: number; title: string; means: string }> = {
  'invalid-input': {
    status: 400,
    title: 'Invalid input',
    means:
      'The body, the query or the path does not fit. Each entry of `errors` names a place (a JSON pointer) and what is expected there.',
  },
  'malformed-json': { status: 400, title: 'Malformed JSON', means: 'The body is not JSON.' },
  unauthenticated: {
    status: 401,
    title: 'Not authenticated',
    means: 'There are no credentials, or they are wrong or expired. Send a fresh token in `Authorization: Bearer …`.',
  },
  forbidden: {
    status: 403,
    title: 'Forbidden',
    means: 'These credentials do not allow this. The detail names the scope that would. It is decided before anything is looked up.',
  },
  'not-found': { status: 404, title: 'Not found', means: 'There is no such thing here.' },
  'method-not-allowed': {
    status: 405,
    title: 'Method not allowed',
    means: 'The path exists, the method does not. `Allow` lists those that do.',
  },
  conflict: {
    status: 409,
    title: 'Conflict',
    means:
      'The thing is in a state that does not allow this, or the same idempotency key is at work right now (then `Retry-After` says when to ask again).',
  },
  'precondition-failed': {
    status: 412,
    title: 'Precondition failed',
    means: 'The version in `If-Match` is not the current one: read again, then decide.',
  },
  'body-too-large': {
    status: 413,
    title: 'Body too large',
    means: 'The body is over `maxBytes`. Larger photos go straight to storage by way of `uploadUrl`.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'Unsupported media type',
    means: 'The content type of the request is not one that the route takes, or the file is not a JPEG, PNG, WebP, AVIF or GIF.',
  },
  'unprocessable-photo': {
    status: 422,
    title: 'Unprocessable photo',
    means: 'The type is allowed, but the file does not decode, or has too many pixels, or is not what was declared.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'Idempotency key reused',
    means: 'This `Idempotency-Key` came before with another request. Use a new one.',
  },
  'rate-limited': { status: 429, title: 'Too many requests', means: 'Wait as long as `Retry-After` says.' },
  internal: { status: 500, title: 'Internal error', means: 'Something unforeseen happened. It is logged in full under `requestId`.' },
  unavailable: {
    status: 503,
    title: 'Unavailable',
    means:
      'Storage, the database or the identity provider does not answer right now. Repeat, with the same `Idempotency-Key` where there was one.',
  },
};

/** Errors of Express and of body-parser carry a status; what they say is written here anew, so that nothing internal gets out. */
function fromStatus(error: { status?: number; type?: string; limit?: number }): Problem | undefined {
  if (error.type === 'entity.parse.failed') return new Problem('malformed-json', 'The body is not JSON.', { cause: error });
  if (error.status === 413)
    return new Problem('body-too-large', `The body is over ${error.limit} bytes.`, { maxBytes: error.limit ?? 0, cause: error });
  if (error.status === 415)
    return new Problem('unsupported-media-type', 'The body has a charset or content encoding that is not taken here; send UTF-8.', {
      cause: error,
    });
  if (error.status === 400)
    return new Problem('invalid-input', 'The request could not be read: its path or its body is broken off or wrongly encoded.', {
      cause: error,
    });
  return undefined;
}

/** What any error is to a client: itself when it is ours, else what its status says, else something unforeseen. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return (
    fromStatus(error as object) ??
    new Problem('internal', 'Something unforeseen happened; it is logged under the requestId.', { cause: error })
  );
}

/**
 * A problem as it goes over HTTP (RFC 9457).
 * @param about `instance` is the path that it happened on.
 */
export function problemDocument({ code, message, particulars }: Problem, about: { requestId: string; instance: string }) {
  const { status, title } = PROBLEMS[code];
  const { errors, maxBytes, retryAfter, allow, challenge } = particulars;
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json; charset=utf-8',
    ...(retryAfter && { 'retry-after': String(retryAfter) }),
    ...(allow && { allow: allow.join(', ') }),
    ...(challenge && { 'www-authenticate': challenge }),
  };
  const body = {
    type: `/problems/${code}`,
    title,
    status,
    detail: message,
    instance: about.instance,
    code,
    requestId: about.requestId,
    ...(errors && { errors }),
    ...(maxBytes && { maxBytes, uploadUrl: '/v1/uploads' }),
  };
  return { status, headers, body: JSON.stringify(body) };
}

/** The one place where errors become answers. What is not foreseen is logged whole and answered with nothing but its request id. */
export function problemHandler(log: Logger): ErrorRequestHandler {
  return (error, request, response, next) => {
    const problem = toProblem(error);
    const { requestId } = response.locals;
    if (problem.code === 'internal') log.error({ requestId, err: problem.cause }, 'unforeseen');
    if (problem.code === 'unavailable') log.warn({ requestId, err: problem.cause }, 'unavailable');
    if (response.headersSent) return next(error);
    const { status, headers, body } = problemDocument(problem, { requestId, instance: request.path });
    response.status(status).set(headers).send(body);
  };
}
