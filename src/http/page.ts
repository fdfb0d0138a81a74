import * as z from 'zod';
import { type Actor, actorKey } from '../shared/actor.ts';
import type { Cursors } from './cursor.ts';
import { roomOf } from './room.ts';

const LONGEST_PAGE = 100;
const USUAL_PAGE = 25;

/** The query of every list, beside its own filters. */
export const pageQuery = {
  limit: z
    .string()
    .regex(/^\d{1,3}$/, `must be a whole number from 1 to ${LONGEST_PAGE}`)
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= LONGEST_PAGE, `must be from 1 to ${LONGEST_PAGE}`)
    .default(USUAL_PAGE),
  cursor: z.string().optional(),
};

export interface Page<T> {
  items: T[];
  next: string | null;
}

interface List<T> {
  actor: Actor;
  route: string;
  /** What makes another query: filters and whose, but not how many a page. */
  query: unknown;
  cursor: string | undefined;
  /** Reads on after a position; each item with its own, `next` absent at the end. */
  read(after: string | undefined): Promise<{ items: { view: T; position: string }[]; next?: string | undefined }>;
}

/**
 * A page of a list. It stops early rather than pass `maxBytes` of JSON, but always holds one item when there is one.
 * @throws `invalid-input` for a cursor that is not of this list and actor.
 */
export async function readPage<T>(cursors: Cursors, maxBytes: number, { actor, route, query, cursor, read }: List<T>): Promise<Page<T>> {
  const scope = { route, query, actor: actorKey(actor) };
  const { items, next } = await read(cursor === undefined ? undefined : cursors.open(cursor, scope));
  const hasRoom = roomOf(maxBytes);
  const fitting: T[] = [];
  for (const { view } of items) {
    if (!hasRoom(view) && fitting.length > 0) break;
    fitting.push(view);
  }
  const end = fitting.length < items.length ? items[fitting.length - 1]?.position : next;
  return { items: fitting, next: end === undefined ? null : cursors.seal(end, scope) };
}
