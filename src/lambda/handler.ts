import type { RequestListener } from 'node:http';
import type { ALBEvent, APIGatewayProxyEvent, APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { problemDocument, toProblem } from '../http/problem.ts';
import { withDeadline } from '../shared/deadline.ts';
import { Problem } from '../shared/errors.ts';
import type { Logger } from '../shared/log.ts';
import { requestIdOf } from '../shared/request-id.ts';
import { alb } from './alb.ts';
import { httpApi, restApi } from './api-gateway.ts';
import type { AppAnswer } from './app-answer.ts';
import type { FrontDoor, FrontRequest } from './front-door.ts';
import { resultWithin } from './result.ts';
import { serveWith } from './serve.ts';

/** What is left of an invocation when its answer goes out: enough to send it before Lambda cuts it off, which would be a 502. */
const MARGIN_MS = 250;

export type HttpEvent = ALBEvent | APIGatewayProxyEvent | APIGatewayProxyEventV2;
export type Invocation = Pick<Context, 'getRemainingTimeInMillis'>;

export interface HandlerOptions {
  log: Logger;
  /** What API Gateway leaves before every path: a stage, or a custom domain's mapping. Other front doors have none. */
  basePath?: string;
}

const tooLarge = ({ body }: AppAnswer, maxBytes: number) =>
  new Problem('internal', 'The answer is larger than what the way to you lets through; ask for less at once.', {
    cause: new Error(`a body of ${body.length} characters makes more than ${maxBytes} bytes of JSON`),
  });

function problemAnswer(problem: Problem, requestId: string, instance: string): AppAnswer {
  const { status, headers, body } = problemDocument(problem, { requestId, instance });
  return { statusCode: status, headers: { ...headers, 'x-request-id': requestId }, cookies: [], body, isBase64Encoded: false };
}

/**
 * The app as a Lambda function behind an ALB (in both header modes) or API Gateway (REST and HTTP APIs): the same requests, the same
 * answers, and always an answer. What is late becomes 503; what is too large for the front door, or thrown outside of the app, 500.
 */
export function lambdaHandler(app: RequestListener, { log, basePath = '' }: HandlerOptions) {
  const serve = serveWith(app);
  const doors = { rest: restApi(basePath), http: httpApi(basePath) };

  function doorOf(event: HttpEvent): FrontDoor<HttpEvent> {
    const { requestContext, version } = Object(event) as Partial<APIGatewayProxyEventV2>;
    if (requestContext && 'elb' in requestContext) return alb as FrontDoor<HttpEvent>;
    return (version === '2.0' ? doors.http : doors.rest) as FrontDoor<HttpEvent>;
  }

  const answerInTime = (request: FrontRequest, invocation: Invocation) =>
    withDeadline(invocation.getRemainingTimeInMillis() - MARGIN_MS, () => serve(request));

  return async (event: HttpEvent, invocation: Invocation): Promise<object> => {
    const door = doorOf(event);
    const toResult = (answer: AppAnswer) => door.result(answer, event);
    let request: FrontRequest | undefined;
    try {
      request = door.request(event);
      const answer = await answerInTime(request, invocation);
      const result = resultWithin(door.maxResultBytes, answer, toResult);
      if (result) return result;
      throw tooLarge(answer, door.maxResultBytes);
    } catch (error) {
      const requestId = requestIdOf(request?.headers['x-request-id']);
      log.error({ requestId, err: error }, 'not answered by the app');
      return toResult(problemAnswer(toProblem(error), requestId, request?.path ?? '/'));
    }
  };
}
