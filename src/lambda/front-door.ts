import type { AppAnswer } from './app-answer.ts';

/** A request, whichever front door's event told of it: as a socket would have brought it. */
export interface FrontRequest {
  method: string;
  /** Percent-encoded, as the client sent it, without the base path. */
  path: string;
  /** Percent-encoded, without `?`. */
  query: string;
  /** By lower-case name; what came more than once is merged as Node does it. */
  headers: Record<string, string>;
  /** Who reached the front door: on a socket, the other end of it. */
  clientIp: string | undefined;
  body: string;
  isBase64Encoded: boolean;
}

/** What stands between HTTP and a Lambda: it makes an event of a request, and a response of what the Lambda returns. */
export interface FrontDoor<Event = never, Result = object> {
  /** The largest result that it takes, in bytes of JSON. */
  maxResultBytes: number;
  request(event: Event): FrontRequest;
  result(answer: AppAnswer, event: Event): Result;
}
