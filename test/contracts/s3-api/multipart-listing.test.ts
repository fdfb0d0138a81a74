import { CreateMultipartUploadCommand, ListMultipartUploadsCommand, ListPartsCommand, UploadPartCommand } from '@aws-sdk/client-s3';
import { useBench } from './bench.ts';
import { contract } from './known-differences.ts';

describe('listing of multipart uploads', () => {
  const bench = useBench();

  const begin = async (Key = 'a') => {
    const Bucket = await bench.bucket();
    const { UploadId } = await bench.s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const part = (PartNumber: number, Body: Buffer) => bench.s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
    return { Bucket, Key, UploadId, part };
  };

  contract('when parts are listed in pages, then each is told once, with size and etag', async () => {
    const { Bucket, Key, UploadId, part } = await begin();
    for (const number of [3, 1, 2]) await part(number, Buffer.alloc(number));
    const list = (PartNumberMarker?: string) =>
      bench.s3.send(new ListPartsCommand({ Bucket, Key, UploadId, MaxParts: 2, PartNumberMarker }));
    const first = await list();
    expect(first).toMatchObject({
      IsTruncated: true,
      NextPartNumberMarker: '2',
      Parts: [
        { PartNumber: 1, Size: 1 },
        { PartNumber: 2, Size: 2 },
      ],
    });
    const second = await list(first.NextPartNumberMarker);
    expect(second).toMatchObject({ IsTruncated: false, Parts: [{ PartNumber: 3, Size: 3 }] });
  });

  contract('when uploads are listed in pages and by prefix, then each is told once, in order', async () => {
    const { Bucket } = await begin('b');
    for (const Key of ['a/2', 'c', 'a/1']) await bench.s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const list = (input: { Prefix?: string; KeyMarker?: string; UploadIdMarker?: string; MaxUploads?: number }) =>
      bench.s3.send(new ListMultipartUploadsCommand({ Bucket, ...input }));
    const first = await list({ MaxUploads: 3 });
    expect(first.Uploads?.map(({ Key }) => Key)).toEqual(['a/1', 'a/2', 'b']);
    const second = await list({ KeyMarker: first.NextKeyMarker, UploadIdMarker: first.NextUploadIdMarker });
    expect(second.Uploads?.map(({ Key }) => Key)).toEqual(['c']);
    expect((await list({ Prefix: 'a/' })).Uploads?.map(({ Key }) => Key)).toEqual(['a/1', 'a/2']);
  });
});
