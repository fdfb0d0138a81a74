import { randomBytes } from 'node:crypto';
import { openBody } from './body.ts';
import { type Checksum, type ChecksumAlgorithm, isAlgorithm } from './checksums.ts';
import { invalidArgument, notImplemented, S3Error } from './errors.ts';
import { readObjectHeaders } from './object-headers.ts';
import { type Answer, type Call, xmlAnswer } from './operation.ts';
import { wholeSecond, writtenHeaders } from './put-object.ts';
import { type Headers, param } from './request.ts';
import type { PartRecord, UploadRecord } from './upload-table.ts';

const MAX_PARTS = 10_000;

/** CreateMultipartUpload: what is kept beside the object is said now, not at the end. */
export function createUpload({ store, request }: Call): Answer {
  const { bucket, key } = request;
  store.bucket(bucket);
  const kept = readObjectHeaders(request.headers);
  const { algorithm, checksumType } = readChecksumChoice(request.headers);
  const id = randomBytes(32).toString('base64url');
  store.uploads.add({ id, bucket, key, initiated: Date.now(), algorithm, checksumType, ...kept });
  const headers: Record<string, string> = {};
  if (algorithm && checksumType) Object.assign(headers, { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': checksumType });
  return xmlAnswer('InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId: id }, headers);
}

/** UploadPart: a part sent again replaces the one before. */
export async function uploadPart(call: Call): Promise<Answer> {
  const { store, request, payload } = call;
  if (request.headers['x-amz-copy-source'] !== undefined) throw notImplemented('x-amz-copy-source');
  const upload = findUpload(call);
  const number = Number(param(request, 'partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > MAX_PARTS) {
    const value = param(request, 'partNumber') ?? '';
    throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive', 'partNumber', value);
  }
  const body = openBody(request, payload);
  const blob = await store.blobs.write(body);
  const { size, md5: etag, checksum } = body;
  const part: PartRecord = { upload: upload.id, number, blob, size, etag, modified: wholeSecond(), checksum };
  let old: PartRecord | undefined;
  try {
    checkPartChecksum(upload, checksum);
    old = store.atomically(() => {
      // Aborted or completed while the part was on its way?
      findUpload(call);
      const [current] = store.uploads.parts(upload.id, number - 1, 1);
      store.uploads.putPart(part);
      return current?.number === number ? current : undefined;
    });
  } catch (error) {
    await store.blobs.remove(blob);
    throw error;
  }
  await store.blobs.remove(old?.blob);
  const { 'x-amz-checksum-type': _type, ...headers } = writtenHeaders(part);
  return { status: 200, headers };
}

/** AbortMultipartUpload. */
export async function abortUpload(call: Call): Promise<Answer> {
  const { store } = call;
  const parts = store.atomically(() => {
    const upload = findUpload(call);
    const left = store.uploads.parts(upload.id);
    store.uploads.remove(upload.id);
    return left;
  });
  for (const { blob } of parts) await store.blobs.remove(blob);
  return { status: 204 };
}

/** @throws S3Error NoSuchUpload, also when the id belongs to another key */
export function findUpload({ store, request }: Pick<Call, 'store' | 'request'>): UploadRecord {
  store.bucket(request.bucket);
  const id = param(request, 'uploadId') ?? '';
  const upload = store.uploads.get(id, request.bucket, request.key);
  if (upload) return upload;
  const message = 'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.';
  throw new S3Error('NoSuchUpload', message, { UploadId: id });
}

function readChecksumChoice(headers: Headers): { algorithm: ChecksumAlgorithm | null; checksumType: Checksum['type'] | null } {
  const algorithm = headers['x-amz-checksum-algorithm'];
  const type = headers['x-amz-checksum-type'];
  if (algorithm === undefined) {
    if (type !== undefined)
      throw new S3Error('InvalidRequest', 'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.');
    return { algorithm: null, checksumType: null };
  }
  if (!isAlgorithm(algorithm)) throw new S3Error('InvalidRequest', 'Checksum algorithm provided is unsupported.');
  const usual = algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE';
  const chosen = type ?? usual;
  const impossible = algorithm === 'CRC64NVME' ? 'COMPOSITE' : algorithm.startsWith('SHA') ? 'FULL_OBJECT' : undefined;
  if ((chosen !== 'COMPOSITE' && chosen !== 'FULL_OBJECT') || chosen === impossible) {
    throw new S3Error(
      'InvalidRequest',
      `The ${chosen} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  }
  return { algorithm, checksumType: chosen };
}

function checkPartChecksum(upload: UploadRecord, checksum: Checksum | undefined): void {
  if (upload.algorithm === null || upload.algorithm === checksum?.algorithm) return;
  if (checksum === undefined && upload.checksumType === 'FULL_OBJECT') return;
  const types = [upload.algorithm, checksum?.algorithm ?? 'null'].map((name) => name.toLowerCase());
  throw new S3Error(
    'InvalidRequest',
    `Checksum Type mismatch occurred, expected checksum Type: ${types[0]}, actual checksum Type: ${types[1]}`,
  );
}
