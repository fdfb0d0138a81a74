import { accessDenied, S3Error } from './errors.ts';
import type { Headers } from './request.ts';

/** How many bytes a form's file may have. */
export interface LengthRange {
  min: number;
  max: number;
}

type Condition = { kind: 'eq' | 'starts-with'; field: string; value: string } | ({ kind: 'length' } & LengthRange);

const invalid = (message: string) => new S3Error('InvalidPolicyDocument', `Invalid Policy: ${message}`);
const broken = (message: string) => accessDenied(`Invalid according to Policy: ${message}`);

/**
 * Holds a form against the policy its signer wrote: every condition true, no field that isn't mentioned, not yet expired.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 * @param encoded the policy field, base64, its signature already checked
 * @param fields of the form, names in lower case, with `bucket` from the URL
 * @returns the range the file's length has to be in
 * @throws S3Error AccessDenied, InvalidPolicyDocument
 */
export function checkPolicy(encoded: string, fields: Headers, now: Date): LengthRange {
  const policy = readPolicy(encoded);
  if (now.getTime() > policy.expiration) throw broken('Policy expired.');
  const range: LengthRange = { min: 0, max: Number.MAX_SAFE_INTEGER };
  const covered = new Set(['bucket']);
  for (const condition of policy.conditions) {
    if (condition.kind === 'length') {
      range.min = Math.max(range.min, condition.min);
      range.max = Math.min(range.max, condition.max);
      continue;
    }
    covered.add(condition.field);
    if (!holds(condition, fields[condition.field] ?? '')) {
      throw broken(`Policy Condition failed: ${JSON.stringify([condition.kind, `$${condition.field}`, condition.value])}`);
    }
  }
  const extra = Object.keys(fields).filter((name) => !covered.has(name) && !isExempt(name));
  if (extra.length > 0) throw broken(`Extra input fields: ${extra.join(', ')}`);
  return range;
}

/** What a policy can't speak of: the signature and the policy itself, the file, and what the form's page has for its own use. */
const isExempt = (name: string) => ['x-amz-signature', 'policy', 'file'].includes(name) || name.startsWith('x-ignore-');

function holds(condition: Exclude<Condition, { kind: 'length' }>, value: string): boolean {
  if (condition.kind === 'eq') return value === condition.value;
  // S3 looks at each type of a list by itself.
  const values = condition.field === 'content-type' ? value.split(',').map((each) => each.trim()) : [value];
  return values.every((each) => each.startsWith(condition.value));
}

function readPolicy(encoded: string): { expiration: number; conditions: Condition[] } {
  let policy: unknown;
  try {
    policy = JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));
  } catch {
    throw invalid('Invalid JSON.');
  }
  const { expiration, conditions } = (policy ?? {}) as { expiration?: unknown; conditions?: unknown };
  const time =
    typeof expiration === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(expiration) ? Date.parse(expiration) : Number.NaN;
  if (Number.isNaN(time)) throw invalid('Policy missing expiration, or it is not an ISO 8601 time in UTC.');
  if (!Array.isArray(conditions)) throw invalid('Policy missing conditions.');
  return { expiration: time, conditions: conditions.flatMap(readCondition) };
}

function readCondition(condition: unknown): Condition[] {
  if (Array.isArray(condition)) return [readTriple(condition)];
  if (typeof condition !== 'object' || condition === null) throw invalid('Invalid Condition.');
  return Object.entries(condition).map(([field, value]) => {
    if (typeof value !== 'string') throw invalid('Invalid Simple-Condition: value must be a string.');
    return { kind: 'eq', field: field.toLowerCase(), value };
  });
}

function readTriple(condition: unknown[]): Condition {
  const [operator, first, second] = condition;
  const kind = typeof operator === 'string' ? operator.toLowerCase() : '';
  if (condition.length !== 3) throw invalid(`Invalid ${kind} condition: wrong number of arguments.`);
  if (kind === 'content-length-range') {
    const [min, max] = [Number(first), Number(second)];
    if (!Number.isInteger(min) || !Number.isInteger(max) || min < 0) throw invalid('Invalid content-length-range condition.');
    return { kind: 'length', min, max };
  }
  if ((kind !== 'eq' && kind !== 'starts-with') || typeof first !== 'string' || typeof second !== 'string' || !first.startsWith('$')) {
    throw invalid(`Invalid condition: ${JSON.stringify(condition)}`);
  }
  return { kind, field: first.slice(1).toLowerCase(), value: second };
}
