import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

// SQLite compares text byte by byte, which for UTF-8 is the order S3 lists keys in.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, created INTEGER NOT NULL, cors TEXT, lifecycle TEXT) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS objects (
    bucket TEXT NOT NULL REFERENCES buckets (name), key TEXT NOT NULL, blob TEXT NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
    modified INTEGER NOT NULL, headers TEXT NOT NULL, metadata TEXT NOT NULL, checksum TEXT, PRIMARY KEY (bucket, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS uploads (
    id TEXT PRIMARY KEY, bucket TEXT NOT NULL REFERENCES buckets (name), key TEXT NOT NULL, initiated INTEGER NOT NULL,
    headers TEXT NOT NULL, metadata TEXT NOT NULL, algorithm TEXT, checksumType TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS uploads_by_key ON uploads (bucket, key, id);
  CREATE TABLE IF NOT EXISTS parts (
    upload TEXT NOT NULL REFERENCES uploads (id) ON DELETE CASCADE, number INTEGER NOT NULL, blob TEXT NOT NULL, size INTEGER NOT NULL,
    etag TEXT NOT NULL, modified INTEGER NOT NULL, checksum TEXT, PRIMARY KEY (upload, number)
  ) STRICT, WITHOUT ROWID;
`;

/**
 * Opens the index and keeps it locked: two processes on one folder would remove each other's blobs.
 * Commits survive the death of the process; a power cut may lose the last of them, but never tears one.
 * @throws Error when another process has it open
 */
export function openIndex(folder: string): DatabaseSync {
  const db = new DatabaseSync(join(folder, 'index.sqlite'), { timeout: 0 });
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;');
    db.exec(`BEGIN EXCLUSIVE; ${SCHEMA} COMMIT;`);
  } catch (cause) {
    db.close();
    if (!/database is locked/.test(String(cause))) throw cause;
    throw new Error(`The object store in ${folder} is in use by another process`, { cause });
  }
  return db;
}

/** Runs it as one transaction. SQLite is called synchronously, so nothing else of this process comes between its steps. */
export function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}
