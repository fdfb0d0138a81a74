import { S3Error } from './errors.ts';
import { encoder, readCount } from './list-objects.ts';
import { findUpload } from './multipart.ts';
import { type Answer, type Call, xmlAnswer } from './operation.ts';
import { param } from './request.ts';

const MAX_ENTRIES = 1000;
const OWNER = { ID: 'local', DisplayName: 'local' };

/** ListParts. */
export function listParts(call: Call): Answer {
  const { store, request } = call;
  const upload = findUpload(call);
  const limit = Math.min(readCount(request, 'max-parts', MAX_ENTRIES), MAX_ENTRIES);
  const marker = readCount(request, 'part-number-marker', 0);
  const found = store.uploads.parts(upload.id, marker, limit + 1);
  const parts = found.slice(0, limit);
  return xmlAnswer('ListPartsResult', {
    Bucket: request.bucket,
    Key: request.key,
    UploadId: upload.id,
    Initiator: OWNER,
    Owner: OWNER,
    StorageClass: 'STANDARD',
    PartNumberMarker: marker,
    NextPartNumberMarker: found.length > limit ? parts.at(-1)?.number : undefined,
    MaxParts: limit,
    IsTruncated: found.length > limit,
    ChecksumAlgorithm: upload.algorithm ?? undefined,
    ChecksumType: upload.checksumType ?? undefined,
    Part: parts.map(({ number, etag, size, modified, checksum }) => ({
      PartNumber: number,
      LastModified: new Date(modified).toISOString(),
      ETag: `"${etag}"`,
      Size: size,
      ...(checksum ? { [`Checksum${checksum.algorithm}`]: checksum.value } : {}),
    })),
  });
}

/** ListMultipartUploads, by key and then by id. */
export function listUploads({ store, request }: Call): Answer {
  store.bucket(request.bucket);
  if (param(request, 'delimiter')) throw new S3Error('NotImplemented', 'This store does not group unfinished uploads');
  const encode = encoder(request);
  const prefix = param(request, 'prefix') ?? '';
  const [keyMarker, idMarker] = [param(request, 'key-marker') ?? '', param(request, 'upload-id-marker') ?? ''];
  const limit = Math.min(readCount(request, 'max-uploads', MAX_ENTRIES), MAX_ENTRIES);
  // Without an id the marker means every upload of that key: U+FFFF sorts behind every id.
  const found = store.uploads.page(request.bucket, prefix, keyMarker, idMarker === '' && keyMarker !== '' ? '\uffff' : idMarker, limit + 1);
  const uploads = found.slice(0, limit);
  const last = found.length > limit ? uploads.at(-1) : undefined;
  return xmlAnswer('ListMultipartUploadsResult', {
    Bucket: request.bucket,
    KeyMarker: encode(keyMarker),
    UploadIdMarker: idMarker,
    NextKeyMarker: last && encode(last.key),
    NextUploadIdMarker: last?.id,
    Prefix: encode(prefix),
    EncodingType: param(request, 'encoding-type'),
    MaxUploads: limit,
    IsTruncated: last !== undefined,
    Upload: uploads.map(({ id, key, initiated, algorithm, checksumType }) => ({
      Key: encode(key),
      UploadId: id,
      Initiator: OWNER,
      Owner: OWNER,
      StorageClass: 'STANDARD',
      Initiated: new Date(initiated).toISOString(),
      ChecksumAlgorithm: algorithm ?? undefined,
      ChecksumType: checksumType ?? undefined,
    })),
  });
}
