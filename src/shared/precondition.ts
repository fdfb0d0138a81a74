/** What `If-Match` or `If-None-Match` asks (RFC 9110 §13.1): any version, or one of these. */
export type Precondition = '*' | string[];

/** Whether a precondition holds for a thing's version; an absent precondition always does. */
export function matches(precondition: Precondition | undefined, version: string): boolean {
  return precondition === undefined || precondition === '*' || precondition.includes(version);
}
