import type { AppAnswer } from './app-answer.ts';

/** JSON spells a control character with six bytes; no byte of a text takes more. */
const MOST_BYTES_A_BYTE = 6;

/** Whether a result surely fits, without making the JSON of it: nearly all do. */
const surelyFits = ({ body, isBase64Encoded, headers, cookies }: AppAnswer, maxBytes: number) =>
  (body.length + JSON.stringify([headers, cookies]).length) * (isBase64Encoded ? 1 : MOST_BYTES_A_BYTE) < maxBytes / 2;

/**
 * The result of an answer that a front door takes: with the body as base64 where its text would be too much (quotes take two bytes,
 * base64 four for three).
 * @param toResult what makes a result of an answer.
 * @returns undefined when it is over `maxBytes` either way, counted on the finished JSON.
 */
export function resultWithin<Result>(maxBytes: number, answer: AppAnswer, toResult: (answer: AppAnswer) => Result): Result | undefined {
  const fits = (result: Result) => surelyFits(answer, maxBytes) || Buffer.byteLength(JSON.stringify(result)) <= maxBytes;
  const result = toResult(answer);
  if (fits(result)) return result;
  if (answer.isBase64Encoded) return undefined;
  const encoded = toResult({ ...answer, body: Buffer.from(answer.body).toString('base64'), isBase64Encoded: true });
  return fits(encoded) ? encoded : undefined;
}
