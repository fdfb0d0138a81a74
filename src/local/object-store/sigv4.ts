import { timingSafeEqual } from 'node:crypto';
import { Sha256 } from '@smithy/core/checksum';
import { ALGORITHM_IDENTIFIER, getCanonicalHeaders, SignatureV4 } from '@smithy/signature-v4';
import type { Headers, Query } from './request.ts';

export const REGION_SERVICE = 's3';

/** What a signature was made over. */
export interface SignedParts {
  method: string;
  path: string;
  query: Query;
  headers: Headers;
  signedHeaders: string[];
  payloadHash: string;
  /** `YYYYMMDDTHHMMSSZ` */
  date: string;
}

/** The AWS SDK's own signer, opened so that a request's signature can be computed over just what its sender says it signed. */
export class Signer extends SignatureV4 {
  readonly #region: string;

  constructor(accessKeyId: string, secretAccessKey: string, region: string) {
    super({ service: REGION_SERVICE, region, credentials: { accessKeyId, secretAccessKey }, sha256: Sha256, uriEscapePath: false });
    this.#region = region;
  }

  scope(date: string): string {
    return `${date.slice(0, 8)}/${this.#region}/${REGION_SERVICE}/aws4_request`;
  }

  async requestSignature(parts: SignedParts): Promise<string> {
    const names = new Set(parts.signedHeaders);
    const headers = Object.fromEntries(parts.signedHeaders.map((name) => [name, parts.headers[name] ?? '']));
    const request = { method: parts.method, path: parts.path, query: parts.query, headers, protocol: 'http:', hostname: '' };
    // `signableHeaders`: otherwise the SDK leaves out names like `cache-control` that a client did sign.
    const canonicalHeaders = getCanonicalHeaders(request, undefined, names);
    const canonicalRequest = this.createCanonicalRequest(request, canonicalHeaders, parts.payloadHash);
    const text = await this.createStringToSign(parts.date, this.scope(parts.date), canonicalRequest, ALGORITHM_IDENTIFIER);
    return this.textSignature(text, parts.date);
  }

  /** For what isn't a request: a POST policy, one chunk of a stream. */
  textSignature(text: string, date: string): Promise<string> {
    return this.sign(text, { signingDate: readDate(date) });
  }
}

/** Reads `YYYYMMDDTHHMMSSZ`; undefined when it's no such date. */
export function readDate(text: string): Date | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** Compares in constant time. */
export function sameSignature(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
