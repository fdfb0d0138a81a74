import type * as z from 'zod';
import type { InputFault } from './errors.ts';

/** A client may send a million wrong things; the answer names the first, and none of it at length. */
const MOST = 50;
const LONGEST = 200;

const clip = (words: string) => (words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words);

/** A JSON pointer (RFC 6901) to a place in the input. */
function pointer(path: readonly PropertyKey[]): string {
  return clip(path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')).toWellFormed();
}

function ofIssue(issue: z.core.$ZodIssue): InputFault[] {
  const path = pointer(issue.path);
  if (issue.code !== 'unrecognized_keys') return [{ path, message: clip(issue.message) }];
  return issue.keys.slice(0, MOST).map((key) => ({ path: pointer([...issue.path, key]), message: 'is an unknown field' }));
}

/** What is wrong with an input, place by place. */
export function faultsOf(error: z.ZodError): InputFault[] {
  return error.issues.slice(0, MOST).flatMap(ofIssue).slice(0, MOST);
}
