import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Checksum, ChecksumAlgorithm } from './checksums.ts';
import type { Headers } from './request.ts';

/** A multipart upload under way. */
export interface UploadRecord {
  id: string;
  bucket: string;
  key: string;
  /** Milliseconds. */
  initiated: number;
  headers: Headers;
  metadata: Headers;
  algorithm: ChecksumAlgorithm | null;
  checksumType: Checksum['type'] | null;
}

export interface PartRecord {
  upload: string;
  number: number;
  blob: string;
  size: number;
  etag: string;
  modified: number;
  checksum?: Checksum;
}

type UploadRow = Omit<UploadRecord, 'headers' | 'metadata'> & { headers: string; metadata: string };
type PartRow = Omit<PartRecord, 'checksum'> & { checksum: string | null };

export class UploadTable {
  readonly #get: StatementSync;
  readonly #add: StatementSync;
  readonly #remove: StatementSync;
  readonly #page: StatementSync;
  readonly #putPart: StatementSync;
  readonly #parts: StatementSync;
  readonly #blobsOfBucket: StatementSync;
  readonly #removeOfBucket: StatementSync;

  constructor(db: DatabaseSync) {
    this.#get = db.prepare('SELECT * FROM uploads WHERE id = ? AND bucket = ? AND key = ?');
    this.#add = db.prepare(`INSERT INTO uploads (id, bucket, key, initiated, headers, metadata, algorithm, checksumType)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#remove = db.prepare('DELETE FROM uploads WHERE id = ?');
    this.#page = db.prepare(
      'SELECT * FROM uploads WHERE bucket = ? AND (key, id) > (?, ?) AND substr(key, 1, length(?)) = ? ORDER BY key, id LIMIT ?',
    );
    this.#putPart = db.prepare(`INSERT OR REPLACE INTO parts (upload, number, blob, size, etag, modified, checksum)
      VALUES (?, ?, ?, ?, ?, ?, ?)`);
    this.#parts = db.prepare('SELECT * FROM parts WHERE upload = ? AND number > ? ORDER BY number LIMIT ?');
    this.#blobsOfBucket = db.prepare('SELECT blob FROM parts JOIN uploads ON upload = id WHERE bucket = ?');
    this.#removeOfBucket = db.prepare('DELETE FROM uploads WHERE bucket = ?');
  }

  get(id: string, bucket: string, key: string): UploadRecord | undefined {
    const row = this.#get.get(id, bucket, key) as UploadRow | undefined;
    return row && toUpload(row);
  }

  add(upload: UploadRecord): void {
    const { id, bucket, key, initiated, headers, metadata, algorithm, checksumType } = upload;
    this.#add.run(id, bucket, key, initiated, JSON.stringify(headers), JSON.stringify(metadata), algorithm, checksumType);
  }

  /** Removes it and its parts' rows; their blobs are the caller's to remove. */
  remove(id: string): void {
    this.#remove.run(id);
  }

  /** Uploads of keys with that prefix, after that key and id, ordered by both. */
  page(bucket: string, prefix: string, afterKey: string, afterId: string, limit: number): UploadRecord[] {
    return (this.#page.all(bucket, afterKey, afterId, prefix, prefix, limit) as unknown as UploadRow[]).map(toUpload);
  }

  putPart(part: PartRecord): void {
    const { upload, number, blob, size, etag, modified, checksum } = part;
    this.#putPart.run(upload, number, blob, size, etag, modified, checksum ? JSON.stringify(checksum) : null);
  }

  /** Parts after that number, in order. */
  parts(upload: string, after = 0, limit = 10_000): PartRecord[] {
    const rows = this.#parts.all(upload, after, limit) as unknown as PartRow[];
    return rows.map((row) => ({ ...row, checksum: row.checksum === null ? undefined : (JSON.parse(row.checksum) as Checksum) }));
  }

  /** Removes every upload of a bucket. @returns the blobs of their parts */
  removeOfBucket(bucket: string): string[] {
    const blobs = this.#blobsOfBucket.all(bucket).map((row) => String(row.blob));
    this.#removeOfBucket.run(bucket);
    return blobs;
  }
}

function toUpload(row: UploadRow): UploadRecord {
  return { ...row, headers: JSON.parse(row.headers), metadata: JSON.parse(row.metadata) };
}
