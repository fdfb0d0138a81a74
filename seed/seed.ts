import { readFile } from 'node:fs/promises';
import type { Services } from '../src/services.ts';
import { systemActor } from '../src/shared/actor.ts';
import type { UserInput } from '../src/users/user.ts';

interface SeedPhoto {
  photoId: string;
  userId: string;
  file: string;
  metadata: Record<string, string>;
}

const here = (file: string) => new URL(file, import.meta.url);
const readJson = async <T>(file: string) => JSON.parse(await readFile(here(file), 'utf8')) as T;

/** Adds the sample users and photos. Ids are fixed, so doing it again after a crash half way is harmless. */
export async function seed({ users, photos }: Services): Promise<{ users: number; photos: number }> {
  const actor = systemActor('seed');
  const [sampleUsers, samplePhotos] = await Promise.all([readJson<UserInput[]>('users.json'), readJson<SeedPhoto[]>('photos.json')]);
  for (const user of sampleUsers) await users.putUser(actor, user);
  for (const { photoId, file, ...form } of samplePhotos) {
    await photos.addPhoto(actor, { ...form, fileName: file, bytes: await readFile(here(`photos/${file}`)) }, photoId);
  }
  return { users: sampleUsers.length, photos: samplePhotos.length };
}
