import { type Cap } from '../policies/playbook.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { type Ruled } from './limits.js';

/** Caps are asked for theirs with every decision. */
const named = new WeakMap<Cap, { readonly rule: string; readonly counter: string }>();

/** What a cap over everybody counts together; another `max` goes on where the last one stood. */
export function counterOf(cap: Ruled<Cap>): string {
  const { rule, limit } = cap;
  let known = named.get(limit);
  if (known?.rule !== rule) named.set(limit, (known = { rule, counter: nameOf(cap) }));
  return known.counter;
}

function nameOf({ rule, limit }: Ruled<Cap>): string {
  const { per, of, channels, reaches, classes, tags } = limit;
  // Caps of before there were reaches go on under the name they had.
  const reached = reaches.length === 0 ? {} : { reaches };
  return `${rule} ${canonicalJson({ per, of, channels, ...reached, classes, tags })}`;
}
