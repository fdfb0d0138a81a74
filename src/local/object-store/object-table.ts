import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Checksum } from './checksums.ts';
import type { Headers } from './request.ts';

/** What the index knows of an object; its bytes are in a blob. */
export interface ObjectRecord {
  bucket: string;
  key: string;
  blob: string;
  size: number;
  /** Without quotes. */
  etag: string;
  /** Milliseconds, on a whole second: S3 knows no finer time. */
  modified: number;
  /** The kept ones: content-type, cache-control … */
  headers: Headers;
  /** User metadata, names without `x-amz-meta-`. */
  metadata: Headers;
  checksum?: Checksum;
}

type Row = Omit<ObjectRecord, 'headers' | 'metadata' | 'checksum'> & { headers: string; metadata: string; checksum: string | null };

export class ObjectTable {
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #delete: StatementSync;
  readonly #from: StatementSync;

  constructor(db: DatabaseSync) {
    this.#get = db.prepare('SELECT * FROM objects WHERE bucket = ? AND key = ?');
    this.#put = db.prepare(`INSERT OR REPLACE INTO objects (bucket, key, blob, size, etag, modified, headers, metadata, checksum)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#delete = db.prepare('DELETE FROM objects WHERE bucket = ? AND key = ?');
    this.#from = db.prepare('SELECT * FROM objects WHERE bucket = ? AND key >= ? ORDER BY key');
  }

  get(bucket: string, key: string): ObjectRecord | undefined {
    const row = this.#get.get(bucket, key) as Row | undefined;
    return row && toRecord(row);
  }

  put(record: ObjectRecord): void {
    const { bucket, key, blob, size, etag, modified, headers, metadata, checksum } = record;
    const json = [JSON.stringify(headers), JSON.stringify(metadata), checksum ? JSON.stringify(checksum) : null];
    this.#put.run(bucket, key, blob, size, etag, modified, ...json);
  }

  delete(bucket: string, key: string): void {
    this.#delete.run(bucket, key);
  }

  /** Objects from a key on, in UTF-8 byte order, read one by one as they are asked for. */
  *from(bucket: string, key: string): Generator<ObjectRecord> {
    for (const row of this.#from.iterate(bucket, key)) yield toRecord(row as Row);
  }
}

function toRecord(row: Row): ObjectRecord {
  const checksum = row.checksum === null ? undefined : (JSON.parse(row.checksum) as Checksum);
  return { ...row, headers: JSON.parse(row.headers), metadata: JSON.parse(row.metadata), checksum };
}
