import { readDocument } from './body.ts';
import { S3Error } from './errors.ts';
import { type Answer, type Call, xmlAnswer } from './operation.ts';
import { readXml, text } from './xml.ts';

export function listBuckets({ store }: Call): Answer {
  const buckets = store.buckets.all().map(({ name, created }) => ({ Name: name, CreationDate: new Date(created).toISOString() }));
  return xmlAnswer('ListAllMyBucketsResult', { Owner: { ID: 'local', DisplayName: 'local' }, Buckets: { Bucket: buckets } });
}

export async function createBucket({ store, request, payload }: Call): Promise<Answer> {
  const { bucket } = request;
  if (!/^[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]$/.test(bucket) || /^\d+\.\d+\.\d+\.\d+$/.test(bucket)) {
    throw new S3Error('InvalidBucketName', 'The specified bucket is not valid.', { BucketName: bucket });
  }
  const { region } = store.options;
  const document = request.headers['content-length'] === undefined ? '' : await readDocument(request, payload);
  const location = document === '' ? '' : text(readXml(document, 'CreateBucketConfiguration'), 'LocationConstraint');
  if (location && location !== region) {
    const message = `The ${location} location constraint is incompatible for the region specific endpoint this request was sent to.`;
    throw new S3Error('IllegalLocationConstraintException', message);
  }
  if (!store.buckets.get(bucket)) store.buckets.add(bucket, Date.now());
  // Only the oldest region forgives making one's own bucket twice.
  else if (region !== 'us-east-1') {
    const message = 'Your previous request to create the named bucket succeeded and you already own it.';
    throw new S3Error('BucketAlreadyOwnedByYou', message, { BucketName: bucket });
  }
  return { status: 200, headers: { Location: `/${bucket}` } };
}

export function headBucket({ store, request }: Call): Answer {
  store.bucket(request.bucket);
  return { status: 200, headers: { 'x-amz-bucket-region': store.options.region } };
}

export function getBucketLocation({ store, request }: Call): Answer {
  store.bucket(request.bucket);
  const { region } = store.options;
  return xmlAnswer('LocationConstraint', { '#text': region === 'us-east-1' ? '' : region });
}

/** DeleteBucket: only an empty one; unfinished uploads go with it. */
export async function deleteBucket({ store, request }: Call): Promise<Answer> {
  const { bucket } = request;
  const blobs = store.atomically(() => {
    store.bucket(bucket);
    if (!store.buckets.isEmpty(bucket)) {
      throw new S3Error('BucketNotEmpty', 'The bucket you tried to delete is not empty', { BucketName: bucket });
    }
    const left = store.uploads.removeOfBucket(bucket);
    store.buckets.remove(bucket);
    return left;
  });
  for (const blob of blobs) await store.blobs.remove(blob);
  return { status: 204 };
}
