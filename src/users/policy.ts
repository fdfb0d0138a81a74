import type { Actor, Rule } from '../shared/actor.ts';
import { Problem } from '../shared/errors.ts';
import { EDITABLE, type EditableField } from './user.ts';

export const readUser: Rule = { right: 'users:read:any', self: true };
export const writeUser: Rule = { right: 'users:write:any', self: true };
export const readAnyUser: Rule = { right: 'users:read:any', self: false };
export const writeAnyUser: Rule = { right: 'users:write:any', self: false };

/**
 * Whether an actor may change these fields: with the right, all of them; one's own, those that the installation lets people change.
 * @throws `forbidden`, naming what they may.
 */
export function permitFields(actor: Actor, fields: readonly EditableField[], selfMayEdit: readonly EditableField[]): void {
  if (actor.kind === 'system' || actor.rights.has('users:write:any')) return;
  const refused = fields.filter((field) => !selfMayEdit.includes(field));
  if (refused.length === 0) return;
  throw new Problem(
    'forbidden',
    `Of your own record you may change ${selfMayEdit.join(', ') || 'nothing'} (by PATCH), not ${refused.join(', ')}.`,
  );
}

/** A `PUT` replaces a record whole, so it touches every field, also those it leaves out. */
export const ALL_FIELDS = EDITABLE;
