import { ok } from '../http/answer.ts';
import { type Route, route } from '../http/route.ts';
import { callerView } from './view.ts';

/** Limits by name, as a client should know them before it sends something large. */
export type Limits = Record<string, number>;

/** Routes about who is calling. */
export function accessRoutes(limits: Limits): Route[] {
  return [route({ method: 'GET', path: '/v1/me', allow: 'any caller', answer: ({ actor }) => ok({ ...callerView(actor), limits }) })];
}
