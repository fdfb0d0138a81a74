import cors from 'cors';
import express, { type Express } from 'express';
import helmet from 'helmet';
import { accessRoutes } from './access/routes.ts';
import { healthRoutes } from './http/health.ts';
import { problemHandler } from './http/problem.ts';
import { problemPages } from './http/problem-pages.ts';
import { requestLog } from './http/request-log.ts';
import { mount, type Route } from './http/route.ts';
import { importRoutes } from './imports/routes.ts';
import { photoRoutes } from './photos/routes.ts';
import { uploadRoutes } from './photos/uploads/routes.ts';
import type { Services } from './services.ts';
import { notFound } from './shared/errors.ts';
import { bulkUserRoutes } from './users/bulk-routes.ts';
import { userRoutes } from './users/routes.ts';

const EXPOSED = ['ETag', 'Location', 'Retry-After', 'x-request-id', 'Idempotency-Replayed'];

/** Every route there is. */
export function allRoutes({
  checks,
  limits,
  toldLimits,
  photos,
  downloads,
  uploads,
  signing,
  users,
  bulkUsers,
  imports,
  idempotency,
  cursors,
}: Services): Route[] {
  return [
    ...healthRoutes(checks),
    ...problemPages(),
    ...accessRoutes(toldLimits),
    ...photoRoutes(photos, downloads, idempotency, cursors, limits),
    ...uploadRoutes(uploads, signing, idempotency, limits),
    ...bulkUserRoutes(bulkUsers, limits),
    ...importRoutes(imports, idempotency, cursors, limits),
    ...userRoutes(users, idempotency, cursors, limits),
  ];
}

/** The whole service as one Express app: what a request passes through, in this order. */
export function buildApp(services: Services): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag'); // versions are our ETags; a hash of the body is none
  app.set('query parser', 'simple');
  app.set('trust proxy', services.trustedProxies);
  app.use(requestLog(services.log));
  app.use(helmet());
  app.use(cors({ origin: services.corsOrigins, exposedHeaders: EXPOSED, maxAge: 600 }));
  app.use(mount(allRoutes(services), services));
  app.use(() => {
    throw notFound('path');
  });
  app.use(problemHandler(services.log));
  return app;
}
