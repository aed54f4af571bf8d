import { canonicalJson, type Json } from '../shared/canonical-json.js';
import { type Fact, isValidAt } from './fact.js';

/** Two facts in force at once that say different things of one and the same. */
export interface Contradiction {
  /** Ids in order. */
  readonly facts: readonly [string, string];
  /** Members that differ, such as `price`; `text` for claims. */
  readonly about: readonly string[];
  /** What is said differently, such as `price 1999 against 1799`. */
  readonly text: string;
}

/** A product's own numbers: who shares one is the same thing, whatever it is called. */
const NUMBERS = ['sku', 'gtin', 'ean', 'isbn', 'mpn', 'product_id', 'productId'] as const;
/** Where these differ, facts of one name are of different things: sizes, colours, or two things that happen to share a name. */
const APART = [...NUMBERS, 'variant', 'variant_id', 'size', 'color', 'colour', 'material', 'url'] as const;
/** What may be said in one way only. */
const SAID_ONCE = {
  product: ['price', 'available', 'oldPrice', 'lowestPrice30d'],
  offer: ['percent', 'amount', 'minimum'],
} as const;

/** Names, codes and numbers by which a fact can be found to be of the same thing as another; none for a claim. */
export function thingsOf({ kind, data }: Pick<Fact, 'kind' | 'data'>): string[] {
  switch (kind) {
    case 'product':
      return [
        ...named('name', data['name']),
        ...NUMBERS.flatMap((number) => named(number.toLowerCase().replaceAll('_', ''), data[number])),
      ];
    case 'offer':
      return named('code', data['code']);
    case 'claim':
      return [];
  }
}

function named(as: string, value: Json | undefined): string[] {
  const words = typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '';
  const plain = words.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
  return plain === '' ? [] : [`${as}:${plain.slice(0, 200)}`];
}

/** Every pair among these facts that is in force at a time and contradicts itself. @param at ISO 8601 UTC. */
export function contradictionsAmong(facts: readonly Fact[], at: string): Contradiction[] {
  const valid = facts.filter((fact) => isValidAt(fact, at)).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const byThing = new Map<string, Fact[]>();
  for (const fact of valid)
    for (const thing of fact.kind === 'claim' ? [`words:${skeletonOf(fact)}`] : thingsOf(fact))
      byThing.set(thing, [...(byThing.get(thing) ?? []), fact]);
  const found = new Map<string, Contradiction>();
  for (const same of byThing.values())
    for (const [i, one] of same.entries())
      for (const other of same.slice(i + 1)) {
        const difference = differenceOf(one, other);
        if (difference !== null && one.id !== other.id)
          found.set(`${one.id}\n${other.id}`, { facts: [one.id, other.id], ...difference });
      }
  return [...found.values()];
}

type Difference = Pick<Contradiction, 'about' | 'text'>;

/** What two facts of one thing say differently; null where both can be true. */
function differenceOf(one: Fact, other: Fact): Difference | null {
  if (one.kind !== other.kind) return null;
  if (one.kind === 'claim') return claimsDiffer(one, other);
  if (areApart(one, other)) return null;
  // A price in another currency is another price list.
  if (differs(one, other, 'currency')) return null;
  const names = SAID_ONCE[one.kind].filter((name) => differs(one, other, name));
  if (names.length === 0) return null;
  const said = (name: string) =>
    `${name} ${canonicalJson(one.data[name])} against ${canonicalJson(other.data[name])}`;
  return { about: names, text: names.map(said).join(', ') };
}

function areApart(one: Fact, other: Fact): boolean {
  if (one.kind === 'offer') return false;
  if (NUMBERS.some((name) => isSame(one, other, name))) return false;
  return APART.some((name) => differs(one, other, name));
}

function isSame(one: Fact, other: Fact, name: string): boolean {
  const [a, b] = [one.data[name], other.data[name]];
  return a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b);
}

/** Said by both, and not the same. */
function differs(one: Fact, other: Fact, name: string): boolean {
  const [a, b] = [one.data[name], other.data[name]];
  return a !== undefined && b !== undefined && canonicalJson(a) !== canonicalJson(b);
}

/** A figure with what it counts: "€60", "15 %", "30 days". Numbers that stand alone are mostly names. */
const FIGURE =
  /(?:[€$£¥]|\b(?:EUR|USD|GBP|CHF)\b)\s?\d[\d.,]*\d|(?:[€$£¥]|\b(?:EUR|USD|GBP|CHF)\b)\s?\d|\d[\d.,]*\s?(?:[€$£¥%]|(?:EUR|USD|GBP|CHF|percent|prozent|euros?|hours?|days?|weeks?|months?|years?|(?:working|business|calendar)\sdays?|stunden?|tage?n?|werktage?n?|arbeitstage?n?|wochen?|monate?n?|jahre?n?|kg|g|ml|l|litres?|liters?|liter|cm|mm|m)(?![\p{L}\d]))/giu;

/** A claim with its figures left out: two that read the same but for one figure speak of the same thing. */
function skeletonOf({ data }: Fact): string {
  return wordsOf(data)
    .replace(FIGURE, '#')
    .toLowerCase()
    .replace(/[\s.!]+/g, ' ')
    .trim();
}

function wordsOf(data: Fact['data']): string {
  const { text } = data;
  return typeof text === 'string' ? text.normalize('NFKC') : '';
}

function claimsDiffer(one: Fact, other: Fact): Difference | null {
  const [a, b] = [one, other].map(({ data }) => wordsOf(data).match(FIGURE) ?? []);
  if (a?.length !== b?.length) return null;
  const pairs = (a ?? []).flatMap((figure, i) => {
    const against = b?.[i] ?? '';
    return plain(figure) === plain(against) ? [] : [`“${figure}” against “${against}”`];
  });
  // Where more than one differs the claims are of several things: sizes, or steps of a scale.
  const [text] = pairs;
  return text === undefined || new Set(pairs).size > 1 ? null : { about: ['text'], text };
}

function plain(figure: string): string {
  return figure.toLowerCase().replace(/\s/g, '');
}
