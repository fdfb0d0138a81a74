/** A record about a person. */
export interface User {
  userId: string;
  name: string;
  email?: string;
  attributes?: Record<string, string | number | boolean>;
  version: string;
  updatedAt: string;
}

/** A user as somebody writes it: version and time are ours to give. */
export type UserInput = Omit<User, 'version' | 'updatedAt'>;
