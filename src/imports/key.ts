import { createHash } from 'node:crypto';
import type { CreatedObject } from '../shared/s3-event.ts';
import { FORMATS, type Format, type Import } from './import.ts';

const FOLDER = 'imports/';

/** Where the file of an import goes that the API made: the key carries its id. */
export const importKey = ({ importId, format, gzip }: { importId: string; format: Format; gzip: boolean }) =>
  `${FOLDER}${importId}.${format}${gzip ? '.gz' : ''}`;

/** Where its rejected rows go. No event of this folder sets anything off. */
export const rejectsKey = (importId: string) => `rejects/${importId}.ndjson`;

const OF_API = /^imports\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.[a-z.]+$/;

/** The id that a key carries if the API made the import; whether it did, the record says. */
export const importIdOfKey = (key: string) => OF_API.exec(key)?.[1];

/** Whether a key is a data file's, and no folder's marker. */
export const isDataFile = (key: string) => key.startsWith(FOLDER) && !key.endsWith('/');

const ENDINGS: Record<string, Format> = { ...Object.fromEntries(FORMATS.map((format) => [format, format])), jsonl: 'ndjson' };

/** What a key's ending says of the file: nothing for an unknown one. */
export function formatOfKey(key: string): Pick<Import, 'format' | 'gzip'> {
  const [, ending = '', gz] = /\.([a-z]+)(\.gz)?$/.exec(key.toLowerCase()) ?? [];
  const format = Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined;
  return format ? { format, ...(gz && { gzip: true }) } : {};
}

/** The id of an import that was dropped into the bucket: the same for every delivery of one event, another for each time the file is put. */
export function importIdOf({ key, eTag = '', sequencer = '' }: CreatedObject): string {
  return createHash('sha256')
    .update(JSON.stringify([key, eTag, sequencer]))
    .digest('hex')
    .slice(0, 32);
}
