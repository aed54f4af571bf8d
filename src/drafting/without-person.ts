import { type Json } from '../shared/canonical-json.js';
import { maskText } from './model-input.js';

/** Shorter texts stand in too many words to be anybody's. */
const SHORTEST = 2;

function textsOf(value: Json, name: string): [string, string][] {
  if (typeof value === 'string') return [[name, value.trim()]];
  if (typeof value === 'number') return [[name, String(value)]];
  if (Array.isArray(value)) return value.flatMap((item) => textsOf(item, name));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => textsOf(member, key));
}

/**
 * A text that was written to one person, for others to be written like it: whatever the person's own data says is replaced by its name in
 * brackets, the longest first, and addresses and long numbers are masked.
 */
export function withoutPerson(text: string, own: Readonly<Record<string, Json>>, longest: number): string {
  const values = textsOf(own, '')
    .filter(([, value]) => value.length >= SHORTEST)
    .sort(([, a], [, b]) => b.length - a.length);
  // Addresses first: with a name in them replaced they would not be known for what they are.
  let masked = maskText(text, text.length + 1);
  for (const [name, value] of values) {
    const pattern = value.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&').replace(/\s+/g, '\\s+');
    masked = masked.replace(
      new RegExp(`(?<![\\p{L}\\p{N}])${pattern}(?![\\p{L}\\p{N}])`, 'giu'),
      `[${name}]`,
    );
  }
  return maskText(masked, longest);
}
