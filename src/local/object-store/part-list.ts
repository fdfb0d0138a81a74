import { S3Error } from './errors.ts';
import type { PartRecord, UploadRecord } from './upload-table.ts';
import { children, readXml, text, type XmlNode } from './xml.ts';

export type ChosenPart = PartRecord;

interface WantedPart {
  number: number;
  etag: string;
  node: XmlNode;
}

/** Reads the parts a CompleteMultipartUpload lists. @throws S3Error MalformedXML, InvalidPartOrder */
export function readPartList(document: string): WantedPart[] {
  const malformed = new S3Error(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
  if (document === '') throw new S3Error('InvalidRequest', 'You must specify at least one part');
  const parts = children(readXml(document, 'CompleteMultipartUpload'), 'Part').map((node) => ({
    number: Number(text(node, 'PartNumber') ?? Number.NaN),
    etag: (text(node, 'ETag') ?? '').replaceAll('"', ''),
    node,
  }));
  if (parts.length === 0 || parts.some(({ number }) => !Number.isInteger(number))) throw malformed;
  if (parts.some(({ number }, index) => index > 0 && number <= (parts[index - 1]?.number ?? 0))) {
    throw new S3Error('InvalidPartOrder', 'The list of parts was not in ascending order. Parts must be ordered by part number.');
  }
  return parts;
}

/** Finds the stored part that is meant. @throws S3Error InvalidPart unless it's just that one */
export function choosePart({ number, etag, node }: WantedPart, stored: Map<number, PartRecord>, upload: UploadRecord): ChosenPart {
  const part = stored.get(number);
  const sums = Object.entries(node).filter(([name]) => name.startsWith('Checksum'));
  const wrongSum = sums.some(
    ([name, value]) => part?.checksum && name === `Checksum${part.checksum.algorithm}` && value !== part.checksum.value,
  );
  if (!part || part.etag !== etag || wrongSum) {
    const message =
      "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";
    throw new S3Error('InvalidPart', message, { UploadId: upload.id, PartNumber: number, ETag: etag });
  }
  if (upload.checksumType === 'COMPOSITE' && sums.length === 0) {
    const message = `The upload was created using a ${upload.algorithm?.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${number} in the request.`;
    throw new S3Error('InvalidRequest', message);
  }
  return part;
}
