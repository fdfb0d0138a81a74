import { type Request, type Response, Router } from 'express';
import * as z from 'zod';
import { type Caller, ownUserId, permit, type Rule } from '../shared/actor.ts';
import { withDeadline } from '../shared/deadline.ts';
import { Problem } from '../shared/errors.ts';
import type { Precondition } from '../shared/precondition.ts';
import { type Answer, send } from './answer.ts';
import type { Authenticate } from './authenticate.ts';
import type { BodyReader } from './body.ts';
import { precondition } from './preconditions.ts';
import { validate } from './validate.ts';

const nothing = z.strictObject({});

/** A request as a route sees it: authenticated and parsed, never raw. */
export interface Call<P, Q, B> {
  actor: Caller;
  params: P;
  query: Q;
  body: B;
  ifMatch: Precondition | undefined;
  ifNoneMatch: Precondition | undefined;
  idempotencyKey: string | undefined;
}

export interface RouteSpec<P extends z.ZodType, Q extends z.ZodType, B> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As Express writes it: `/v1/users/:userId`. */
  path: string;
  /** What it takes to call it: a slice's rule, or any valid credentials. The operation checks again: other triggers call it too. */
  allow: Rule | 'any caller';
  params?: P;
  query?: Q;
  body?: BodyReader<B>;
  answer(call: Call<z.output<P>, z.output<Q>, B>): Promise<Answer> | Answer;
}

export interface Route extends Pick<RouteSpec<z.ZodType, z.ZodType, unknown>, 'method' | 'path'> {
  allow: Rule | 'any caller' | 'anyone';
  handle(request: Request, response: Response, http: RouteContext): Promise<void>;
}

export interface RouteContext {
  authenticate: Authenticate;
  /** Milliseconds a request may take, once its body has arrived. */
  requestTimeoutMs: number;
}

/** Path parameters, `me` being who calls. */
function ownParams(request: Request, actor: Caller): Record<string, unknown> {
  const params = { ...request.params };
  return params.userId === 'me' ? { ...params, userId: ownUserId(actor) } : params;
}

/** One route: authenticate, allow, parse, operate, show, in this order, so that a stranger's body is not even read. */
export function route<P extends z.ZodType = typeof nothing, Q extends z.ZodType = typeof nothing, B = undefined>(
  spec: RouteSpec<P, Q, B>,
): Route {
  const { method, path, allow } = spec;
  const paramSchema = spec.params ?? nothing;
  const querySchema = spec.query ?? nothing;
  return {
    method,
    path,
    allow,
    async handle(request, response, { authenticate, requestTimeoutMs }) {
      response.set('cache-control', 'no-store');
      const actor = await withDeadline(requestTimeoutMs, () => authenticate(request, response));
      response.locals.actor = actor;
      const params = validate(paramSchema, ownParams(request, actor)) as z.output<P>;
      const { userId } = params as { userId?: string };
      if (allow !== 'any caller' && (userId !== undefined || !allow.self)) permit(actor, allow, userId);
      const query = validate(querySchema, request.query) as z.output<Q>;
      const body = (await spec.body?.(request, response)) as B;
      const [ifMatch, ifNoneMatch] = [precondition(request, 'if-match'), precondition(request, 'if-none-match')];
      const call = { actor, params, query, body, ifMatch, ifNoneMatch, idempotencyKey: request.get('idempotency-key') };
      const answer = await withDeadline(requestTimeoutMs, async () => spec.answer(call));
      send(response, answer, ifNoneMatch);
    },
  };
}

/** A route that answers anyone, and about no one. */
export function publicRoute(path: string, answer: (request: Request, response: Response) => Promise<void> | void): Route {
  return { method: 'GET', path, allow: 'anyone', handle: async (request, response) => answer(request, response) };
}

/** All routes as one router: a path that exists answers 405 to the methods it doesn't have. */
export function mount(routes: Route[], context: RouteContext): Router {
  const router = Router({ caseSensitive: true });
  for (const [path, group] of Map.groupBy(routes, ({ path }) => path)) {
    const at = router.route(path);
    for (const { method, handle } of group)
      at[method.toLowerCase() as Lowercase<typeof method>]((request, response) => handle(request, response, context));
    const allow = group.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
    at.all(() => {
      throw new Problem('method-not-allowed', `This path takes ${allow.join(', ')}.`, { allow });
    });
  }
  return router;
}
