import { malformed } from './row.ts';

const FIELDS = ['userId', 'name', 'email'] as const;
const REQUIRED = ['userId', 'name'];
const ATTRIBUTE = 'attributes.';

/** Makes a row's fields into the object that the API would be sent; an empty field is absent. */
export type RowMaker = (fields: string[]) => { value: unknown } | { fault: string };

/** What is wrong with a header; undefined when nothing is. */
function faultOf(header: string[]): string | undefined {
  const twice = header.find((name, index) => header.indexOf(name) !== index);
  if (twice !== undefined) return `names ${shown(twice)} twice`;
  const isKnown = (name: string) =>
    FIELDS.some((field) => field === name) || (name.startsWith(ATTRIBUTE) && name.length > ATTRIBUTE.length);
  const missing = REQUIRED.find((name) => !header.includes(name));
  if (missing) return `does not name ${missing}; it is ${shown(header.join(','))}`;
  const unknown = header.find((name) => !isKnown(name));
  return unknown === undefined ? undefined : `names ${shown(unknown)}, which is none of userId, name, email, attributes.<key>`;
}

const shown = (text: string) => `“${text.length > 100 ? `${text.slice(0, 100)}…` : text}”`;

/**
 * @param header the names of the columns: `userId`, `name`, `email`, and `attributes.<key>` for as many keys as there are, in any order.
 * @throws ImportFailure `malformed-file`
 */
export function rowMaker(header: string[]): RowMaker {
  const fault = faultOf(header);
  if (fault) throw malformed(`The header ${fault}.`);
  const attributes = header.map((name) => (name.startsWith(ATTRIBUTE) ? name.slice(ATTRIBUTE.length) : undefined));
  return (fields) => {
    if (fields.length !== header.length) return { fault: `has ${fields.length} fields, the header names ${header.length}` };
    const user: [string, unknown][] = [];
    const entries: [string, string][] = [];
    for (const [index, field] of fields.entries()) {
      if (field === '') continue;
      const key = attributes[index];
      if (key === undefined) user.push([String(header[index]), field]);
      else entries.push([key, field]);
    }
    // by entries, so that a column called attributes.__proto__ is a field like any other, and refused as one
    if (entries.length > 0) user.push(['attributes', Object.fromEntries(entries)]);
    return { value: Object.fromEntries(user) };
  };
}
