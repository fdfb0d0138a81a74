import type * as z from 'zod';
import { invalidInput } from '../shared/errors.ts';
import { faultsOf } from '../shared/faults.ts';

/**
 * The value as its schema types it.
 * @throws `invalid-input` naming what is wrong, place by place.
 */
export function validate<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalidInput(...faultsOf(parsed.error));
}
