/** The part of an S3 event that handlers read (S3 user guide, "Event message structure"). */
export interface S3Event {
  /** Absent in the `s3:TestEvent` that S3 sends when a notification is set up. */
  Records?: S3EventRecord[];
}

export interface S3EventRecord {
  eventName: string;
  s3: { bucket: { name: string }; object: { key: string; size?: number; eTag?: string; sequencer?: string } };
}

/** An object that came to be. */
export interface CreatedObject {
  /** As it is, no longer form-encoded. */
  key: string;
  bytes: number | undefined;
  eTag: string | undefined;
  /** Orders the events of one key: pad with zeros on the right, then compare as text. */
  sequencer: string | undefined;
}

/** Objects that came to be. Events have keys form-encoded: a space is `+`. */
export function createdObjects({ Records = [] }: S3Event): CreatedObject[] {
  const created = Records.filter(({ eventName }) => eventName.startsWith('ObjectCreated:'));
  return created.map(({ s3: { object } }) => ({
    key: decodeURIComponent(object.key.replaceAll('+', ' ')),
    bytes: object.size,
    eTag: object.eTag,
    sequencer: object.sequencer,
  }));
}

/** The event of an object's making, as S3 tells it. */
export function createdEvent(bucket: string, { key, bytes, eTag, sequencer }: CreatedObject): S3Event {
  const encoded = encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');
  const known = { ...(bytes !== undefined && { size: bytes }), ...(eTag !== undefined && { eTag }), ...(sequencer && { sequencer }) };
  return { Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: bucket }, object: { key: encoded, ...known } } }] };
}
