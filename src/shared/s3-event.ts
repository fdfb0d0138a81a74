/** The part of an S3 event that handlers read (S3 user guide, "Event message structure"). */
export interface S3Event {
  /** Absent in the `s3:TestEvent` that S3 sends when a notification is set up. */
  Records?: { eventName: string; s3: { bucket: { name: string }; object: { key: string } } }[];
}

/** Keys of objects that came to be. Events have them form-encoded: a space is `+`. */
export function createdKeys({ Records = [] }: S3Event): string[] {
  const created = Records.filter(({ eventName }) => eventName.startsWith('ObjectCreated:'));
  return created.map(({ s3 }) => decodeURIComponent(s3.object.key.replaceAll('+', ' ')));
}
