/** Braces, names and commas around what an answer holds, a cursor among them. */
const FRAME_BYTES = 1_000;

const jsonBytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value)) + 1;

/**
 * Measures what still fits into one answer: the function takes a thing in, or says that there is no room for it.
 * @param maxBytes of the whole answer as JSON.
 * @param besides what will stand in the answer too.
 */
export function roomOf(maxBytes: number, besides: unknown[] = []): (view: unknown) => boolean {
  let left = maxBytes - FRAME_BYTES - jsonBytes(besides);
  return (view) => {
    left -= jsonBytes(view);
    return left >= 0;
  };
}
