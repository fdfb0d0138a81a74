import type { z } from 'zod';
import { type InputFault, invalidInput } from '../shared/errors.ts';

/** A JSON pointer (RFC 6901) to a place in the input. */
function pointer(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function faults(issue: z.core.$ZodIssue): InputFault[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: pointer([...issue.path, key]), message: `unknown field "${key}"` }));
  return [{ path: pointer(issue.path), message: issue.message }];
}

/**
 * The value as its schema types it.
 * @throws `invalid-input` naming every fault.
 */
export function validate<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalidInput(...parsed.error.issues.flatMap(faults));
}
