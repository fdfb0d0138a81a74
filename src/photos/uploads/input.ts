import * as z from 'zod';
import { entries, text } from '../../shared/text.ts';
import { userId } from '../../shared/user-id.ts';
import { fileName, photoId } from '../input.ts';
import { METADATA_ENTRIES, METADATA_VALUE_LENGTH } from '../photo.ts';
import { METHODS } from './upload.ts';

const MOST_PARTS = 100;

const partNumber = z.int('must be a part number').min(1).max(10_000);

/** What is going to be uploaded. */
export const uploadInput = z.strictObject({
  userId: userId.optional(),
  contentType: z.string().max(255),
  bytes: z.int('must be the size of the file in bytes').min(1),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits')
    .optional(),
  fileName: fileName.optional(),
  metadata: entries(METADATA_ENTRIES, text(0, METADATA_VALUE_LENGTH)).default({}),
  method: z.enum(METHODS).optional(),
});

export const uploadParams = z.strictObject({ photoId });
/** Whose upload it is, when not the caller's. */
export const uploadQuery = z.strictObject({ userId: userId.optional() });
export const partsInput = z.strictObject({ partNumbers: z.array(partNumber).min(1).max(MOST_PARTS) });

/** What `@uppy/aws-s3` hands to `signRequest`. Its `key` and `expiresIn` are the client's wishes, which are not granted. */
export const signInput = z.strictObject({
  method: z.enum(['GET', 'PUT', 'POST', 'DELETE']),
  key: z.string().optional(),
  contentType: z.string().optional(),
  uploadId: z.string().min(1).max(1_024).optional(),
  partNumber: partNumber.optional(),
  expiresIn: z.number().optional(),
});
export type SignRequest = z.output<typeof signInput>;
