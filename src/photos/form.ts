import type { Request } from 'express';
import { type BodyReader, byContentType, json } from '../http/body.ts';
import { multipart } from '../http/multipart.ts';
import { validate } from '../http/validate.ts';
import { bodyTooLarge, invalidInput } from '../shared/errors.ts';
import { decodePhoto } from './base64.ts';
import { formFile, formTexts, jsonForm } from './input.ts';
import { METADATA_VALUE_LENGTH } from './photo.ts';

export interface FormLimits {
  bodyBytes: number;
  formPhotoBytes: number;
}

export interface Form {
  userId: string | undefined;
  bytes: Buffer;
  fileName?: string;
  metadata: Record<string, string>;
}

/** UTF-8 takes up to four bytes a character. */
const TEXT_BYTES = 4 * METADATA_VALUE_LENGTH;

/** Reads the form in either shape: JSON with the photo in base64, or multipart with it as the file part `photo`. */
export function formReader({ bodyBytes, formPhotoBytes }: FormLimits): BodyReader<Form> {
  const readJson = json(jsonForm, bodyBytes);
  const readMultipart = multipart('photo', { bodyBytes, fileBytes: formPhotoBytes, textBytes: TEXT_BYTES });

  return byContentType<Form>({
    'application/json': async (request, response) => {
      const { photo, ...form } = await readJson(request, response);
      dropBody(request);
      const bytes = decodePhoto(photo);
      if (bytes.length > formPhotoBytes) throw bodyTooLarge('The photo', formPhotoBytes);
      return { ...form, bytes };
    },
    'multipart/form-data': async (request, response) => {
      const { file, texts } = await readMultipart(request, response);
      if (!file) throw invalidInput({ path: '/photo', message: 'the file part "photo" is missing, or has no file name' });
      if (file.bytes.length === 0) throw invalidInput({ path: '/photo', message: 'is empty' });
      return { ...validate(formTexts, texts), bytes: file.bytes, ...validate(formFile, { fileName: file.name }) };
    },
  });
}

/** The parsed body holds the photo as text: it need not live as long as the request does. */
function dropBody(request: Request): void {
  request.body = undefined;
}
