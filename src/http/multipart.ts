import { Transform } from 'node:stream';
import type { Request, Response } from 'express';
import type { Options } from 'multer';
import { bodyTooLarge, invalidInput } from '../shared/errors.ts';

export interface FormLimits {
  /** Bytes of the whole body. */
  bodyBytes: number;
  fileBytes: number;
  /** Bytes of one text part. */
  textBytes: number;
}

export interface Form {
  file?: { bytes: Buffer; name: string };
  /** Text parts by name; a name that came twice has an array, which no schema of ours takes. */
  texts: Record<string, unknown>;
}

/** Passes bytes on until there are too many: a chunked body has no length that could be looked at first. */
function counter(maxBytes: number, tooMany: () => void): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > maxBytes) tooMany();
      else done(null, chunk);
    },
  });
}

function translate(error: unknown, fileField: string, limits: FormLimits): unknown {
  const { code, field } = error as { code?: string; field?: string };
  const path = field === undefined ? '' : `/${field}`;
  if (code === 'LIMIT_FILE_SIZE') return bodyTooLarge('The file', limits.fileBytes);
  if (code === 'LIMIT_FILE_COUNT') return invalidInput({ path: `/${fileField}`, message: 'there is more than one file' });
  if (code === 'LIMIT_UNEXPECTED_FILE') return invalidInput({ path, message: 'is a file part of an unexpected name, or a second file' });
  if (code === 'LIMIT_FIELD_VALUE') return invalidInput({ path, message: `is longer than ${limits.textBytes} bytes` });
  if (code === 'LIMIT_FIELD_NESTING') return invalidInput({ path, message: 'must not have [ in its name' });
  return invalidInput({
    path,
    message: `the form could not be read: ${error instanceof Error && error.name === 'MulterError' ? error.message.toLowerCase() : 'it is broken off or malformed'}`,
  });
}

/** The parser has put U+FFFD for what is not UTF-8; stored so, it would be bent silently. */
function checkUtf8(texts: unknown[]): void {
  if (texts.some((text) => String(text).includes('\ufffd'))) throw invalidInput({ path: '', message: 'the form is not UTF-8' });
}

/**
 * A reader of `multipart/form-data` (RFC 7578) with one file, in memory, under the name `fileField`.
 * @throws `body-too-large`, `invalid-input`
 */
export function multipart(fileField: string, limits: FormLimits) {
  const { bodyBytes, fileBytes, textBytes } = limits;
  return async (request: Request, response: Response): Promise<Form> => {
    const { default: multer } = await import('multer'); // not before it is needed: a cold start is shorter without
    if (Number(request.headers['content-length'] ?? 0) > bodyBytes) throw bodyTooLarge('The body', bodyBytes);
    await new Promise<void>((resolve, reject) => {
      const options: Options & { streamHandler: (request: Request, parser: NodeJS.WritableStream) => void } = {
        storage: multer.memoryStorage(),
        limits: {
          fileSize: fileBytes,
          files: 1,
          fields: 64,
          parts: 66,
          fieldSize: textBytes,
          fieldNameSize: 512,
          headerPairs: 16,
          fieldNestingDepth: 0,
        },
        defParamCharset: 'utf8',
        streamHandler: (body, parser) => {
          const counted = counter(bodyBytes, () => {
            body.unpipe(counted).resume(); // the rest is read and dropped, so that the client gets to see the answer
            reject(bodyTooLarge('The body', bodyBytes));
          });
          body.pipe(counted).pipe(parser);
        },
      };
      multer(options).single(fileField)(request, response, (error?: unknown) =>
        error ? reject(translate(error, fileField, limits)) : resolve(),
      );
    });
    const { file } = request;
    checkUtf8([...Object.entries(request.body).flat(), file?.originalname]);
    return { ...(file && { file: { bytes: file.buffer, name: file.originalname } }), texts: { ...request.body } };
  };
}
