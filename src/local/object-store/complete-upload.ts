import { createHash } from 'node:crypto';
import { readDocument } from './body.ts';
import { type Checksum, checksumHeader, newDigest } from './checksums.ts';
import { checkWrite, writeConditions } from './conditions.ts';
import { checksumXml } from './copy-object.ts';
import { S3Error } from './errors.ts';
import { findUpload } from './multipart.ts';
import type { ObjectRecord } from './object-table.ts';
import { type Answer, type Call, xmlAnswer } from './operation.ts';
import { type ChosenPart, choosePart, readPartList } from './part-list.ts';
import { wholeSecond } from './put-object.ts';
import type { Headers } from './request.ts';
import type { UploadRecord } from './upload-table.ts';

const MIN_PART_BYTES = 5 * 1024 ** 2;

/** CompleteMultipartUpload: joins the listed parts; those not listed are dropped. */
export async function completeUpload(call: Call): Promise<Answer> {
  const { store, request } = call;
  const { bucket, key } = request;
  const upload = findUpload(call);
  const { promised, headers } = takeObjectChecksum(request.headers, upload);
  const document = await readDocument({ ...request, headers }, call.payload);
  const stored = new Map(store.uploads.parts(upload.id).map((part) => [part.number, part]));
  const chosen = readPartList(document).map((wanted) => choosePart(wanted, stored, upload));
  checkSizes(chosen, request.headers);
  const conditions = writeConditions(request.headers);
  checkWrite(conditions, store.objects.get(bucket, key), key);

  const { blob, checksum } = await join(call, chosen, upload, promised).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
    findUpload(call);
    throw new S3Error('InvalidPart', 'A part was replaced while the upload was being completed.', { UploadId: upload.id });
  });
  const size = chosen.reduce((sum, part) => sum + part.size, 0);
  const etag = `${createHash('md5')
    .update(Buffer.from(chosen.map((part) => part.etag).join(''), 'hex'))
    .digest('hex')}-${chosen.length}`;
  const kept = { headers: upload.headers, metadata: upload.metadata };
  const object: ObjectRecord = { bucket, key, blob, size, etag, modified: wholeSecond(), checksum, ...kept };
  const parts = store.uploads.parts(upload.id);
  await store.publish(object, conditions, 'ObjectCreated:CompleteMultipartUpload', request.id, () => {
    // Whoever completed or aborted it meanwhile was first.
    findUpload(call);
    store.uploads.remove(upload.id);
  });
  for (const part of parts) await store.blobs.remove(part.blob);
  const location = `http://${request.headers.host}${request.canonicalPath}`;
  return xmlAnswer('CompleteMultipartUploadResult', {
    Location: location,
    Bucket: bucket,
    Key: key,
    ETag: `"${etag}"`,
    ...checksumXml(object),
  });
}

/** A checksum among the headers is of the object to be, not of the document they come with. */
function takeObjectChecksum(all: Headers, upload: UploadRecord): { promised?: string; headers: Headers } {
  const isChecksum = (name: string) => name.startsWith('x-amz-checksum-') && name !== 'x-amz-checksum-type';
  const headers = Object.fromEntries(Object.entries(all).filter(([name]) => !isChecksum(name)));
  const name = Object.keys(all).find(isChecksum);
  if (name !== undefined && (!upload.algorithm || name !== checksumHeader(upload.algorithm))) {
    throw new S3Error(
      'InvalidRequest',
      `Checksum Type mismatch occurred, expected checksum Type: ${upload.algorithm}, actual header: ${name}`,
    );
  }
  return { promised: name && all[name], headers };
}

function checkSizes(parts: ChosenPart[], headers: Headers): void {
  const small = parts.slice(0, -1).find((part) => part.size < MIN_PART_BYTES);
  if (small) {
    const details = { ProposedSize: small.size, MinSizeAllowed: MIN_PART_BYTES, PartNumber: small.number, ETag: small.etag };
    throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', details);
  }
  const promised = headers['x-amz-mp-object-size'];
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  if (promised !== undefined && Number(promised) !== size) {
    throw new S3Error(
      'InvalidRequest',
      `The provided 'x-amz-mp-object-size' header value ${promised} does not match what was computed: ${size}`,
    );
  }
}

async function join({ store }: Call, parts: ChosenPart[], upload: UploadRecord, promised: string | undefined) {
  const whole = upload.algorithm && upload.checksumType === 'FULL_OBJECT' ? newDigest(upload.algorithm) : undefined;
  const blob = await store.blobs.write(
    (async function* () {
      for (const part of parts) {
        for await (const piece of store.blobs.read(part.blob)) {
          whole?.update(piece);
          yield piece;
        }
      }
    })(),
  );
  if (!upload.algorithm || !upload.checksumType) return { blob, checksum: undefined };
  const value = whole ? (await whole.digest()).toString('base64') : await composite(parts, upload.algorithm);
  const checksum: Checksum = { algorithm: upload.algorithm, type: upload.checksumType, value };
  if (promised === undefined || promised === value) return { blob, checksum };
  await store.blobs.remove(blob);
  throw new S3Error('BadDigest', `The ${upload.algorithm} you specified did not match the calculated checksum.`);
}

async function composite(parts: ChosenPart[], algorithm: Checksum['algorithm']): Promise<string> {
  const digest = newDigest(algorithm);
  for (const part of parts) digest.update(Buffer.from(part.checksum?.value ?? '', 'base64'));
  return `${(await digest.digest()).toString('base64')}-${parts.length}`;
}
