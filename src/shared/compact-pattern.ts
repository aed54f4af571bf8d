/**
 * What classes of characters come to up to U+00FF. An engine turns `\p{L}` into some six hundred ranges wherever it stands; hundreds of patterns
 * that ask at each place whether a letter stands before it come to more code than an engine keeps compiled, and to more than twice the time.
 */
const LETTERS = String.raw`A-Za-z\xaa\xb5\xba\xc0-\xd6\xd8-\xf6\xf8-\xff`;
const NUMBERS = String.raw`0-9\xb2\xb3\xb9\xbc-\xbe`;
const UPPER = String.raw`A-Z\xc0-\xd6\xd8-\xde`;
const LOWER = String.raw`a-z\xb5\xdf-\xf6\xf8-\xff`;

/** Where case does not matter a class of one case reaches further than its own letters: those stay as they are. */
const WHATEVER_CASE: Readonly<Record<string, string>> = { L: LETTERS, N: NUMBERS };
const AS_WRITTEN: Readonly<Record<string, string>> = { ...WHATEVER_CASE, Lu: UPPER, Ll: LOWER };

/** Few characters lie beyond; only these are asked what they are, which takes ten times as long. */
const BEYOND = /[^\0-\xff]+/g;
const NOT_PLAIN = /[\p{L}\p{N}\p{M}]/u;
let last: { readonly text: string; readonly plain: boolean } = { text: '', plain: true };

/** Whether a text's letters, marks and figures all lie up to U+00FF, as in English and German; signs and quotation marks may be any. */
export function isPlain(text: string): boolean {
  // One text is looked through for many patterns in a row.
  if (text !== last.text)
    last = { text, plain: text.match(BEYOND)?.some((found) => NOT_PLAIN.test(found)) !== true };
  return last.plain;
}

const twins = new WeakMap<RegExp, RegExp>();

/** The same pattern with compact classes: on a plain text it matches exactly what the pattern does. Made once for each. */
export function withCompactClasses(pattern: RegExp): RegExp {
  const known = twins.get(pattern);
  if (known !== undefined) return known;
  const source = pattern.unicode ? compact(pattern.source, pattern.ignoreCase) : pattern.source;
  const twin = source === pattern.source ? pattern : new RegExp(source, pattern.flags);
  twins.set(pattern, twin);
  return twin;
}

/** A class of properties, any other escaped character, or where a class in brackets begins and ends. */
const TOKEN = /\\(?<sign>[pP])\{(?<name>\w+)\}|\\.|[[\]]/gsu;

function compact(source: string, ignoreCase: boolean): string {
  const classes = ignoreCase ? WHATEVER_CASE : AS_WRITTEN;
  let isInClass = false;
  return source.replace(TOKEN, (token: string, ...rest: unknown[]) => {
    if (token === '[' || token === ']') isInClass = token === '[';
    const { sign, name = '' } = rest.at(-1) as { sign?: string; name?: string };
    const ranges = classes[name];
    if (sign === undefined || ranges === undefined) return token;
    if (!isInClass) return sign === 'p' ? `[${ranges}]` : `[^${ranges}]`;
    // What a class leaves out cannot be written inside another one.
    return sign === 'p' ? ranges : token;
  });
}
