/** What the app answered, before a front door gives it its own shape. */
export interface AppAnswer {
  statusCode: number;
  /** By lower-case name, without `set-cookie`. */
  headers: Record<string, string>;
  /** One entry for each `Set-Cookie`, which can't be joined (RFC 6265, section 3). */
  cookies: string[];
  body: string;
  isBase64Encoded: boolean;
}

const TEXT = /^(?:text\/|application\/(?:json|javascript|xml)$|[^;]+\+(?:json|xml)$)/;

/**
 * Whether a body must go into a result as base64, because a JSON string would bend it.
 * @param headers of the response, by lower-case name.
 */
export function isBinary(headers: Record<string, unknown>): boolean {
  const [type = '', charset = ''] = String(headers['content-type'] ?? 'text/plain')
    .toLowerCase()
    .split(/\s*;\s*charset=/);
  const isText = TEXT.test(type.trim()) && (charset === '' || charset.startsWith('utf-8'));
  return !isText || (headers['content-encoding'] ?? 'identity') !== 'identity';
}
