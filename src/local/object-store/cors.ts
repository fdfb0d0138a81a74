import { S3Error } from './errors.ts';
import type { Answer } from './operation.ts';
import type { S3Request } from './request.ts';
import type { Store } from './store.ts';

export interface CorsRule {
  id?: string;
  origins: string[];
  methods: string[];
  headers: string[];
  expose: string[];
  maxAge?: number;
}

/**
 * Answers a browser that asks beforehand; needs no signature, as a browser can't make one.
 * @throws S3Error AccessForbidden when no rule of the bucket allows it
 */
export function preflight(store: Store, request: S3Request): Answer {
  const { origin, 'access-control-request-method': method, 'access-control-request-headers': wanted = '' } = request.headers;
  if (origin === undefined) throw new S3Error('BadRequest', 'Insufficient information. Origin request header needed.');
  if (method === undefined) throw new S3Error('BadRequest', 'Invalid Access-Control-Request-Method: null');
  const rules = corsRules(store, request.bucket);
  if (!rules) throw forbidden('CORS is not enabled for this bucket.', method);
  const names = wanted
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  const rule = rules.find(
    (each) => allows(each, origin, method) && names.every((name) => each.headers.some((allowed) => matches(allowed, name, true))),
  );
  if (!rule) {
    const message =
      "This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";
    throw forbidden(message, method);
  }
  const headers = describe(rule, origin);
  if (names.length > 0) headers['Access-Control-Allow-Headers'] = names.join(', ');
  return { status: 200, headers };
}

/** What goes with the answer to an actual request from a page, be it an error: nothing, unless a rule allows it. */
export function corsHeaders(store: Store, request: S3Request): Record<string, string> {
  const { origin } = request.headers;
  if (origin === undefined || request.bucket === '') return {};
  const rule = corsRules(store, request.bucket)?.find((each) => allows(each, origin, request.method));
  return rule ? describe(rule, origin) : {};
}

function corsRules(store: Store, bucket: string): CorsRule[] | undefined {
  const cors = store.buckets.get(bucket)?.cors;
  return cors ? (JSON.parse(cors) as CorsRule[]) : undefined;
}

const allows = (rule: CorsRule, origin: string, method: string) =>
  rule.methods.includes(method) && rule.origins.some((allowed) => matches(allowed, origin, false));

function describe(rule: CorsRule, origin: string): Record<string, string> {
  const any = rule.origins.find((allowed) => matches(allowed, origin, false)) === '*';
  const headers: Record<string, string> = {
    'Access-Control-Allow-Origin': any ? '*' : origin,
    'Access-Control-Allow-Methods': rule.methods.join(', '),
    Vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
  if (!any) headers['Access-Control-Allow-Credentials'] = 'true';
  if (rule.expose.length > 0) headers['Access-Control-Expose-Headers'] = rule.expose.join(', ');
  if (rule.maxAge !== undefined) headers['Access-Control-Max-Age'] = String(rule.maxAge);
  return headers;
}

/** A pattern has one `*` at most. Header names know no case; origins do. */
function matches(pattern: string, value: string, ignoreCase: boolean): boolean {
  const expected = ignoreCase ? pattern.toLowerCase() : pattern;
  const star = expected.indexOf('*');
  if (star < 0) return expected === value;
  const [start, end] = [expected.slice(0, star), expected.slice(star + 1)];
  return value.length >= start.length + end.length && value.startsWith(start) && value.endsWith(end);
}

const forbidden = (message: string, method: string) =>
  new S3Error('AccessForbidden', `CORSResponse: ${message}`, { Method: method, ResourceType: 'OBJECT' });
