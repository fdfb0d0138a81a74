import type { ObjectRecord } from './object-table.ts';

/** One entry of an S3 event, with the fields S3 sends: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
export interface S3EventRecord {
  eventVersion: string;
  eventSource: 'aws:s3';
  awsRegion: string;
  eventTime: string;
  /** `ObjectCreated:Put`, `ObjectRemoved:Delete` … */
  eventName: string;
  userIdentity: { principalId: string };
  requestParameters: { sourceIPAddress: string };
  responseElements: { 'x-amz-request-id': string; 'x-amz-id-2': string };
  s3: {
    s3SchemaVersion: string;
    configurationId: string;
    bucket: { name: string; ownerIdentity: { principalId: string }; arn: string };
    /** `key` is form-encoded: a space is `+`. A removed object has no size and no etag. */
    object: { key: string; size?: number; eTag?: string; sequencer: string };
  };
}

export interface S3EventMessage {
  Records: S3EventRecord[];
}

export type ObjectChange =
  | 'ObjectCreated:Put'
  | 'ObjectCreated:Post'
  | 'ObjectCreated:Copy'
  | 'ObjectCreated:CompleteMultipartUpload'
  | 'ObjectRemoved:Delete';

let lastSequence = 0n;

/** Grows with every call, also across restarts. */
function nextSequencer(): string {
  const now = BigInt(Date.now()) << 12n;
  lastSequence = now > lastSequence ? now : lastSequence + 1n;
  return lastSequence.toString(16).toUpperCase().padStart(18, '0');
}

/** @param object the record, or only its bucket and key when it has been removed */
export function eventMessage(
  eventName: ObjectChange,
  object: Pick<ObjectRecord, 'bucket' | 'key'> & Partial<ObjectRecord>,
  context: { region: string; requestId: string },
): S3EventMessage {
  const key = encodeURIComponent(object.key).replaceAll('%20', '+').replaceAll('%2F', '/');
  const content = eventName === 'ObjectRemoved:Delete' ? {} : { size: object.size, eTag: object.etag };
  const record: S3EventRecord = {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: context.region,
    eventTime: new Date().toISOString(),
    eventName,
    userIdentity: { principalId: 'local' },
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { 'x-amz-request-id': context.requestId, 'x-amz-id-2': context.requestId },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'local',
      bucket: { name: object.bucket, ownerIdentity: { principalId: 'local' }, arn: `arn:aws:s3:::${object.bucket}` },
      object: { key, ...content, sequencer: nextSequencer() },
    },
  };
  return { Records: [record] };
}
