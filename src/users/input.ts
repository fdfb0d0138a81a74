import * as z from 'zod';
import { entries, text } from '../shared/text.ts';
import { userId } from '../shared/user-id.ts';
import { ATTRIBUTES, BULK_USERS, EMAIL_LENGTH, NAME_LENGTH, USER_BYTES } from './user.ts';

/** What DynamoDB would keep as 0, or refuse: its numbers reach from 1e-130, the contract's from 1e-100. */
const SMALLEST = 1e-100;
/** Version and time, which the service adds to what is written. */
const STAMP_BYTES = 100;

const numeric = z
  .number('must be text, a number or a boolean')
  .refine((value) => Math.abs(value) <= Number.MAX_SAFE_INTEGER, 'must be within ±(2^53 − 1): larger ones lose digits; send it as text')
  .refine((value) => value === 0 || Math.abs(value) >= SMALLEST, 'must be 0 or at least 1e-100 away from it; send it as text');

const attribute = z.union(
  [text(0, USER_BYTES), numeric, z.boolean()],
  'must be well-formed text, a boolean, or a number from 1e-100 to 2^53 − 1',
);
const name = text(1, NAME_LENGTH);
const email = text(3, EMAIL_LENGTH).regex(/^[^\s@]+@[^\s@]+$/, 'must be an email address');
const attributes = entries(ATTRIBUTES, attribute);

const fields = { name, email: email.optional(), attributes: attributes.optional() };

export const fitsOneUser = (user: object) => Buffer.byteLength(JSON.stringify(user)) + STAMP_BYTES <= USER_BYTES;
const tooLarge = `is over ${USER_BYTES} bytes of JSON as a whole`;

/** A user as `POST`, `bulk` and imports take it. */
export const userInput = z.strictObject({ userId, ...fields }).refine(fitsOneUser, tooLarge);
/** A user as `PUT` takes it: the path says who it is, and the body may repeat it. */
export const userPut = z.strictObject({ userId: userId.optional(), ...fields }).refine(fitsOneUser, tooLarge);
export const userPatch = z.strictObject({
  name: name.optional(),
  email: email.nullable().optional(),
  attributes: entries(2 * ATTRIBUTES, attribute.nullable())
    .nullable()
    .optional(),
});

export const userParams = z.strictObject({ userId });
export const deleteQuery = z.strictObject({ photos: z.literal('delete').optional() });
/** Rows are checked one by one, so that a bad one does not stop the good ones. */
export const bulkUsers = z.strictObject({ users: z.array(z.unknown()).max(BULK_USERS) });
export const manyUserIds = z.strictObject({ userIds: z.array(userId).max(BULK_USERS) });
