import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { Blobs } from './blobs.ts';
import { type BucketRecord, BucketTable } from './bucket-table.ts';
import { checkWrite, type WriteConditions } from './conditions.ts';
import { accessDenied, S3Error } from './errors.ts';
import { eventMessage, type ObjectChange, type S3EventMessage } from './events.ts';
import { openIndex, transaction } from './index-db.ts';
import { type ObjectRecord, ObjectTable } from './object-table.ts';
import { UploadTable } from './upload-table.ts';

export interface StoreOptions {
  region: string;
  missingKeyIs403: boolean;
  onEvent?: (event: S3EventMessage) => void;
}

/** A folder of blobs and the index that says which of them are objects. */
export class Store {
  readonly options: StoreOptions;
  readonly blobs: Blobs;
  readonly buckets: BucketTable;
  readonly objects: ObjectTable;
  readonly uploads: UploadTable;
  readonly #db: DatabaseSync;

  private constructor(db: DatabaseSync, blobs: Blobs, options: StoreOptions) {
    this.#db = db;
    this.blobs = blobs;
    this.options = options;
    this.buckets = new BucketTable(db);
    this.objects = new ObjectTable(db);
    this.uploads = new UploadTable(db);
  }

  /** Opens it, or makes it, and removes what a crash left. @throws Error when another process has it open */
  static async open(folder: string, options: StoreOptions): Promise<Store> {
    await mkdir(folder, { recursive: true });
    const db = openIndex(folder);
    const blobs = await Blobs.open(join(folder, 'blobs'));
    const used = db.prepare('SELECT blob FROM objects UNION ALL SELECT blob FROM parts').all();
    await blobs.keepOnly(new Set(used.map((row) => String(row.blob))));
    return new Store(db, blobs, options);
  }

  close(): void {
    this.#db.close();
  }

  /** Runs it as one transaction. */
  atomically<T>(work: () => T): T {
    return transaction(this.#db, work);
  }

  /** @throws S3Error NoSuchBucket */
  bucket(name: string): BucketRecord {
    const bucket = this.buckets.get(name);
    if (!bucket) throw new S3Error('NoSuchBucket', 'The specified bucket does not exist', { BucketName: name });
    return bucket;
  }

  /** @throws S3Error NoSuchBucket; NoSuchKey, or AccessDenied as to a caller who may not list */
  object(bucket: string, key: string): ObjectRecord {
    this.bucket(bucket);
    const object = this.objects.get(bucket, key);
    if (object) return object;
    if (this.options.missingKeyIs403) throw accessDenied();
    throw new S3Error('NoSuchKey', 'The specified key does not exist.', { Key: key });
  }

  /**
   * Makes a written blob the object, if the conditions hold at this very moment; removes it if they don't, and the old one if they do.
   * @param also further changes to the index that belong to the same transaction
   */
  async publish(
    object: ObjectRecord,
    conditions: WriteConditions,
    change: ObjectChange,
    requestId: string,
    also: () => void = () => {},
  ): Promise<void> {
    let old: ObjectRecord | undefined;
    try {
      old = this.atomically(() => {
        this.bucket(object.bucket);
        const current = this.objects.get(object.bucket, object.key);
        checkWrite(conditions, current, object.key);
        also();
        this.objects.put(object);
        return current;
      });
    } catch (error) {
      await this.blobs.remove(object.blob);
      throw error;
    }
    this.tell(change, object, requestId);
    await this.blobs.remove(old?.blob);
  }

  /** Removes an object, if it's there and the conditions hold. */
  async remove(bucket: string, key: string, conditions: WriteConditions, requestId: string): Promise<void> {
    const old = this.atomically(() => {
      const current = this.objects.get(bucket, key);
      checkWrite(conditions, current, key);
      this.objects.delete(bucket, key);
      return current;
    });
    if (old) this.tell('ObjectRemoved:Delete', { bucket, key }, requestId);
    await this.blobs.remove(old?.blob);
  }

  /** Hands the event on when the current request is through with its step: a throwing listener is not the request's fault. */
  tell(change: ObjectChange, object: Parameters<typeof eventMessage>[1], requestId: string): void {
    const { onEvent, region } = this.options;
    if (!onEvent) return;
    const message = eventMessage(change, object, { region, requestId });
    setImmediate(() => onEvent(message));
  }
}
