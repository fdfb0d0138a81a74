export const FORMATS = ['csv', 'json', 'ndjson'] as const;
export type Format = (typeof FORMATS)[number];

export type ImportState = 'waiting' | 'running' | 'done' | 'failed';

/** Why an import failed for good: what is said here no repetition mends. */
export type FailureCode =
  | 'unknown-format'
  | 'malformed-file'
  | 'row-too-large'
  | 'too-large'
  | 'too-many-rows'
  | 'decompression-limit'
  | 'file-changed'
  | 'file-gone'
  | 'file-unreadable'
  | 'gave-up';

/** A request that whoever has it may make for some minutes. */
export interface SignedUrl {
  url: string;
  expiresAt: string;
}

/** Limits of a data file, each a setting. */
export interface ImportLimits {
  /** Bytes of the file as it is stored. */
  importBytes: number;
  importRows: number;
  importRowBytes: number;
  /** How many times its own size a gzipped file may become. */
  importRatio: number;
}

/** How far an import is. Rows count from 1, in the order of the file. */
export interface Progress {
  /** Rows read, which is those written, those rejected and those that are on their way. */
  read: number;
  /** Rows written, also those that a later row of the file with their userId replaced. */
  written: number;
  rejected: number;
  /** Bytes of the file, as stored, that were read. */
  bytesRead: number;
  /** The checkpoint: every row up to this one is written or rejected. */
  settled: number;
}

/** One data file and how far it is loaded. Its bytes are in the bucket under `key`. */
export interface Import extends Progress {
  importId: string;
  state: ImportState;
  key: string;
  /** Absent when neither the API nor the key's ending says it. */
  format?: Format;
  gzip?: boolean;
  /** Bytes of the file as stored; as declared until it is there. */
  bytes: number;
  /** Which bytes they are, quotes taken off; absent until there are any. */
  etag?: string;
  /** The sequencer of the event that told of the file. */
  sequencer?: string;
  /** The run that is, or was, at work: only it may change the record. */
  run?: string;
  /** How often in succession a run died without getting any further. */
  crashes: number;
  error?: { code: FailureCode; detail: string };
  version: string;
  createdAt: string;
  updatedAt: string;
  startedAt?: string;
  finishedAt?: string;
}

export const isFinished = ({ state }: Pick<Import, 'state'>) => state === 'done' || state === 'failed';

/** Whether there is a file of rejected rows: it is written whole, at the end. */
export const hasRejects = (record: Import) => isFinished(record) && record.rejected > 0;

/** What ends an import: the file is at fault, or gone. Trouble of ours is any other error, and changes no record. */
export class ImportFailure extends Error {
  override readonly name = 'ImportFailure';
  readonly code: FailureCode;

  /** @param detail for people; says where. */
  constructor(code: FailureCode, detail: string) {
    super(detail);
    this.code = code;
  }
}

/** An import whose file nobody has read from yet. */
export function waitingImport(
  known: Pick<Import, 'importId' | 'key' | 'bytes'> & Pick<Partial<Import>, 'format' | 'gzip' | 'etag' | 'sequencer'>,
  version: string,
): Import {
  const now = new Date().toISOString();
  const nothingYet = { read: 0, written: 0, rejected: 0, bytesRead: 0, settled: 0, crashes: 0 };
  return { ...known, ...nothingYet, state: 'waiting', version, createdAt: now, updatedAt: now };
}
