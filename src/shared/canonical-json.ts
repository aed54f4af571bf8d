/** What canonical JSON can hold: no undefined members inside arrays, no NaN, no bigint, no dates. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/**
 * Canonical JSON: members sorted by code unit, no white space, numbers as ECMAScript prints them, members whose value is
 * `undefined` left out (RFC 8785 for the values used here). The same value always gives the same bytes, so it can be hashed,
 * signed and compared.
 * @throws TypeError for a value JSON cannot hold (NaN, infinities, bigint, functions), naming its path.
 */
export function canonicalJson(value: unknown): string {
  return write(value, '$');
}

function write(value: unknown, path: string): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.isWellFormed() ? value : value.toWellFormed());
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`canonical JSON cannot hold ${value} at ${path}`);
      return JSON.stringify(value);
    case 'object': {
      if (value === null) return 'null';
      if (value instanceof Date)
        throw new TypeError(`canonical JSON cannot hold a Date at ${path}; write it as ISO text`);
      if (Array.isArray(value)) return `[${value.map((item, i) => write(item, `${path}[${i}]`)).join(',')}]`;
      const members = Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
        .map(([key, member]) => `${JSON.stringify(key.toWellFormed())}:${write(member, `${path}.${key}`)}`);
      return `{${members.join(',')}}`;
    }
    default:
      throw new TypeError(`canonical JSON cannot hold a ${typeof value} at ${path}`);
  }
}
