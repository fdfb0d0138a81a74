/** Of these Node keeps the first, as they can't be joined (`message.headers` in its `http` documentation). */
const SINGLETONS = new Set(
  (
    'age authorization content-length content-type etag expires from host if-modified-since if-unmodified-since last-modified ' +
    'location max-forwards proxy-authorization referer retry-after server user-agent'
  ).split(' '),
);

/**
 * Headers as Node's own server gives them: lower-case names, repeats merged.
 * @param lists every value of each name, in the order they came; names in any case.
 */
export function mergeHeaders(lists: Iterable<[name: string, values: string[]]>): Record<string, string> {
  const merged = new Map<string, string>();
  for (const [given, values] of lists) {
    const name = given.toLowerCase();
    for (const value of values) {
      const before = merged.get(name);
      if (before === undefined) merged.set(name, value);
      else if (!SINGLETONS.has(name)) merged.set(name, `${before}${name === 'cookie' ? '; ' : ', '}${value}`);
    }
  }
  return Object.fromEntries(merged);
}

/** The two ways in which events tell of headers and of query parameters: by one value, or by all of them. */
export interface Values {
  single: Record<string, string | undefined> | null | undefined;
  multi: Record<string, string[] | undefined> | null | undefined;
}

/** Every name with all of its values: the full lists where there are any. */
export function valueLists({ single, multi }: Values): [name: string, values: string[]][] {
  if (multi) return Object.entries(multi).map(([name, values]) => [name, values ?? []]);
  return Object.entries(single ?? {}).map(([name, value]) => [name, [value ?? '']]);
}
