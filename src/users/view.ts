import type { User } from './user.ts';

export function userPath(userId: string): string {
  return `/v1/users/${encodeURIComponent(userId)}`;
}

/** A user as the API shows it. */
export function userView({ userId, name, email, attributes, version, updatedAt }: User) {
  return { userId, name, ...(email !== undefined && { email }), ...(attributes && { attributes }), version, updatedAt };
}
