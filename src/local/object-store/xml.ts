import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser';
import { S3Error } from './errors.ts';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

export type XmlValue = string | number | boolean | undefined | XmlNode | XmlValue[];
export interface XmlNode {
  [name: string]: XmlValue;
}

// What XML 1.0 can't hold, or a parser would fold into a line feed, goes as a character reference, as S3 sends it.
const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapeText = (text: string) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what has to be escaped
  text.replace(/[&<>"\u0000-\u0009\u000b-\u001f]/g, (char) => escapes[char] ?? `&#x${char.charCodeAt(0).toString(16)};`);

const builder = new XMLBuilder({
  ignoreAttributes: false,
  processEntities: false,
  tagValueProcessor: (_name, value) => escapeText(String(value)),
});

// Values stay text as they came: a key of digits or of blanks is still a key. `htmlEntities` is what decodes `&#xD;`.
const parser = new XMLParser({ ignoreDeclaration: true, parseTagValue: false, trimValues: false, htmlEntities: true });

/** Writes a whole S3 answer; undefined elements are left out. */
export function writeXml(root: string, content: XmlNode, namespace = NAMESPACE): string {
  const attributes = namespace ? { '@_xmlns': namespace } : {};
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ [root]: { ...attributes, ...content } })}`;
}

/** Reads a request's document, whose root must be `root`. @throws S3Error MalformedXML */
export function readXml(text: string, root: string): XmlNode {
  const malformed = new S3Error(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
  if (text.includes('<!DOCTYPE') || XMLValidator.validate(text) !== true) throw malformed;
  const document = parser.parse(text) as XmlNode;
  const content = document[root];
  if (content === '') return {};
  if (typeof content !== 'object' || Array.isArray(content)) throw malformed;
  return content;
}

/** The child elements of that name, however many there are. */
export function children(node: XmlNode, name: string): XmlNode[] {
  const value = node[name];
  const list = value === undefined ? [] : Array.isArray(value) ? value : [value];
  return list.map((child) => (typeof child === 'object' && !Array.isArray(child) ? child : {}));
}

/** The texts of the child elements of that name. */
export function texts(node: XmlNode, name: string): string[] {
  const value = node[name];
  const list = value === undefined ? [] : Array.isArray(value) ? value : [value];
  return list.map((child) => (typeof child === 'string' ? child : ''));
}

/** The text of a single child element. */
export function text(node: XmlNode, name: string): string | undefined {
  return texts(node, name)[0];
}
