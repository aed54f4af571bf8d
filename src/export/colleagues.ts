import { type Json } from '../shared/canonical-json.js';

/** Stands in for whoever of the team is named. */
const SOMEBODY = 'a colleague';

/** A text, or every text in a value, with what names colleagues taken out: their data is not the person's to get. */
export function withoutNames<Value extends Json>(value: Value, names: readonly string[]): Value {
  return replaced(value, pattern(names)) as Value;
}

function replaced(value: Json, names: RegExp | null): Json {
  if (names === null) return value;
  if (typeof value === 'string') return value.replaceAll(names, SOMEBODY);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => replaced(item, names));
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, replaced(member, names)]));
}

/** Whole names only, the longer before those that are a part of them. */
function pattern(names: readonly string[]): RegExp | null {
  const known = names.filter((name) => name.trim() !== '').sort((a, b) => b.length - a.length);
  if (known.length === 0) return null;
  const any = known.map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${any})(?![\\p{L}\\p{N}])`, 'gu');
}
