import { STATUS_CODES } from 'node:http';
import type { ALBEvent, ALBResult } from 'aws-lambda';
import type { AppAnswer } from './app-answer.ts';
import type { FrontDoor } from './front-door.ts';
import { mergeHeaders, valueLists } from './headers.ts';

/** More than this makes the load balancer answer 502 ("Lambda functions as targets": 1 MB, counted on the whole JSON). */
const MAX_RESULT_BYTES = 1_000_000;

/** Parameters arrive percent-encoded, as the client wrote them; they go on as they are, malformed ones too. */
function queryOf({ queryStringParameters: single, multiValueQueryStringParameters: multi }: ALBEvent): string {
  return valueLists({ single, multi })
    .flatMap(([name, values]) => values.map((value) => `${name}=${value}`))
    .join('&');
}

/** The load balancer appends the address that reached it; what stands before that anyone can have written. */
function takeClientIp(headers: Record<string, string>): string | undefined {
  const hops = headers['x-forwarded-for']?.split(/\s*,\s*/) ?? [];
  const clientIp = hops.pop();
  if (hops.length > 0) headers['x-forwarded-for'] = hops.join(', ');
  else delete headers['x-forwarded-for'];
  return clientIp;
}

/** With one value a name, each cookie needs a name of its own: `set-cookie`, `Set-cookie`, `sEt-cookie` … are the same to browsers. */
function spell(index: number): string {
  let bits = index;
  return 'set-cookie'.replace(/[a-z]/g, (letter) => {
    const isUpper = bits % 2 === 1;
    bits >>= 1;
    return isUpper ? letter.toUpperCase() : letter;
  });
}

function headersOf({ headers, cookies }: AppAnswer, isMulti: boolean): Pick<ALBResult, 'headers' | 'multiValueHeaders'> {
  if (!isMulti) return { headers: { ...headers, ...Object.fromEntries(cookies.map((cookie, index) => [spell(index), cookie])) } };
  const multiValueHeaders = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  return { multiValueHeaders: { ...multiValueHeaders, ...(cookies.length > 0 && { 'set-cookie': cookies }) } };
}

/** An Application Load Balancer with a Lambda target group, whether it sends "multi value headers" or not. */
export const alb: FrontDoor<ALBEvent, ALBResult> = {
  maxResultBytes: MAX_RESULT_BYTES,
  request(event) {
    const headers = mergeHeaders(valueLists({ single: event.headers, multi: event.multiValueHeaders }));
    return {
      method: event.httpMethod,
      path: event.path,
      query: queryOf(event),
      clientIp: takeClientIp(headers),
      headers,
      body: event.body ?? '',
      isBase64Encoded: event.isBase64Encoded,
    };
  },
  result: (answer, { multiValueHeaders }) => ({
    statusCode: answer.statusCode,
    statusDescription: `${answer.statusCode} ${STATUS_CODES[answer.statusCode] ?? ''}`.trim(),
    ...headersOf(answer, multiValueHeaders !== undefined),
    body: answer.body,
    isBase64Encoded: answer.isBase64Encoded,
  }),
};
