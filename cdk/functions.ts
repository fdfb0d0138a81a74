import { Construct } from 'constructs';
import { ENV, JOB_ENV } from '../src/env-names.ts';
import { type Environment, only } from './environment.ts';
import { type Place, ServiceFunction } from './service-function.ts';
import type { Stage } from './settings.ts';
import type { StatefulStack } from './stateful.ts';

interface FunctionsProps {
  stage: Stage;
  data: StatefulStack;
  /** What all functions are told, each as far as it reads it. */
  environment: Environment;
  place?: Place | undefined;
}

/** The four functions, and all that each may do. What the code stops doing is to go from here too. */
export class Functions extends Construct {
  readonly api: ServiceFunction;
  readonly importUsers: ServiceFunction;
  readonly processPhoto: ServiceFunction;
  readonly sweep: ServiceFunction;

  constructor(scope: Construct, id: string, { stage, data, environment, place }: FunctionsProps) {
    super(scope, id);
    const shared = { stage, place, environment: only(JOB_ENV, environment) };
    this.api = new ServiceFunction(this, 'Api', { ...shared, ...stage.api, handler: 'api.handler', environment: only(ENV, environment) });
    this.importUsers = new ServiceFunction(this, 'ImportUsers', { ...shared, ...stage.importUsers, handler: 'import-users.handler' });
    this.processPhoto = new ServiceFunction(this, 'ProcessPhoto', { ...shared, ...stage.processPhoto, handler: 'process-photo.handler' });
    this.sweep = new ServiceFunction(this, 'Sweep', { ...shared, ...stage.sweep, handler: 'sweep.handler' });
    this.grantApi(data);
    this.grantImportUsers(data);
    this.grantProcessPhoto(data);
    this.grantSweep(data);
  }

  /** Listing the bucket has no condition on prefixes: without it, or with one, a key that is not there reads as 403 instead of 404. */
  private grantApi({ tables, photos, imports, secretKeys }: StatefulStack): void {
    const crud = ['GetItem', 'PutItem', 'DeleteItem'];
    this.api.useTable('USERS_TABLE', tables.users, [...crud, 'BatchGetItem', 'BatchWriteItem', 'Scan']);
    this.api.useTable('PHOTOS_TABLE', tables.photos, [...crud, 'UpdateItem', 'Query', 'BatchGetItem', 'BatchWriteItem']);
    this.api.useTable('IMPORTS_TABLE', tables.imports, ['GetItem', 'PutItem', 'Scan']);
    this.api.useTable('REQUESTS_TABLE', tables.requests, [...crud, 'UpdateItem']);
    this.api.useBucket('PHOTOS_BUCKET', photos, {
      '': ['ListBucket', 'ListBucketMultipartUploads'],
      'uploads/': ['GetObject', 'PutObject', 'DeleteObject', 'ListMultipartUploadParts', 'AbortMultipartUpload'],
      'originals/': ['GetObject', 'PutObject', 'DeleteObject'],
      'thumbnails/': ['GetObject', 'DeleteObject'],
    });
    this.api.useBucket('IMPORTS_BUCKET', imports, { '': ['ListBucket'], 'imports/': ['PutObject'], 'rejects/': ['GetObject'] });
    this.api.useSecret('SECRET_KEYS_ARN', secretKeys);
  }

  private grantImportUsers({ tables, imports }: StatefulStack): void {
    this.importUsers.useTable('USERS_TABLE', tables.users, ['BatchWriteItem']);
    this.importUsers.useTable('IMPORTS_TABLE', tables.imports, ['GetItem', 'PutItem', 'UpdateItem']);
    this.importUsers.useTable('REQUESTS_TABLE', tables.requests, ['UpdateItem']);
    this.importUsers.useBucket('IMPORTS_BUCKET', imports, {
      '': ['ListBucket'],
      'imports/': ['GetObject'],
      'rejects/': ['PutObject', 'AbortMultipartUpload'],
    });
    this.importUsers.useQueue('IMPORTS_QUEUE_URL', imports.events.queue);
  }

  private grantProcessPhoto({ tables, photos }: StatefulStack): void {
    this.processPhoto.useTable('PHOTOS_TABLE', tables.photos, ['GetItem', 'UpdateItem']);
    this.processPhoto.useTable('REQUESTS_TABLE', tables.requests, ['UpdateItem']);
    this.processPhoto.useBucket('PHOTOS_BUCKET', photos, {
      '': ['ListBucket', 'ListBucketMultipartUploads'],
      'uploads/': ['GetObject', 'DeleteObject', 'AbortMultipartUpload'],
      'originals/': ['GetObject', 'PutObject', 'DeleteObject'],
      'thumbnails/': ['PutObject', 'DeleteObject'],
    });
    this.processPhoto.useQueue('PHOTOS_QUEUE_URL', photos.events.queue);
  }

  /** It makes late thumbnails itself, and sets imports going again by their queue. */
  private grantSweep({ tables, photos, imports }: StatefulStack): void {
    this.sweep.useTable('PHOTOS_TABLE', tables.photos, ['GetItem', 'BatchGetItem', 'UpdateItem', 'DeleteItem', 'Scan']);
    this.sweep.useTable('IMPORTS_TABLE', tables.imports, ['GetItem', 'UpdateItem', 'Scan']);
    this.sweep.useTable('REQUESTS_TABLE', tables.requests, ['GetItem', 'PutItem', 'DeleteItem']);
    this.sweep.useBucket('PHOTOS_BUCKET', photos, {
      '': ['ListBucket', 'ListBucketMultipartUploads'],
      'uploads/': ['DeleteObject', 'AbortMultipartUpload'],
      'originals/': ['GetObject', 'DeleteObject'],
      'thumbnails/': ['PutObject', 'DeleteObject'],
    });
    this.sweep.useBucket('IMPORTS_BUCKET', imports, { '': ['ListBucket'], 'imports/': ['GetObject'] });
    this.sweep.useQueue('IMPORTS_QUEUE_URL', imports.events.queue);
  }
}
