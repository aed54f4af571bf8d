import { isWritten, type VocabularySpec } from '../policies/playbook.js';
import { type Json } from '../shared/canonical-json.js';
import { IMPORT_SOURCE, OWN_SOURCE, type Signal } from '../signals/signal.js';
import { revocationIn } from './revocation.js';
import { heaviestOf, type Moment, momentsIn } from './sensitive-moments.js';

const writtenBy = new WeakMap<VocabularySpec, ReadonlyMap<string, readonly string[]>>();

/** Properties that hold what a person wrote, by event: those that the vocabulary declares as `written`. */
function writtenFields(vocabulary: VocabularySpec): ReadonlyMap<string, readonly string[]> {
  let known = writtenBy.get(vocabulary);
  if (known === undefined) {
    const fields = Object.entries(vocabulary.events).map(([event, { properties }]) => {
      const names = Object.entries(properties).filter(([, field]) => isWritten(field));
      return [event, names.map(([name]) => name)] as const;
    });
    writtenBy.set(vocabulary, (known = new Map(fields.filter(([, names]) => names.length > 0))));
  }
  return known;
}

/** What of a signal is looked at: what its event is, and what it carries. */
export type Writing = Pick<Signal, 'event' | 'properties'> & { readonly type: string };

/**
 * The moment that a person's own words in a signal speak of; null for none. Only properties that the vocabulary declares as `written` are
 * looked at: for any other signal this costs one look-up. Words that withdraw consent and say nothing else are done at once and need nobody.
 */
export function momentWrittenIn(
  vocabulary: VocabularySpec,
  { type, event, properties }: Writing,
): Moment | null {
  if (type !== 'track' || event === null) return null;
  const names = writtenFields(vocabulary).get(event);
  if (names === undefined) return null;
  const texts = names.flatMap((name) => (Object.hasOwn(properties, name) ? textsOf(properties[name]) : []));
  const heaviest = heaviestOf(texts.flatMap(momentsIn).map(({ code }) => code));
  return heaviest === null || revocationIn({ type, event, properties }) !== null ? null : heaviest;
}

function textsOf(value: Json | undefined): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

/** Whether somebody said it just now: what was imported or comes late is history, and what we report ourselves nobody wrote. @param now ISO 8601. */
export function isNews({ source, occurredAt }: Signal, now: string, lateAfterMs: number): boolean {
  if (source === IMPORT_SOURCE || source === OWN_SOURCE) return false;
  return Date.parse(now) - Date.parse(occurredAt) <= lateAfterMs;
}
