import * as z from 'zod';
import type { S3Event } from '../shared/s3-event.ts';

const object = z.looseObject({
  key: z.string(),
  size: z.number().optional(),
  eTag: z.string().optional(),
  sequencer: z.string().optional(),
});
const record = z.looseObject({
  eventName: z.string(),
  s3: z.looseObject({ bucket: z.looseObject({ name: z.string() }), object }),
});
const event = z.union([z.looseObject({ Records: z.array(record) }), z.looseObject({ Event: z.literal('s3:TestEvent') })]);

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new Error('The message is no S3 event: it is not JSON.', { cause: error });
  }
}

/**
 * The S3 event that is a message's body; undefined when it is the test that S3 sends as a notification is set up.
 * @throws Error when it is anything else.
 */
export function s3EventOf(body: string): S3Event | undefined {
  const parsed = event.safeParse(parse(body));
  if (!parsed.success) throw new Error('The message is no S3 event: it has no Records of objects.');
  return 'Records' in parsed.data ? (parsed.data as S3Event) : undefined;
}
