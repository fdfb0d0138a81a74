import type { Request } from 'express';
import { invalidInput } from '../shared/errors.ts';
import type { Precondition } from '../shared/precondition.ts';

const ENTITY_TAG = /^(W\/)?"([\x21\x23-\x7e]*)"$/;

/**
 * `If-Match` or `If-None-Match` (RFC 9110 §13.1).
 * @throws `invalid-input` for what is neither `*` nor a list of quoted entity tags.
 */
export function precondition(request: Request, name: 'if-match' | 'if-none-match'): Precondition | undefined {
  const header = request.get(name)?.trim();
  if (header === undefined || header === '*') return header;
  return header.split(',').flatMap((tag) => {
    const [, weak, version] = ENTITY_TAG.exec(tag.trim()) ?? [];
    if (version === undefined) throw invalidInput({ path: '', message: `${name} must be * or quoted versions, as ETag gave them` });
    return weak && name === 'if-match' ? [] : [version]; // If-Match compares strongly: a weak tag matches nothing
  });
}
