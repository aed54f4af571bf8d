import { OWN_SOURCE, type Signal } from '../signals/signal.js';
import { countedAs } from './projection.js';

/** Names that are kept of one source; a client that makes up names fills its own share and nobody else's. */
export const MOST_NAMES = 4_000;
const LONGEST_NAME = 80;
const NAME = /^[\p{L}_$][\p{L}\p{N}_$ .:/&()-]*$/u;
/** Telephone numbers, card numbers and the like; clients make keys of anything. */
const DIGITS = /\d{5}/;

/** One name that a source's signals carried. */
export interface CarriedName {
  readonly source: string;
  readonly kind: 'event' | 'property' | 'trait';
  /** Empty for a trait. */
  readonly event: string;
  /** Empty for an event. */
  readonly name: string;
}

interface Source {
  readonly events: Map<string, Set<string>>;
  readonly traits: Set<string>;
  size: number;
}

/** The names this process knows to be kept: one look-up per property, and an answer only for what is new. */
export class KnownNames {
  private readonly sources = new Map<string, Source>();

  /** Names these signals carry that were not seen before; each once. They stay new until `add`. */
  newIn(signals: readonly Signal[]): CarriedName[] {
    const fresh = new Map<string, CarriedName>();
    for (const signal of signals) {
      if (fresh.size >= MOST_NAMES) break;
      this.look(signal, fresh);
    }
    return [...fresh.values()];
  }

  add(names: readonly CarriedName[]): void {
    for (const { source, kind, event, name } of names) {
      const known: Source = this.sources.get(source) ?? { events: new Map(), traits: new Set(), size: 0 };
      this.sources.set(source, known);
      if (kind === 'event') {
        if (!known.events.has(event)) known.events.set(event, new Set());
      } else if (kind === 'trait') known.traits.add(name);
      else known.events.set(event, (known.events.get(event) ?? new Set<string>()).add(name));
      known.size++;
    }
  }

  private look(signal: Signal, fresh: Map<string, CarriedName>): void {
    const { source } = signal;
    if (source === OWN_SOURCE) return;
    const known = this.sources.get(source);
    if (known !== undefined && known.size >= MOST_NAMES) return;
    const note = (kind: CarriedName['kind'], event: string, name: string): void => {
      if (isName(kind === 'event' ? event : name))
        fresh.set(JSON.stringify([source, kind, event, name]), { source, kind, event, name });
    };
    const event = countedAs(signal);
    if (event !== null && isName(event)) {
      const properties = known?.events.get(event);
      if (properties === undefined) note('event', event, '');
      for (const name in signal.properties) if (properties?.has(name) !== true) note('property', event, name);
    }
    if (signal.type === 'identify') this.lookAtTraits(signal.traits, known, note);
    const inContext = signal.context['traits'];
    if (typeof inContext === 'object' && inContext !== null && !Array.isArray(inContext))
      this.lookAtTraits(inContext, known, note);
  }

  private lookAtTraits(
    traits: object,
    known: Source | undefined,
    note: (kind: 'trait', event: '', name: string) => void,
  ): void {
    for (const name in traits) if (known?.traits.has(name) !== true) note('trait', '', name);
  }
}

/** Whether it can be the name of a field, and not what somebody put in its place. */
function isName(text: string): boolean {
  return text.length <= LONGEST_NAME && NAME.test(text) && !DIGITS.test(text);
}
