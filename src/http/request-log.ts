import type { RequestHandler } from 'express';
import { type Actor, actorKey } from '../shared/actor.ts';
import type { Logger } from '../shared/log.ts';
import { requestIdOf } from '../shared/request-id.ts';

/** Gives every request an id (the caller's own when it is harmless) and leaves one line about it, without query, headers or body. */
export function requestLog(log: Logger): RequestHandler {
  return (request, response, next) => {
    const requestId = requestIdOf(request.get('x-request-id'));
    const { ip } = request; // known no more once the socket is closed
    const started = performance.now();
    response.locals.requestId = requestId;
    response.set('x-request-id', requestId);
    response.once('close', () => {
      const actor = response.locals.actor as Actor | undefined;
      log.info(
        {
          requestId,
          method: request.method,
          path: request.path,
          ip,
          status: response.statusCode,
          ms: Math.round(performance.now() - started),
          ...(actor && { actor: actorKey(actor) }),
          ...(!response.writableFinished && { brokenOff: true }),
        },
        'request',
      );
    });
    next();
  };
}
