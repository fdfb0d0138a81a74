/** What the tables and buckets are like, on every engine. It imports nothing, so that the infrastructure's code can share it. */

export interface TableShape {
  partition: string;
  sort?: string;
  /** The attribute with the second at which an item may go. */
  ttl?: string;
}

/** Every table's shape; all of its other attributes are free. */
export const TABLES = {
  users: { partition: 'userId' },
  photos: { partition: 'userId', sort: 'photoId', ttl: 'expiresAt' },
  imports: { partition: 'importId' },
  requests: { partition: 'requestKey', ttl: 'expiresAt' },
} satisfies Record<string, TableShape>;

/** How long bytes that became no photo are kept: as long as the row that waits for them. */
export const QUARANTINE_DAYS = 7;

/** After how many days objects go by themselves. Data files and their rejects are full of personal data, and loaded by then. */
export const EXPIRING = {
  photos: { 'uploads/': QUARANTINE_DAYS },
  imports: { 'imports/': 30, 'rejects/': 30 },
} satisfies Record<string, Record<string, number>>;

/** What browsers may do across origins, and see of the answers: everything that a signed request of ours makes them send. */
export const BUCKET_CORS = {
  methods: ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'],
  headers: ['content-type', 'if-none-match', 'x-amz-checksum-sha256', 'range'],
  exposed: ['ETag', 'Location', 'Content-Disposition'],
  maxAgeSeconds: 600,
};
