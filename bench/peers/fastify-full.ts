import awsLambdaFastify from '@fastify/aws-lambda';
import fastifyHelmet from '@fastify/helmet';
import fastifyJwt, { type TokenOrHeader } from '@fastify/jwt';
import Fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import buildGetJwks from 'get-jwks';
import { ALGORITHM, AUDIENCE, answerFor, ISSUER, log, requestIdOf } from './support.ts';

const keys = buildGetJwks({ providerDiscovery: true, issuersWhitelist: [ISSUER] });

/** The middleware of `GET /v1/me`, of Fastify's own parts, with a log of one line a request, as ours has. */
const app = Fastify({
  loggerInstance: log as FastifyBaseLogger,
  logController: new LogController({ disableRequestLogging: true }),
  requestIdHeader: 'x-request-id',
  genReqId: () => requestIdOf(),
});
await app.register(fastifyHelmet);
await app.register(fastifyJwt, {
  decode: { complete: true },
  verify: { algorithms: [ALGORITHM], allowedIss: ISSUER, allowedAud: AUDIENCE },
  secret(_request: unknown, token: TokenOrHeader) {
    const { kid = '', alg } = 'header' in token ? token.header : token;
    return keys.getPublicKey({ kid, alg, domain: ISSUER });
  },
});
app.addHook('onRequest', async (request, reply) => {
  reply.header('x-request-id', request.id);
  await request.jwtVerify();
});
app.addHook('onResponse', async ({ id: requestId, method, url: path }, { statusCode: status, elapsedTime }) => {
  log.info({ requestId, method, path, status, ms: Math.round(elapsedTime) }, 'request');
});
app.get('/v1/me', (request) => {
  const { sub, exp } = request.user as { sub: unknown; exp: unknown };
  return answerFor(sub, exp);
});
await app.ready();

export const handler = awsLambdaFastify(app, { albMultiValueHeaders: true });
