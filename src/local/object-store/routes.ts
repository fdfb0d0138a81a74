import { deleteCors, deleteLifecycle, getCors, getLifecycle, putCors, putLifecycle } from './bucket-settings.ts';
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from './buckets.ts';
import { completeUpload } from './complete-upload.ts';
import { copyObject, isCopy } from './copy-object.ts';
import { deleteObject, deleteObjects } from './delete-objects.ts';
import { S3Error } from './errors.ts';
import { getObject } from './get-object.ts';
import { listObjectsV1, listObjectsV2 } from './list-objects.ts';
import { listParts, listUploads } from './list-uploads.ts';
import { abortUpload, createUpload, uploadPart } from './multipart.ts';
import type { Operation } from './operation.ts';
import { putObject } from './put-object.ts';
import { param, type S3Request } from './request.ts';

const operations: Record<string, Operation> = {
  'GET service': listBuckets,
  'PUT bucket': createBucket,
  'HEAD bucket': headBucket,
  'DELETE bucket': deleteBucket,
  'GET bucket': (call) => (param(call.request, 'list-type') === '2' ? listObjectsV2 : listObjectsV1)(call),
  'GET bucket?location': getBucketLocation,
  'POST bucket?delete': deleteObjects,
  'PUT bucket?cors': putCors,
  'GET bucket?cors': getCors,
  'DELETE bucket?cors': deleteCors,
  'PUT bucket?lifecycle': putLifecycle,
  'GET bucket?lifecycle': getLifecycle,
  'DELETE bucket?lifecycle': deleteLifecycle,
  'GET bucket?uploads': listUploads,
  'PUT object': (call) => (isCopy(call.request) ? copyObject : putObject)(call),
  'GET object': getObject,
  'HEAD object': getObject,
  'DELETE object': deleteObject,
  'POST object?uploads': createUpload,
  'PUT object?uploadId': uploadPart,
  'GET object?uploadId': listParts,
  'POST object?uploadId': completeUpload,
  'DELETE object?uploadId': abortUpload,
};

/** Query parameters that make it another operation; a request for one that isn't above must not be taken for the plain one. */
const SUBRESOURCES = [
  ...['uploadId', 'uploads', 'partNumber', 'delete', 'cors', 'lifecycle', 'location', 'acl', 'tagging', 'policy', 'policyStatus'],
  ...['versioning', 'versions', 'versionId', 'encryption', 'website', 'logging', 'notification', 'replication', 'requestPayment'],
  ...['accelerate', 'analytics', 'inventory', 'metrics', 'intelligent-tiering', 'object-lock', 'legal-hold', 'retention', 'torrent'],
  ...['restore', 'select', 'attributes', 'ownershipControls', 'publicAccessBlock', 'session', 'renameObject', 'append'],
];

/** @throws S3Error NotImplemented for what this store doesn't do, MethodNotAllowed for what nobody does */
export function findOperation(request: S3Request): Operation {
  const subresource = SUBRESOURCES.find((name) => request.query[name] !== undefined);
  const level = request.key !== '' ? 'object' : request.bucket !== '' ? 'bucket' : 'service';
  const operation = operations[`${request.method} ${level}${subresource ? `?${subresource}` : ''}`];
  if (operation) return operation;
  if (subresource) throw new S3Error('NotImplemented', `This store has no ${request.method} ?${subresource}`);
  throw new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.', { Method: request.method });
}
