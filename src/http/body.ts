import { isUtf8 } from 'node:buffer';
import express, { type Request, type Response } from 'express';
import type * as z from 'zod';
import { bodyTooLarge, invalidInput, Problem } from '../shared/errors.ts';
import { validate } from './validate.ts';

/** Reads one request's body and says what is in it. */
export type BodyReader<T> = (request: Request, response: Response) => Promise<T>;

/** Passes a body on to the reader for its content type. */
export function byContentType<T>(readers: Record<string, BodyReader<T>>): BodyReader<T> {
  const types = Object.keys(readers);
  return async (request, response) => {
    if (!request.headers['transfer-encoding'] && !Number(request.headers['content-length']))
      throw invalidInput({ path: '', message: 'the body is empty' });
    const type = request.is(types);
    const reader = type ? readers[type] : undefined;
    if (!reader) throw new Problem('unsupported-media-type', `Send the body as ${types.join(' or ')}, and say so in content-type.`);
    return reader(request, response);
  };
}

/** What is not UTF-8 would be bent into it silently, so it is refused. */
function isText(_request: unknown, _response: unknown, body: Buffer): void {
  if (body.length === 0) throw invalidInput({ path: '', message: 'the body is empty' });
  if (!isUtf8(body)) throw invalidInput({ path: '', message: 'the body is not UTF-8' });
}

type Parser = ReturnType<typeof express.text>;

const parsed =
  (parse: Parser, maxBytes: number): BodyReader<unknown> =>
  async (request, response) => {
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw bodyTooLarge('The body', maxBytes);
    await new Promise<void>((resolve, reject) => {
      let bytes = 0;
      // the parser would read on to the end before it says so, however far off that is
      request.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxBytes) reject(bodyTooLarge('The body', maxBytes));
      });
      parse(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
    });
    return request.body;
  };

/** Reads text (UTF-8, also gzipped) of at most `maxBytes`. @throws `body-too-large`, `unsupported-media-type` */
export function text(maxBytes: number): BodyReader<string> {
  const read = parsed(express.text({ limit: maxBytes, type: () => true, verify: isText }), maxBytes);
  return async (request, response) => String(await read(request, response));
}

/**
 * Reads JSON (UTF-8, also gzipped) of at most `maxBytes`, as `schema` has it.
 * @throws `malformed-json`, `body-too-large`, `unsupported-media-type`, `invalid-input`
 */
export function json<T extends z.ZodType>(schema: T, maxBytes: number): BodyReader<z.output<T>> {
  const read = parsed(express.json({ limit: maxBytes, strict: false, type: () => true, verify: isText }), maxBytes);
  return async (request, response) => validate(schema, await read(request, response));
}
