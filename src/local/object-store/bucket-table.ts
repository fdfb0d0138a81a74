import type { DatabaseSync, StatementSync } from 'node:sqlite';

export interface BucketRecord {
  name: string;
  /** Milliseconds. */
  created: number;
  /** CORS rules as JSON. */
  cors: string | null;
  /** The lifecycle document as it came. */
  lifecycle: string | null;
}

export class BucketTable {
  readonly #get: StatementSync;
  readonly #all: StatementSync;
  readonly #add: StatementSync;
  readonly #remove: StatementSync;
  readonly #isEmpty: StatementSync;
  readonly #setCors: StatementSync;
  readonly #setLifecycle: StatementSync;

  constructor(db: DatabaseSync) {
    this.#get = db.prepare('SELECT * FROM buckets WHERE name = ?');
    this.#all = db.prepare('SELECT * FROM buckets ORDER BY name');
    this.#add = db.prepare('INSERT INTO buckets (name, created) VALUES (?, ?)');
    this.#remove = db.prepare('DELETE FROM buckets WHERE name = ?');
    this.#isEmpty = db.prepare('SELECT NOT EXISTS (SELECT 1 FROM objects WHERE bucket = ?) AS empty');
    this.#setCors = db.prepare('UPDATE buckets SET cors = ? WHERE name = ?');
    this.#setLifecycle = db.prepare('UPDATE buckets SET lifecycle = ? WHERE name = ?');
  }

  get(name: string): BucketRecord | undefined {
    return this.#get.get(name) as BucketRecord | undefined;
  }

  all(): BucketRecord[] {
    return this.#all.all() as unknown as BucketRecord[];
  }

  add(name: string, created: number): void {
    this.#add.run(name, created);
  }

  remove(name: string): void {
    this.#remove.run(name);
  }

  isEmpty(name: string): boolean {
    return this.#isEmpty.get(name)?.empty === 1;
  }

  setCors(name: string, cors: string | null): void {
    this.#setCors.run(cors, name);
  }

  setLifecycle(name: string, lifecycle: string | null): void {
    this.#setLifecycle.run(lifecycle, name);
  }
}
