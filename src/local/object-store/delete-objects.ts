import { readDocument } from './body.ts';
import { writeConditions } from './conditions.ts';
import { S3Error } from './errors.ts';
import { type Answer, type Call, xmlAnswer } from './operation.ts';
import { children, readXml, text, type XmlNode } from './xml.ts';

const MAX_DELETES = 1000;

/** DeleteObject: deleting what isn't there succeeds. */
export async function deleteObject({ store, request }: Call): Promise<Answer> {
  store.bucket(request.bucket);
  await store.remove(request.bucket, request.key, writeConditions(request.headers), request.id);
  return { status: 204 };
}

/** DeleteObjects: each key is told of by itself; one that fails doesn't keep the others. */
export async function deleteObjects({ store, request, payload }: Call): Promise<Answer> {
  store.bucket(request.bucket);
  const document = readXml(await readDocument(request, payload, true), 'Delete');
  const wanted = children(document, 'Object').map((child) => ({ key: text(child, 'Key') ?? '', etag: text(child, 'ETag') }));
  if (wanted.length === 0 || wanted.length > MAX_DELETES || wanted.some(({ key }) => key === '')) {
    throw new S3Error('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema');
  }
  const deleted: XmlNode[] = [];
  const errors: XmlNode[] = [];
  for (const { key, etag } of wanted) {
    try {
      await store.remove(request.bucket, key, { ifMatch: etag }, request.id);
      deleted.push({ Key: key });
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      errors.push({ Key: key, Code: error.code, Message: error.message });
    }
  }
  return xmlAnswer('DeleteResult', { Deleted: text(document, 'Quiet') === 'true' ? [] : deleted, Error: errors });
}
