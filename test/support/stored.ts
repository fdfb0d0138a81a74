import { GetObjectCommand, ListMultipartUploadsCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { Config } from '../../src/config.ts';

/** What is really stored, read past the app: tests look here, not only at answers. */
export class Stored {
  readonly #tables: DynamoDBDocumentClient;
  readonly #objects: S3Client;
  readonly #names: Pick<Config, 'tables' | 'buckets'>;

  constructor(tables: DynamoDBDocumentClient, objects: S3Client, names: Pick<Config, 'tables' | 'buckets'>) {
    this.#tables = tables;
    this.#objects = objects;
    this.#names = names;
  }

  async rows(table: keyof Config['tables']): Promise<Record<string, unknown>[]> {
    const rows: Record<string, unknown>[] = [];
    const pages = paginateScan({ client: this.#tables }, { TableName: this.#names.tables[table], ConsistentRead: true });
    for await (const { Items = [] } of pages) rows.push(...Items);
    return rows;
  }

  async keys(bucket: keyof Config['buckets'] = 'photos'): Promise<string[]> {
    const keys: string[] = [];
    const pages = paginateListObjectsV2({ client: this.#objects }, { Bucket: this.#names.buckets[bucket] });
    for await (const { Contents = [] } of pages) keys.push(...Contents.map(({ Key }) => String(Key)));
    return keys;
  }

  async object(key: string, bucket: keyof Config['buckets'] = 'photos') {
    const answer = await this.#objects.send(
      new GetObjectCommand({ Bucket: this.#names.buckets[bucket], Key: key, ChecksumMode: 'ENABLED' }),
    );
    return {
      bytes: Buffer.from((await answer.Body?.transformToByteArray()) ?? []),
      contentType: answer.ContentType,
      sha256: answer.ChecksumSHA256,
    };
  }

  /** Keys of multipart uploads that are not put together, as often as there is one. */
  async multipartUploads(): Promise<string[]> {
    const { Uploads = [] } = await this.#objects.send(new ListMultipartUploadsCommand({ Bucket: this.#names.buckets.photos }));
    return Uploads.map(({ Key }) => String(Key));
  }

  /** Rows of photos, keys of objects and of multipart uploads: "nothing was stored" is that this is the same before and after. */
  async everything(): Promise<{ photos: Record<string, unknown>[]; keys: string[]; multipartUploads: string[] }> {
    return { photos: await this.rows('photos'), keys: await this.keys(), multipartUploads: await this.multipartUploads() };
  }
}
