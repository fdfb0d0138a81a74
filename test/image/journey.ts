import { photograph } from '../support/images.ts';
import type { Laptop } from './laptop.ts';

/** What both images are asked, from outside: it says what happened. */

/** Posts a form with a photo, and reads the photo's bytes back from storage. */
export async function postForm(url: string, laptop: Laptop): Promise<{ status: number; title: string; isKept: boolean }> {
  const headers = { authorization: `Bearer ${await laptop.token('--sub', 'ann')}` };
  const photo = await photograph();
  const form = new FormData();
  form.append('photo', new Blob([new Uint8Array(photo)]), 'photo.jpg');
  form.append('title', 'In a container');
  const created = await fetch(`${url}/v1/form`, { method: 'POST', headers, body: form });
  const answer = (await created.json()) as { photo: { metadata: { title: string } } };
  const original = await fetch(`${url}${created.headers.get('location')}/original?redirect=false`, { headers });
  const { url: signed } = (await original.json()) as { url: string };
  const kept = await laptop.fetchInside(signed);
  return { status: created.status, title: answer.photo?.metadata.title, isKept: kept.equals(photo) };
}
