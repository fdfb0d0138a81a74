import * as z from 'zod';
import { entries, text } from '../shared/text.ts';
import { userId } from '../shared/user-id.ts';
import { BULK_PHOTOS, METADATA_ENTRIES, METADATA_VALUE_LENGTH, STATUSES } from './photo.ts';

const FILE_NAME_LENGTH = 255;

export const photoId = z.uuid('must be a photoId: a UUID').toLowerCase();
const metadata = entries(METADATA_ENTRIES, text(0, METADATA_VALUE_LENGTH));

export const ownerParams = z.strictObject({ userId });
export const photoParams = z.strictObject({ userId, photoId });
export const listFilter = { status: z.enum(STATUSES).default('ready'), urls: z.enum(['thumbnail']).optional() };
export const downloadQuery = z.strictObject({ redirect: z.enum(['true', 'false']).default('true') });
export const metadataPatch = z.strictObject({ metadata: entries(2 * METADATA_ENTRIES, text(0, METADATA_VALUE_LENGTH).nullable()) });
export const bulkDelete = z.strictObject({ photoIds: z.array(photoId).max(BULK_PHOTOS) });

/** `userid` is taken for `userId`, because forms in the wild say so; both are one too many. */
const formFields = { userId: userId.optional(), userid: userId.optional(), metadata: metadata.default({}) };

function oneOwner<F extends z.ZodType<{ userId?: string | undefined; userid?: string | undefined }>>(form: F) {
  return form
    .refine(({ userId, userid }) => userId === undefined || userid === undefined, {
      path: ['userid'],
      message: 'says the same as userId: send one of them',
    })
    .transform(({ userid, userId = userid, ...rest }) => ({ ...rest, userId }));
}

export const jsonForm = oneOwner(z.strictObject({ ...formFields, photo: z.string('must be base64 text or a data: URL') }));

/** The text parts of a multipart form: the owner, and whatever else there is as metadata. */
export const formTexts = z.preprocess(
  ({ userId, userid, ...metadata }: Record<string, unknown>) => ({ userId, userid, metadata }),
  oneOwner(z.strictObject(formFields)),
);

/** A file's name as a client gave it: no folders, no control characters. */
export const fileName = text(1, FILE_NAME_LENGTH).regex(
  /^[^/\\\p{Cc}\u202a-\u202e\u2066-\u2069]*$/u,
  'must not have slashes, control characters or marks of writing direction',
);

export const formFile = z.object({ fileName });
