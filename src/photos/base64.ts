import { invalidInput } from '../shared/errors.ts';

const bad = (message: string) => invalidInput({ path: '/photo', message });

/** What comes before the data in `data:image/png;base64,…`; its media type is not believed. */
const DATA_URL = /^data:[^,]{0,255};base64,/i;
const ALPHABET = /^[A-Za-z0-9+/]*(={0,2})$/;

/**
 * The bytes of a photo written as standard base64 (RFC 4648 §4), with or without padding, line breaks ignored, or as a `data:` URL.
 * @throws `invalid-input` for anything else: what a lenient decoder skips would be a silently different photo.
 */
export function decodePhoto(written: string): Buffer {
  const isDataUrl = written.slice(0, 5).toLowerCase() === 'data:';
  const prefix = isDataUrl ? DATA_URL.exec(written.slice(0, 300))?.[0] : '';
  if (prefix === undefined) throw bad('is a data: URL, but not one in base64');
  const encoded = /[\r\n]/.test(written) ? written.slice(prefix.length).replace(/[\r\n]+/g, '') : written.slice(prefix.length);
  const padding = ALPHABET.exec(encoded)?.[1];
  if (padding === undefined) throw bad('has characters that are not base64: A–Z, a–z, 0–9, + and / are');
  const rest = (encoded.length - padding.length) % 4;
  if (rest === 1 || (padding && (rest + padding.length) % 4 !== 0)) throw bad('is cut off: base64 comes in groups of four characters');
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length === 0) throw bad('is empty');
  // bits left over in the last character must be zero, or two texts would be one photo
  const end = rest === 0 ? 0 : rest - 1;
  const last = encoded.slice(encoded.length - padding.length - rest, encoded.length - padding.length);
  if (end > 0 && bytes.subarray(-end).toString('base64').slice(0, rest) !== last) throw bad('ends in bits that belong to no byte');
  return bytes;
}
