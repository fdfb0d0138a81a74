import * as z from 'zod';

const RESERVED = ['.', '..', 'me', 'bulk', 'bulk-get', 'bulk-delete'];

/**
 * A userId: 1–255 printable ASCII characters without space, `/`, `\`, `%`, `?`, `#`, so that `auth0|5f7c` is one and no path or
 * storage key can be broken out of; words that are routes are reserved.
 */
export const userId = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1–255 printable ASCII characters without spaces')
  .regex(/^[^/\\%?#]*$/, 'must not contain / \\ % ? #')
  .refine((id) => !RESERVED.includes(id), `must not be one of the reserved words ${RESERVED.join(', ')}`);
