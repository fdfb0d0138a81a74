export const NAME_LENGTH = 256;
export const EMAIL_LENGTH = 320;
export const ATTRIBUTES = 50;
/** A whole user as JSON, in bytes. */
export const USER_BYTES = 64_000;
/** Users in one bulk request. */
export const BULK_USERS = 1_000;

/** Limits by the names under which clients are told them; none of them is a setting. */
export const USER_LIMITS = {
  nameLength: NAME_LENGTH,
  emailLength: EMAIL_LENGTH,
  attributes: ATTRIBUTES,
  userBytes: USER_BYTES,
  bulkUsers: BULK_USERS,
};

/** What a user may change of their own record, as far as `SELF_MAY_EDIT` lets them. */
export const EDITABLE = ['name', 'email', 'attributes'] as const;
export type EditableField = (typeof EDITABLE)[number];

export type Attributes = Record<string, string | number | boolean>;

/** A record about a person. */
export interface User {
  userId: string;
  name: string;
  email?: string | undefined;
  attributes?: Attributes | undefined;
  /** Opaque, new with every write. */
  version: string;
  updatedAt: string;
}

/** A user as somebody writes it: version and time are ours to give. */
export type UserInput = Omit<User, 'version' | 'updatedAt'>;

/** A JSON merge patch (RFC 7396): `null` removes, `attributes` are merged key by key. */
export interface UserPatch {
  name?: string | undefined;
  email?: string | null | undefined;
  attributes?: Record<string, string | number | boolean | null> | null | undefined;
}

/** A user as it is going to be stored. */
export function stamped(input: UserInput, version: string): User {
  return { ...input, version, updatedAt: new Date().toISOString() };
}

const withoutNulls = <T>(entries: Record<string, T | null>) =>
  Object.fromEntries(Object.entries(entries).filter((entry): entry is [string, T] => entry[1] !== null));

/** What a patch makes of a user. */
export function patched({ userId, name, email, attributes }: User, patch: UserPatch): UserInput {
  const merged = patch.attributes === null ? undefined : withoutNulls({ ...attributes, ...patch.attributes });
  const mail = patch.email === undefined ? email : (patch.email ?? undefined);
  return {
    userId,
    name: patch.name ?? name,
    ...(mail && { email: mail }),
    ...(merged && Object.keys(merged).length > 0 && { attributes: merged }),
  };
}
