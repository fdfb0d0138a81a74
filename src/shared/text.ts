import * as z from 'zod';

const isOutside = (value: string, min: number, max: number) => value.length < min || (value.length > max && [...value].length > max);

/** What is wrong with a text of `min`–`max` code points; undefined when nothing is. */
function faultOf(value: string, min: number, max: number): string | undefined {
  if (!value.isWellFormed()) return 'has a lone surrogate: it must be well-formed Unicode';
  return isOutside(value, min, max) ? `must be ${min}–${max} characters long` : undefined;
}

/**
 * Well-formed Unicode text of `min`–`max` code points, counted as JSON Schema's `maxLength` counts them. A lone surrogate is refused:
 * it has no UTF-8, so storage would have to bend it.
 */
export function text(min: number, max: number) {
  return z
    .string()
    .check(({ value, issues }) => {
      const message = faultOf(value, min, max);
      if (message) issues.push({ code: 'custom', message, input: value });
    })
    .meta({ minLength: min, maxLength: max });
}

const LONGEST_NAME = 64;
const NEVER_A_NAME = new Set(['__proto__', 'constructor']);

/**
 * An object of free entries, at most `max` of them, with names of 1–64 characters. Names that would reach into JavaScript's prototypes
 * count as unknown fields.
 */
export function entries<V extends z.ZodType>(max: number, value: V) {
  // names are looked at before zod is: it leaves `__proto__` out silently
  const checkNames = (input: unknown, { issues }: z.core.ParsePayload) => {
    if (typeof input !== 'object' || input === null) return input;
    const names = Object.keys(input);
    if (names.length > max) {
      issues.push({ code: 'custom', message: `must have at most ${max} entries`, input });
      return {}; // a million names are not looked at one by one
    }
    for (const name of names) {
      const fault = NEVER_A_NAME.has(name) ? 'is an unknown field' : faultOf(name, 1, LONGEST_NAME);
      if (fault) issues.push({ code: 'custom', path: [name], message: NEVER_A_NAME.has(name) ? fault : `the name ${fault}`, input });
    }
    return input;
  };
  return z.preprocess(checkNames, z.object({}).catchall(value));
}
