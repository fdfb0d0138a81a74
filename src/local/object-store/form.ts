import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';
import { readMessage } from './body.ts';
import { invalidArgument, S3Error } from './errors.ts';
import type { Headers } from './request.ts';

const MAX_FIELDS_BYTES = 20 * 1024;

/** The fields of a form up to its file, names in lower case; what follows the file S3 ignores. */
export interface Form {
  fields: Headers;
  filename: string;
  file: AsyncIterable<Buffer>;
}

/**
 * Reads a multipart/form-data body, streaming its file to `take`.
 * @returns what `take` makes of it, once the whole body has been read
 * @throws S3Error MalformedPOSTRequest, InvalidArgument without a file, MaxPostPreDataLengthExceededError
 */
export async function readForm<T>(message: IncomingMessage, take: (form: Form) => Promise<T>): Promise<T> {
  const parser = openParser(message);
  const fields: Headers = Object.create(null);
  let taken: Promise<T> | undefined;
  let size = 0;
  let refused = false;
  const refuse = (error: unknown) => {
    // The parser may still tell of what it has read already.
    refused = true;
    parser.destroy(error as Error);
  };
  parser.on('field', (name, value, info) => {
    if (taken) return;
    size += Buffer.byteLength(name) + Buffer.byteLength(value);
    fields[name.toLowerCase()] = value;
    if (size > MAX_FIELDS_BYTES || info.valueTruncated) {
      refuse(new S3Error('MaxPostPreDataLengthExceededError', 'Your POST request fields preceding the upload file were too large.'));
    }
  });
  parser.on('file', (name, file, info) => {
    // An error reaches whoever reads the file; without a listener, one that comes before the reader would end the process.
    file.on('error', () => {});
    if (taken || refused) {
      file.resume();
    } else if (name.toLowerCase() === 'file') {
      taken = take({ fields, filename: info.filename ?? '', file: readFile(file) });
      // Nobody reads a refused file any more, and the parser would wait for ever that somebody does.
      taken.catch(refuse);
    } else {
      refuse(new S3Error('IncorrectNumberOfFilesInPostRequest', 'POST requires exactly one file upload per request.'));
    }
  });
  try {
    await pipeline(readMessage(message), parser);
  } catch (error) {
    // Once there is a file its fate decides: what comes below it is ignored, also when it's broken.
    if (taken) return taken;
    throw error instanceof S3Error ? error : malformed(String(error));
  }
  if (!taken) throw invalidArgument('POST requires exactly one file upload per request.', 'file', '0');
  return taken;
}

function openParser(message: IncomingMessage): busboy.Busboy {
  try {
    return busboy({ headers: message.headers, defParamCharset: 'utf8', limits: { fieldSize: MAX_FIELDS_BYTES, fields: 200 } });
  } catch (error) {
    throw malformed(String(error));
  }
}

async function* readFile(file: Readable): AsyncGenerator<Buffer> {
  try {
    yield* file as AsyncIterable<Buffer>;
  } catch (error) {
    throw error instanceof S3Error ? error : malformed(String(error));
  }
}

const malformed = (cause: string) =>
  Object.assign(new S3Error('MalformedPOSTRequest', 'The body of your POST request is not well-formed multipart/form-data.'), { cause });
