import type { Readable } from 'node:stream';
import type { Payload } from './payload.ts';
import type { S3Request } from './request.ts';
import type { Store } from './store.ts';
import { writeXml, type XmlNode } from './xml.ts';

/** An authenticated request, and what it is about. */
export interface Call {
  store: Store;
  request: S3Request;
  payload: Payload;
}

export interface Answer {
  status: number;
  headers?: Record<string, string | number>;
  body?: string | Readable;
}

export type Operation = (call: Call) => Answer | Promise<Answer>;

export function xmlAnswer(root: string, content: XmlNode, headers: Record<string, string> = {}): Answer {
  return { status: 200, headers: { 'Content-Type': 'application/xml', ...headers }, body: writeXml(root, content) };
}
