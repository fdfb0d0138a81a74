import { randomBytes } from 'node:crypto';
import type { Client } from './client.ts';

/** Who travels, and what is to be cleared away at the end. */
export interface Journey {
  /** A signed-in person without rights beyond their own. */
  person: Client;
  /** The person's userId. */
  userId: string;
  admin: Client;
  stranger: Client;
  /** Begins every userId that is made, so that no two journeys meet, and none meets anybody's users. */
  prefix: string;
  made: { photos: Set<string>; users: Set<string> };
}

export const newPrefix = () => `journey-${randomBytes(4).toString('hex')}`;

export interface Step {
  title: string;
  walk(journey: Journey): Promise<void>;
}

/** Where a photo of the person is. */
export const photoPath = ({ userId }: Journey, photoId: string) => `/v1/users/${encodeURIComponent(userId)}/photos/${photoId}`;

const MOST_AT_ONCE = 1_000;
/** At the same thing, with a service that is busy. */
export const MOST_TRIES = 10;

/** @returns whether it is gone. */
async function removePhoto(journey: Journey, photoId: string): Promise<boolean> {
  const { person } = journey;
  await person.call('DELETE', `/v1/uploads/${photoId}`); // 409 when it is a photo by now
  await person.call('DELETE', photoPath(journey, photoId));
  return (await person.call('GET', photoPath(journey, photoId))).status === 404;
}

/**
 * Deletes users, up to a thousand, and sends again what a busy service had no time for, as it asks its clients to.
 * @returns those that were refused for another reason.
 */
export async function deleteUsers(admin: Client, userIds: string[]): Promise<string[]> {
  const refused: string[] = [];
  let rest = userIds;
  for (let tries = 0; rest.length > 0 && tries < MOST_TRIES; tries++) {
    const { body } = await admin.must(200, 'POST', '/v1/users/bulk-delete', { json: { userIds: rest } });
    const left = body.refused as { userId: string; code: string }[];
    refused.push(...left.filter(({ code }) => code !== 'unavailable').map(({ userId }) => userId));
    rest = left.filter(({ code }) => code === 'unavailable').map(({ userId }) => userId);
  }
  return [...refused, ...rest];
}

/** @returns those that are still there. */
async function removeUsers({ admin }: Journey, userIds: string[]): Promise<string[]> {
  for (const userId of await deleteUsers(admin, userIds)) await admin.call('DELETE', `/v1/users/${userId}?photos=delete`);
  const { body: found } = await admin.must(200, 'POST', '/v1/users/bulk-get', { json: { userIds } });
  return [...found.users.map(({ userId }: { userId: string }) => userId), ...found.remaining];
}

/**
 * Removes what the journey made, also what a step that failed left behind. Records of imports stay: there is no route that removes one.
 * @returns what is still there, in words.
 */
export async function cleanUp(journey: Journey): Promise<string[]> {
  const { photos, users } = journey.made;
  const left: string[] = [];
  for (const photoId of photos) {
    const isGone = await removePhoto(journey, photoId).catch(() => false);
    if (!isGone) left.push(`photo ${photoId}`);
  }
  const userIds = [...users];
  for (let at = 0; at < userIds.length; at += MOST_AT_ONCE) {
    const some = userIds.slice(at, at + MOST_AT_ONCE);
    const still = await removeUsers(journey, some).catch((error: Error) => [`users from ${some[0]} on: ${error.message}`]);
    left.push(...still);
  }
  return left;
}
