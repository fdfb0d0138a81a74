import type { Import, SignedUrl } from './import.ts';

export const importPath = (importId: string) => `/v1/imports/${importId}`;

/** The part of the file that is read, from 0 to 1. */
function progressOf({ state, bytes, bytesRead }: Import): number {
  if (state === 'done') return 1;
  return bytes > 0 ? Math.min(1, Math.round((bytesRead / bytes) * 1_000) / 1_000) : 0;
}

/** An import as the API shows it. @param rejects where its rejected rows can be read. */
export function importView(record: Import, rejects?: SignedUrl) {
  const { importId, state, key, format, gzip, bytes, read, written, rejected, error } = record;
  return {
    importId,
    state,
    key,
    ...(format && { format }),
    ...(gzip && { gzip }),
    bytes,
    read,
    written,
    rejected,
    progress: progressOf(record),
    ...(error && { error }),
    ...(rejects && { rejects }),
    version: record.version,
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    ...(record.startedAt && { startedAt: record.startedAt }),
    ...(record.finishedAt && { finishedAt: record.finishedAt }),
  };
}
