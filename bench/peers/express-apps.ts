import cors from 'cors';
import express, { type Express } from 'express';
import { auth } from 'express-oauth2-jwt-bearer';
import helmet from 'helmet';
import { ALGORITHM, AUDIENCE, answerFor, EXPOSED, ISSUER, log, ORIGINS, requestIdOf } from './support.ts';

/** The middleware of `GET /v1/me`, as most would write it. */
export function fullApp(): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use((request, response, next) => {
    const requestId = requestIdOf(request.get('x-request-id'));
    const started = performance.now();
    response.set('x-request-id', requestId);
    response.once('finish', () => {
      const { method, path } = request;
      log.info({ requestId, method, path, status: response.statusCode, ms: Math.round(performance.now() - started) }, 'request');
    });
    next();
  });
  app.use(helmet());
  app.use(cors({ origin: ORIGINS, exposedHeaders: EXPOSED, maxAge: 600 }));
  app.use(auth({ issuerBaseURL: ISSUER, audience: AUDIENCE, tokenSigningAlg: ALGORITHM, dpop: { enabled: false } }));
  app.get('/v1/me', (request, response) => {
    const { sub, exp } = request.auth?.payload ?? {};
    response.json(answerFor(sub, exp));
  });
  return app;
}
