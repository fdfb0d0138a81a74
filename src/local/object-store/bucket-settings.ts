import { readDocument } from './body.ts';
import type { CorsRule } from './cors.ts';
import { S3Error } from './errors.ts';
import { type Answer, type Call, xmlAnswer } from './operation.ts';
import { children, readXml, text, texts, type XmlNode } from './xml.ts';

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'];
const malformed = () =>
  new S3Error('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema');

/** PutBucketCors: takes the place of all rules before. */
export async function putCors({ store, request, payload }: Call): Promise<Answer> {
  store.bucket(request.bucket);
  const document = readXml(await readDocument(request, payload, true), 'CORSConfiguration');
  const rules = children(document, 'CORSRule').map(readRule);
  if (rules.length === 0 || rules.length > 100) throw malformed();
  store.buckets.setCors(request.bucket, JSON.stringify(rules));
  return { status: 200 };
}

export function getCors({ store, request }: Call): Answer {
  const { cors } = store.bucket(request.bucket);
  if (!cors) throw new S3Error('NoSuchCORSConfiguration', 'The CORS configuration does not exist', { BucketName: request.bucket });
  const rules = (JSON.parse(cors) as CorsRule[]).map((rule) => ({
    ID: rule.id,
    AllowedOrigin: rule.origins,
    AllowedMethod: rule.methods,
    AllowedHeader: rule.headers,
    ExposeHeader: rule.expose,
    MaxAgeSeconds: rule.maxAge,
  }));
  return xmlAnswer('CORSConfiguration', { CORSRule: rules });
}

export function deleteCors({ store, request }: Call): Answer {
  store.bucket(request.bucket);
  store.buckets.setCors(request.bucket, null);
  return { status: 204 };
}

/** PutBucketLifecycleConfiguration: kept and given back, never acted on. */
export async function putLifecycle({ store, request, payload }: Call): Promise<Answer> {
  store.bucket(request.bucket);
  const document = readXml(await readDocument(request, payload, true), 'LifecycleConfiguration');
  const rules = children(document, 'Rule');
  if (rules.length === 0 || rules.some((rule) => !['Enabled', 'Disabled'].includes(text(rule, 'Status') ?? ''))) throw malformed();
  store.buckets.setLifecycle(request.bucket, JSON.stringify(rules.map(withoutBlanks)));
  return { status: 200 };
}

export function getLifecycle({ store, request }: Call): Answer {
  const { lifecycle } = store.bucket(request.bucket);
  if (lifecycle) return xmlAnswer('LifecycleConfiguration', { Rule: JSON.parse(lifecycle) });
  throw new S3Error('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist', { BucketName: request.bucket });
}

export function deleteLifecycle({ store, request }: Call): Answer {
  store.bucket(request.bucket);
  store.buckets.setLifecycle(request.bucket, null);
  return { status: 204 };
}

function readRule(node: XmlNode): CorsRule {
  const [origins, methods, headers] = [texts(node, 'AllowedOrigin'), texts(node, 'AllowedMethod'), texts(node, 'AllowedHeader')];
  if (origins.length === 0 || methods.length === 0) throw malformed();
  const unknown = methods.find((method) => !METHODS.includes(method));
  if (unknown !== undefined) {
    throw new S3Error('InvalidRequest', `Found unsupported HTTP method in CORS config. Unsupported method is ${unknown}`);
  }
  for (const [name, patterns] of [
    ['AllowedOrigin', origins],
    ['AllowedHeader', headers],
  ] as const) {
    const wild = patterns.find((pattern) => pattern.split('*').length > 2);
    if (wild !== undefined) throw new S3Error('InvalidRequest', `${name} "${wild}" can not have more than one wildcard.`);
  }
  const maxAge = text(node, 'MaxAgeSeconds');
  if (maxAge !== undefined && !/^\d+$/.test(maxAge)) throw malformed();
  const exposed = texts(node, 'ExposeHeader');
  return { id: text(node, 'ID'), origins, methods, headers, expose: exposed, maxAge: maxAge === undefined ? undefined : Number(maxAge) };
}

/** Drops the blanks between elements, which are no part of what was said. */
function withoutBlanks(node: XmlNode): XmlNode {
  const entries = Object.entries(node).filter(([name]) => name !== '#text');
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'object' && !Array.isArray(value) ? withoutBlanks(value) : value]),
  );
}
