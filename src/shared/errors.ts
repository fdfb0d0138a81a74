/** The closed set of ways a request can fail. What each means over HTTP is decided in `http/problem.ts`, in one table. */
export type ProblemCode =
  | 'invalid-input'
  | 'malformed-json'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'method-not-allowed'
  | 'conflict'
  | 'precondition-failed'
  | 'body-too-large'
  | 'unsupported-media-type'
  | 'unprocessable-photo'
  | 'idempotency-key-reused'
  | 'rate-limited'
  | 'internal'
  | 'unavailable';

/** One fault of an input: where (a JSON pointer, RFC 6901) and what to do about it. */
export interface InputFault {
  path: string;
  message: string;
}

interface Particulars {
  errors?: InputFault[];
  /** Seconds until trying again makes sense. */
  retryAfter?: number;
  /** The limit that was passed, in bytes. */
  maxBytes?: number;
  /** Methods the path does take. */
  allow?: string[];
  /** What `WWW-Authenticate` is to say (RFC 6750 §3). */
  challenge?: string;
  /** The error underneath, for the log; it never leaves the process. */
  cause?: unknown;
}

/** A failure that a caller is told about: its `message` is written for them. Anything else that is thrown is `internal`. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly particulars: Omit<Particulars, 'cause'>;

  constructor(code: ProblemCode, detail: string, { cause, ...particulars }: Particulars = {}) {
    super(detail, { cause });
    this.code = code;
    this.particulars = particulars;
  }
}

/** Whether an error is a problem of one of these kinds: `isProblem(error, 'unavailable')`. */
export function isProblem(error: unknown, ...codes: ProblemCode[]): error is Problem {
  return error instanceof Problem && codes.includes(error.code);
}

/** `invalid-input`, naming every fault. */
export function invalidInput(...errors: InputFault[]): Problem {
  const detail = errors.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; ');
  return new Problem('invalid-input', detail, { errors });
}

export function notFound(what: string): Problem {
  return new Problem('not-found', `There is no such ${what}.`);
}

/** Something we depend on throttles, times out or is down: repeating later can succeed. */
export function unavailable(detail: string, cause?: unknown): Problem {
  return new Problem('unavailable', detail, { retryAfter: 1, cause });
}

/** @param what is too large, as the sentence's subject: `The body`. */
export function bodyTooLarge(what: string, maxBytes: number): Problem {
  return new Problem('body-too-large', `${what} is over ${maxBytes} bytes.`, { maxBytes });
}
