import * as z from 'zod';
import { FORMATS } from './import.ts';

/** What one PUT of S3's takes: larger files are dropped into the bucket in parts. */
const MOST_PUT_BYTES = 5 * 1024 ** 3;

/** A file that is going to be put. @param importBytes the most that an import may have. */
export const importInput = (importBytes: number) =>
  z.strictObject({
    format: z.enum(FORMATS),
    bytes: z.int('must be the size of the file in bytes').min(1).max(Math.min(importBytes, MOST_PUT_BYTES)),
    gzip: z.boolean().default(false),
  });
export type ImportInput = z.output<ReturnType<typeof importInput>>;

export const importParams = z.strictObject({ importId: z.string().regex(/^[0-9a-f-]{32,36}$/, 'is not an importId') });
