import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { handle } from 'hono/aws-lambda';
import { cors } from 'hono/cors';
import { requestId } from 'hono/request-id';
import { secureHeaders } from 'hono/secure-headers';
import { answerFor, EXPOSED, log, ORIGINS, requestIdOf } from './support.ts';

/** The middleware of `GET /v1/me`, of Hono's own parts. @param authenticate sets `jwtPayload`. */
export function honoHandler(authenticate: MiddlewareHandler) {
  const app = new Hono();
  app.use(requestId({ generator: () => requestIdOf() }));
  app.use(async (context, next) => {
    const started = performance.now();
    await next();
    const { method, path } = context.req;
    const ms = Math.round(performance.now() - started);
    log.info({ requestId: context.get('requestId'), method, path, status: context.res.status, ms }, 'request');
  });
  app.use(secureHeaders());
  app.use(cors({ origin: ORIGINS, exposeHeaders: EXPOSED, maxAge: 600 }));
  app.use(authenticate);
  app.get('/v1/me', (context: Context) => {
    const { sub, exp } = context.get('jwtPayload') as { sub: unknown; exp: unknown };
    return context.json(answerFor(sub, exp));
  });
  return handle(app);
}
