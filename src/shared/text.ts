import { z } from 'zod';

/**
 * Well-formed Unicode text of `min`–`max` code points, counted as JSON Schema's `maxLength` counts them. A lone surrogate is refused:
 * it has no UTF-8, so storage would have to bend it.
 */
export function text(min: number, max: number) {
  return z
    .string()
    .refine((value) => value.isWellFormed(), 'has a lone surrogate: it must be well-formed Unicode')
    .refine((value) => value.length >= min && (value.length <= max || [...value].length <= max), `must be ${min}–${max} characters long`)
    .meta({ minLength: min, maxLength: max });
}

const NEVER_A_KEY = ['__proto__', 'constructor'];

/** An object of free entries, at most `max` of them. Keys that would reach into JavaScript's prototypes count as unknown fields. */
export function entries<V extends z.ZodType>(max: number, value: V) {
  return z.preprocess(
    (input, context) => {
      if (typeof input !== 'object' || input === null) return input;
      for (const key of NEVER_A_KEY) {
        if (Object.hasOwn(input, key)) context.issues.push({ code: 'custom', path: [key], message: `unknown field "${key}"`, input });
      }
      return input;
    },
    z.record(text(1, 64), value).refine((record) => Object.keys(record).length <= max, `must have at most ${max} entries`),
  );
}
