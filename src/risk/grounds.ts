import { DateTime } from 'luxon';
import { type Json } from '../shared/canonical-json.js';
import { type Fact, isValidAt } from '../policies/fact.js';
import { type Charge, chargeOf } from './charges.js';
import { type RiskInput } from './check.js';
import { normalised } from './draft-text.js';
import { looseClaims } from './loose-claims.js';
import { countValues, NUMBER_WORD } from './numbers.js';
import { type FieldSpec, isWritten } from '../policies/playbook.js';
import { matchesOf } from '../shared/matches.js';
import {
  countedThings,
  type Meaning,
  type RelativeDay,
  sortedStatements,
  type Statement,
  type WrittenDay,
} from './statements.js';

/** One value that a claim may rest on. */
interface Leaf {
  /** Fact id, `template:<id>`, or the place in the situation such as `signal.properties.total`. */
  readonly source: string;
  /** The innermost name it stands under, lower case. */
  readonly key: string;
  readonly value: string | number | boolean;
  readonly valid: boolean;
  /** `fact`: approved words and figures. `situation`: what was observed of this person, which anybody may have sent. */
  readonly from: 'fact' | 'situation';
}

/** Whether a statement holds, and what it rests on. `stale`: only a fact that is not valid now says so; else a source says so of another product. */
export type Support =
  | { readonly holds: true; readonly source: string }
  | { readonly holds: false; readonly source: string | null; readonly stale: boolean };

/** A statement in approved words. */
interface Said {
  readonly source: string;
  readonly valid: boolean;
  /** Prices that an offer is bound to in the same sentence ("free shipping over €50"): whoever says the one has to say the other. */
  readonly conditions: readonly string[];
  /** What a bundle is of, as beginnings of words: two towels for one are no two kettles. */
  readonly about: readonly string[];
  /** Ids of the products that the approved words are about; none where they are about the shop. */
  readonly products: ReadonlySet<string>;
}

/** A text of a fact. */
interface ApprovedText {
  readonly source: string;
  readonly valid: boolean;
  /** As `plainWords` leaves it, with a space at either end. */
  readonly text: string;
  /** Ids of the products it is about; none where it is about the shop. */
  readonly products: ReadonlySet<string>;
}

/** Where a price stands. */
export interface Beside {
  /** Ids of the products it stands beside: another product's price is not theirs. */
  readonly products: ReadonlySet<string>;
  /** What its sentence says that it is, other than what one of them costs. */
  readonly charges: ReadonlySet<Charge>;
}

/** Ids of the products that a statement's sentence names. */
export type NamedProducts = ReadonlySet<string>;

/** What a draft says, as far as the words of facts are bound to it. */
export interface Wording {
  /** By `saidKey`. */
  readonly prices: ReadonlySet<string>;
  /** In lower case. */
  readonly text: string;
}

/** What a draft may rest its claims on. */
export interface Grounds {
  readonly leaves: readonly Leaf[];
  /** Statements made in approved words: texts of facts, and the signed template's own text. */
  readonly said: ReadonlyMap<string, readonly Said[]>;
  /** Approved words. */
  readonly texts: readonly ApprovedText[];
  /** What approved words count, see `countedThings`. */
  readonly things: ReadonlySet<string>;
  /** Days of the week, times and years of what is given, by the keys of `looseClaims`, and what gives them. */
  readonly moments: () => ReadonlyMap<string, string>;
  /** Whether anything was observed of the person that may be an amount of money. */
  readonly hasObserved: boolean;
  /** Fixed text of the signed template, normalised. */
  readonly signed: { readonly source: string; readonly text: string } | null;
  readonly offers: readonly Fact[];
  /** Products that a fact's words are about, by the fact's id. */
  readonly about: ReadonlyMap<string, ReadonlySet<string>>;
  /** Ids of the products among the given facts. */
  readonly products: ReadonlySet<string>;
  /** When it is to be read, at the earliest: "tomorrow" is said of that day. ISO 8601 UTC. */
  readonly readAt: string;
  readonly zones: readonly string[];
}

function leavesOf(
  value: Json,
  key: string,
  make: (key: string, value: string | number | boolean, path: string) => Leaf,
  path = '',
): Leaf[] {
  if (value === null) return [];
  if (Array.isArray(value)) {
    return [
      make(key === '' ? key : `${key}_count`, value.length, path),
      ...value.flatMap((item, i) => leavesOf(item, key, make, `${path}[${i}]`)),
    ];
  }
  if (typeof value === 'object') {
    return Object.entries(value).flatMap(([name, member]) =>
      leavesOf(member, name.toLowerCase(), make, path === '' ? name : `${path}.${name}`),
    );
  }
  // Clients often send figures as text.
  const figure =
    typeof value === 'string' && /^\d{1,12}(?:\.\d{1,4})?$/.test(value)
      ? [make(key, Number(value), path)]
      : [];
  return [make(key, value, path), ...figure];
}

/** Approved words; a product called Best Kettle does not make it the best one. */
function isWords(leaf: Leaf): leaf is Leaf & { readonly value: string } {
  return typeof leaf.value === 'string' && leaf.from === 'fact' && leaf.key !== 'name';
}

/** Products by id and name, in lower case. */
type ProductNaming = readonly (readonly [id: string, name: string])[];

/** The products that approved words are about: those they name, and the one whose words they are. */
function productsOf(source: string, text: string, names: ProductNaming): ReadonlySet<string> {
  const whole = text.toLowerCase();
  return new Set(names.filter(([id, name]) => id === source || whole.includes(name)).map(([id]) => id));
}

/** The products that each source of approved words is about. */
function aboutOf(texts: readonly ApprovedText[]): Map<string, ReadonlySet<string>> {
  const about = new Map<string, ReadonlySet<string>>();
  for (const { source, products } of texts)
    about.set(source, new Set([...(about.get(source) ?? []), ...products]));
  return about;
}

/** Words and figures alone, between single spaces. */
function plainWords(text: string): string {
  return normalised(text)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

function wordsOf(leaf: Leaf, things: ReadonlySet<string>, names: ProductNaming): [string, Said][] {
  if (!isWords(leaf)) return [];
  const { source, valid } = leaf;
  const plain: Said = {
    source,
    valid,
    conditions: [],
    about: [],
    products: productsOf(source, leaf.value, names),
  };
  return leaf.value.split(SENTENCES).flatMap((sentence) => {
    const statements = sortedStatements(sentence, things);
    const prices = statements.filter(({ meaning }) => meaning.kind === 'price').map(saidKey);
    const sorted = statements.flatMap((said): [string, Said][] => {
      const key = saidKey(said);
      const conditions = said.meaning.kind === 'offer' ? prices : [];
      const about = key.startsWith('offer bundle ') ? stemsOf(sentence.replace(said.text, ' ')) : [];
      return [key, ...impliedKeys(said)].map((each) => [each, { ...plain, conditions, about }]);
    });
    // A price is no number of things, and a percentage none either.
    const figures = statements.filter(
      ({ meaning: { kind } }) => kind === 'price' || kind === 'percentage' || kind === 'date',
    );
    const loose = looseClaims(sentence, true)
      .filter(({ start, end }) => !figures.some((each) => start < each.end && end > each.start))
      .flatMap(({ keys }) => [...keys, ...anyOf(keys)].map((key): [string, Said] => [key, plain]));
    return [...sorted, ...loose];
  });
}

/** That approved words give some time, or some day of the week. */
function anyOf(keys: readonly string[]): string[] {
  if (keys.some((key) => key.startsWith('clock '))) return ['any clock'];
  return keys.some((key) => key.startsWith('weekday ')) ? ['any day'] : [];
}

/** What else a statement in approved words says: a day of a year is that day, and its day of the week; a percentage is a share. */
function impliedKeys({ meaning }: Statement): string[] {
  if (meaning.kind === 'percentage') return meaning.values.map((value) => `share ${value}`);
  if (meaning.kind !== 'date') return [];
  return meaning.days.flatMap(({ year, month, day }) =>
    year === null
      ? []
      : [
          `date -${month}-${day}`,
          `weekday ${DateTime.utc(year, month, day).weekday}`,
          `dated ${DateTime.utc(year, month, day).weekday}`,
          `year ${year}`,
        ],
  );
}

/** "Until Wednesday", however approved words put it. */
function dayNamed({ meaning }: Statement): string[] {
  if (meaning.kind !== 'date' || meaning.relative === null || !('weekday' in meaning.relative)) return [];
  return [`until ${meaning.relative.weekday}`];
}

/** How long is left is told by what ends, not by terms of the same length. */
function isTimeLeft({ meaning }: Statement): boolean {
  return meaning.kind === 'quantity' && meaning.left === 'surely';
}

/** How many find room, as a number of whatever approved words count. */
function roomFor({ meaning }: Statement): string[] {
  if (meaning.kind !== 'quantity' || meaning.unit !== 'capacity') return [];
  return meaning.values.flatMap((values) => values.map((value) => `figure ${value}`));
}

/** Lengths of time that are the same length. */
const SAME_TIME: readonly (readonly [unit: string, smaller: string, times: number])[] = [
  ['hour', 'minute', 60],
  ['day', 'hour', 24],
  ['week', 'day', 7],
  ['month', 'day', 30],
  ['year', 'month', 12],
];

/** A statement with its length of time in other units, itself first. */
function inOtherUnits(statement: Statement): Statement[] {
  const { meaning } = statement;
  if (meaning.kind !== 'quantity' || meaning.left === 'surely') return [statement];
  const { unit, values } = meaning;
  const others = SAME_TIME.flatMap(([large, small, times]) => {
    const factor = unit === large ? times : unit === small ? 1 / times : null;
    if (factor === null) return [];
    const counted = values.map((each) => each.map((value) => value * factor).filter(Number.isInteger));
    if (counted.some((each) => each.length === 0)) return [];
    return [{ ...statement, meaning: { ...meaning, values: counted, unit: unit === large ? small : large } }];
  });
  return [statement, ...others];
}

/** Ends of sentences; a point inside a number or an abbreviation is none. */
const SENTENCES = /(?<=[.!?])\s+(?=\p{Lu})|\n+/u;
/** Enough of a word to know it again in another form. */
const STEM = 5;

function stemsOf(text: string): string[] {
  return (text.toLowerCase().match(/\p{L}{5,}/gu) ?? []).map((word) => word.slice(0, STEM));
}

const SHIPPING = /ship|deliver|versand|versend|verschick|liefer|porto|schicken|postage/i;
const RETURNS = /return|rückgabe|rücksend|retour|send(?:ing)?\s+(?:it|them)\s+back/i;
const FREE =
  /free|complimentary|on\s+us|kostenlos|kostenfrei|gratis|umsonst|portofrei|cover|pay|übernehm|schenk|auf\s+uns/i;
const COUNTED = new RegExp(
  `(?<![\\p{L}\\d])(?:\\d|${NUMBER_WORD}|one|eine[mnrs]?|ein)(?![\\p{L}\\d])`,
  'giu',
);

/** What an offer comes down to, however it is put and in either language; null where only its words tell. */
function offerKey(text: string): string | null {
  if (FREE.test(text) && SHIPPING.test(text)) return 'free shipping';
  if (FREE.test(text) && RETURNS.test(text)) return 'free returns';
  if (/^bogo$/i.test(text)) return 'bundle 2-1';
  const numbers = matchesOf(text, COUNTED).map(([word]) =>
    /^(?:one|ein\p{L}{0,2})$/iu.test(word) ? 1 : (countValues(word)[0] ?? 0),
  );
  const [first = 0, second = 0] = numbers;
  if (numbers.length !== 2) return null;
  return /get|bekomm|erhalt/i.test(text)
    ? `bundle ${first + second}-${first}`
    : `bundle ${Math.max(first, second)}-${Math.min(first, second)}`;
}

/** Two statements say the same: by their values where they have any, else by their words. */
function saidKey({ text, meaning }: Statement): string {
  switch (meaning.kind) {
    case 'price':
      return `price ${meaning.minor.join('|')} ${meaning.currencies.join('|')}`;
    case 'percentage':
      return `percentage ${meaning.values.join('|')}`;
    case 'quantity':
      return `quantity ${meaning.values.map((values) => values.join('|')).join('-')} ${meaning.unit}`;
    case 'date':
      if (meaning.relative !== null || meaning.days.length === 0) return `date ${normalised(text)}`;
      return `date ${meaning.days.map((day) => `${day.year ?? ''}-${day.month}-${day.day}`).join('|')}`;
    case 'offer':
      if (meaning.code !== null) return `code ${meaning.code}`;
      return `offer ${offerKey(text) ?? normalised(text)}`;
    case 'superlative':
    case 'other':
      return `${meaning.kind} ${normalised(text).replace(/^(?:the|der|die|das|we|our) /, '')}`;
  }
}

/** What is said, and by whom: valid facts first, then in the order given. */
function bySaying(all: readonly (readonly [string, Said])[]): Map<string, Said[]> {
  const said = new Map<string, Said[]>();
  for (const [key, each] of all) said.set(key, [...(said.get(key) ?? []), each]);
  for (const each of said.values()) each.sort((a, b) => Number(b.valid) - Number(a.valid));
  return said;
}

function templateText(input: RiskInput): Grounds['signed'] {
  if (input.template === null) return null;
  const texts: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value === 'string') texts.push(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
  };
  collect(input.template.content);
  // What Liquid fills in was not signed as words: a gap that no statement reaches across.
  const fixed = texts.map((text) => text.replace(/\{\{[^}]*\}\}|\{%[^%]*%\}/g, ' \u{1} '));
  return { source: `template:${input.template.id}`, text: normalised(fixed.join(' \u{1} ')) };
}

/** Gathered once for each draft: several checks ask. */
const gathered = new WeakMap<RiskInput, Grounds>();

/** Gathers what the draft was given: its facts, approved claims, the signed template's words, and what was observed of the person. */
export function gatherGrounds(input: RiskInput): Grounds {
  const known = gathered.get(input);
  if (known !== undefined) return known;
  const grounds = gather(input);
  gathered.set(input, grounds);
  return grounds;
}

function gather(input: RiskInput): Grounds {
  const given = new Set([
    ...Object.values(input.decision.facts),
    ...input.content.versions.facts.map((fact) => fact.id),
  ]);
  const facts = input.facts.filter((fact) => fact.kind === 'claim' || given.has(fact.id));
  const leaves: Leaf[] = facts.flatMap((fact) => {
    const valid = isValidAt(fact, input.leavesAt);
    const make = (key: string, value: string | number | boolean): Leaf => ({
      source: fact.id,
      key,
      value,
      valid,
      from: 'fact',
    });
    return [
      ...leavesOf(fact.data, '', make),
      ...(fact.validUntil === null ? [] : [make('validuntil', fact.validUntil)]),
      ...(fact.validFrom === null ? [] : [make('validfrom', fact.validFrom)]),
    ];
  });
  const { signal, context, profile } = input.situation;
  const { events, traits, context: asked } = input.vocabulary;
  const event = signal?.event ?? '';
  const properties = Object.hasOwn(events, event) ? events[event]?.properties : undefined;
  const observed = [
    ['signal.properties', signal?.properties ?? {}, properties ?? {}],
    ['context', context, asked],
    ['profile.traits', profile.traits, traits],
  ] as const;
  for (const [place, values, fields] of observed) {
    leaves.push(
      ...leavesOf(unwritten(values, fields), '', (key, value, path) => ({
        source: `${place}.${path}`,
        key,
        value,
        valid: true,
        from: 'situation',
      })),
    );
  }
  const things = countedThings(leaves.filter(isWords).map(({ value }) => value));
  const names = facts.flatMap(({ id, kind, data: { name } }) =>
    kind === 'product' && typeof name === 'string' && name.trim().length >= 3
      ? [[id, name.trim().toLowerCase()] as const]
      : [],
  );
  const texts = leaves.filter(isWords).map(({ source, valid, value }): ApprovedText => {
    return { source, valid, text: ` ${plainWords(value)} `, products: productsOf(source, value, names) };
  });
  return {
    leaves,
    said: bySaying(leaves.flatMap((leaf) => wordsOf(leaf, things, names))),
    texts,
    things,
    moments: onceAsked(() => momentsOf(leaves, input.leavesAt, profile.zones)),
    hasObserved: leaves.some(({ from, value }) => from === 'situation' && /\d/.test(String(value))),
    signed: templateText(input),
    about: aboutOf(texts),
    products: new Set(facts.filter((fact) => fact.kind === 'product').map((fact) => fact.id)),
    offers: facts.filter((fact) => fact.kind === 'offer' && isValidAt(fact, input.leavesAt)),
    readAt: input.leavesAt,
    zones: profile.zones,
  };
}

/** Made when it is first asked for. */
function onceAsked<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

/** What bears out this year and those beside it. */
const CALENDAR = 'calendar';

/** Days of the week, times and years of the moments given, wherever the reader is; this year and those beside it need no giving. */
function momentsOf(leaves: readonly Leaf[], readAt: string, zones: readonly string[]): Map<string, string> {
  const { year } = DateTime.fromISO(readAt, { zone: 'utc' });
  const moments = new Map([year - 1, year, year + 1].map((each) => [`year ${each}`, CALENDAR]));
  for (const leaf of leaves) {
    if (!leaf.valid || typeof leaf.value !== 'string' || !ISO.test(leaf.value)) continue;
    for (const zone of leaf.value.length === 10 ? ['utc'] : ['utc', ...zones]) {
      const local = DateTime.fromISO(leaf.value, { zone });
      if (!local.isValid) continue;
      // The day on which an offer ends is no day on which anything else is done.
      const isEnd = leaf.key === 'validuntil';
      const day = isEnd ? local.minus({ milliseconds: 1 }) : local;
      moments.set(`dated ${day.weekday}`, leaf.source);
      if (!isEnd) moments.set(`weekday ${day.weekday}`, leaf.source);
      const minutes = local.hour * 60 + local.minute;
      // A day's end is no time of day that anybody would say.
      if (!isEnd || (minutes > 0 && zone !== 'utc')) moments.set(`clock ${minutes}`, leaf.source);
      moments.set(`year ${day.year}`, leaf.source);
    }
  }
  return moments;
}

/** What was observed of a person, without what they wrote themselves: that they say a price does not make it one. */
function unwritten(
  values: Readonly<Record<string, Json>>,
  fields: Readonly<Record<string, FieldSpec>>,
): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(values).filter(([name]) => {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      return field === undefined || !isWritten(field);
    }),
  );
}

const MONEY_KEY =
  /price|amount|total|subtotal|cost|fee|shipping|saving|value|revenue|tax|threshold|minimum|balance|deposit|credit/;
const PERCENT_KEY = /percent|discount|rate|share|reduction|_off|^off$|pct/;
const UNIT_KEY: Readonly<Record<string, RegExp>> = {
  second: /second|_s$|^sec/,
  minute: /minute|_min$|^min$/,
  hour: /hour|_h$/,
  day: /day/,
  week: /week/,
  month: /month/,
  year: /year/,
  rating: /rating|review|star|score/,
  person: /people|person|customer|member|user|guest|subscriber|buyer|shopper/,
  point: /point/,
};
/** How many there are says nothing about how much is in one: a quantity of 1 does not bear out "1 l". */
const COUNT_KEY = /quantity|qty|count|stock|inventory|position|index/;
const DURATION: Readonly<Record<string, string>> = { minute: 'm', hour: 'h', day: 'd', week: 'w' };

function currencyFits(leaves: readonly Leaf[], source: string, currencies: readonly string[]): boolean {
  const own = leaves.filter((leaf) => leaf.source === source && leaf.key === 'currency');
  return own.length === 0 || own.some((leaf) => currencies.includes(String(leaf.value).toUpperCase()));
}

function situationCurrencyFits(leaves: readonly Leaf[], currencies: readonly string[]): boolean {
  const own = leaves.filter((leaf) => leaf.from === 'situation' && leaf.key === 'currency');
  return own.length === 0 || own.some((leaf) => currencies.includes(String(leaf.value).toUpperCase()));
}

/** What the products beside a price cost is in the catalogue: a figure of the situation is a basket's or the like, and the sentence says so. */
function mayStandBeside(
  { leaves }: Grounds,
  { key }: Leaf,
  { role }: Meaning & { kind: 'price' },
  beside: Beside | null,
): boolean {
  if (beside === null) return true;
  const priced = leaves.some(
    (leaf) => leaf.key === 'price' && leaf.from === 'fact' && beside.products.has(leaf.source),
  );
  if (!priced) return true;
  const charge = chargeOf(key);
  return role === 'saving' ? charge === 'saving' : beside.charges.has(charge);
}

function priceLeaf(
  grounds: Grounds,
  meaning: Meaning & { kind: 'price' },
  beside: Beside | null,
): Leaf | undefined {
  if (meaning.role === 'sum') {
    const sum = sumLeaf(grounds, meaning);
    if (sum !== undefined) return sum;
  }
  if (meaning.role === 'saving') {
    const saving = best(
      savings(grounds).filter(
        (leaf) =>
          meaning.minor.includes(Number(leaf.value)) &&
          currencyFits(grounds.leaves, leaf.source, meaning.currencies),
      ),
    );
    if (saving !== undefined) return saving;
  }
  return best(
    [...grounds.leaves, ...reduced(grounds)].filter((leaf) => {
      if (beside !== null && grounds.products.has(leaf.source) && !beside.products.has(leaf.source))
        return false;
      if (typeof leaf.value !== 'number' || !MONEY_KEY.test(leaf.key)) return false;
      if (leaf.from === 'fact')
        return statesPrice(leaf, leaf.value, meaning) && currencyFits(grounds.leaves, leaf.source, meaning.currencies); // prettier-ignore
      // Clients send major units, as the Segment spec has it.
      return (
        !isOverruled(grounds, leaf) &&
        mayStandBeside(grounds, leaf, meaning, beside) &&
        meaning.minor.includes(Math.round(leaf.value * 100)) &&
        situationCurrencyFits(grounds.leaves, meaning.currencies)
      );
    }),
  );
}

/** What products cost with an offer that is given, for all of them or for one it names. */
function reduced({ leaves, offers, about }: Grounds): Leaf[] {
  const prices = leaves.filter((leaf) => leaf.key === 'price' && leaf.from === 'fact' && leaf.valid);
  return offers.flatMap(({ id, data: { percent, amount } }) =>
    prices
      .filter(({ source }) => about.get(id)?.has(source) !== false || about.get(id)?.size === 0)
      .flatMap((price) => {
        const off = typeof percent === 'number' ? (Number(price.value) * percent) / 100 : amount;
        return typeof off === 'number'
          ? [{ ...price, key: 'price with offer', value: Math.round(Number(price.value) - off) }]
          : [];
      }),
  );
}

/** How far below a bound a price may lie for the bound to tell it. */
const FAR_BELOW = 0.7;

/** Whether a fact's figure is the amount, or what so many of it cost, or lies just below it where that is what is said. */
function statesPrice(
  { key }: Leaf,
  value: number,
  { minor, below, times = [] }: Meaning & { kind: 'price' },
): boolean {
  if (minor.includes(value)) return true;
  if (key !== 'price') return false;
  if (below === true) return minor.some((bound) => value < bound && value >= bound * FAR_BELOW);
  return times.some((count) => minor.includes(value * count));
}

/** Products whose prices could be added up before that takes long. */
const MOST_ADDED = 8;

/** What two or more of the given products come to together. */
function sumLeaf(grounds: Grounds, meaning: Meaning & { kind: 'price' }): Leaf | undefined {
  const prices = grounds.leaves
    .filter(
      (leaf) =>
        leaf.key === 'price' &&
        leaf.valid &&
        typeof leaf.value === 'number' &&
        grounds.products.has(leaf.source) &&
        currencyFits(grounds.leaves, leaf.source, meaning.currencies),
    )
    .slice(0, MOST_ADDED);
  for (let chosen = 1; chosen < 2 ** prices.length; chosen++) {
    const added = prices.filter((_, i) => (chosen >> i) % 2 === 1);
    const sum = added.reduce((total, { value }) => total + Number(value), 0);
    const [first] = added;
    if (first !== undefined && added.length > 1 && meaning.minor.includes(sum))
      return { ...first, value: sum, source: added.map(({ source }) => source).join(' + ') };
  }
  return undefined;
}

/** Amounts that a fact implies: from its former price to its price. */
function savings(grounds: Grounds): Leaf[] {
  return cutPrices(grounds).map(({ price, former }) => ({
    ...price,
    value: Number(former.value) - Number(price.value),
  }));
}

function percentLeaf(grounds: Grounds, values: readonly number[], named: NamedProducts): Leaf | undefined {
  const stated = grounds.leaves.filter(
    (leaf) =>
      leaf.from === 'fact' &&
      typeof leaf.value === 'number' &&
      PERCENT_KEY.test(leaf.key) &&
      values.includes(leaf.value) &&
      isOfThese(grounds.about.get(leaf.source) ?? NOBODY, named),
  );
  const cut = reductions(grounds).filter(
    (leaf) => values.includes(Number(leaf.value)) && (named.size === 0 || named.has(leaf.source)),
  );
  return best(stated) ?? best(cut);
}

/** Percentages that a fact implies: from its former price to its price. */
function reductions(grounds: Grounds): Leaf[] {
  return cutPrices(grounds).map(({ price, former }) => ({
    ...price,
    value: Math.round((1 - Number(price.value) / Number(former.value)) * 100),
  }));
}

/** Prices beside the former ones of the same fact. */
function cutPrices(grounds: Grounds): { readonly price: Leaf; readonly former: Leaf }[] {
  const numbers = grounds.leaves.filter((leaf) => leaf.from === 'fact' && typeof leaf.value === 'number');
  return numbers
    .filter((leaf) => leaf.key === 'price')
    .flatMap((price) =>
      numbers
        .filter(
          (leaf) =>
            leaf.source === price.source &&
            /^(?:old|former|list|regular|original|was|compare)/.test(leaf.key),
        )
        .map((former) => ({ price, former })),
    );
}

const LASTS: Readonly<Record<string, number>> = { hour: 3_600_000, day: 86_400_000, week: 604_800_000 };

/** The end of an offer that is still so many hours, days or weeks away, however the rest of one is counted. */
function endsIn({ offers, readAt }: Grounds, values: readonly number[], unit: string): Leaf | undefined {
  const length = LASTS[unit];
  const ending = offers.find(({ validUntil }) => {
    if (validUntil === null || length === undefined) return false;
    const left = (Date.parse(validUntil) - Date.parse(readAt)) / length;
    return values.includes(Math.floor(left)) || values.includes(Math.ceil(left));
  });
  return ending === undefined
    ? undefined
    : { source: ending.id, key: 'validuntil', value: ending.validUntil ?? '', valid: true, from: 'fact' };
}

function quantityLeaf(
  grounds: Grounds,
  values: readonly number[],
  unit: string,
  named: NamedProducts,
): Leaf | undefined {
  // Only words say how many of what.
  if (unit.startsWith('thing ')) return undefined;
  const key = UNIT_KEY[unit];
  return best(
    grounds.leaves.filter((leaf) => {
      if (typeof leaf.value === 'string') {
        const suffix = DURATION[unit];
        return suffix !== undefined && values.some((value) => leaf.value === `${value}${suffix}`);
      }
      if (typeof leaf.value !== 'number' || !values.includes(leaf.value)) return false;
      if (named.size > 0 && grounds.products.has(leaf.source) && !named.has(leaf.source)) return false;
      if (key !== undefined) return key.test(leaf.key);
      if (unit === 'measure' && COUNT_KEY.test(leaf.key)) return false;
      const isCount = unit === 'figure' && Object.values(UNIT_KEY).some((counted) => counted.test(leaf.key));
      return isCount || (!MONEY_KEY.test(leaf.key) && !PERCENT_KEY.test(leaf.key));
    }),
  );
}

const ISO = /^\d{4}-\d{2}-\d{2}(?:T|$)/;

/** The days a time falls on, wherever the reader is; an offer's end excludes its last moment, other ends are written either way. */
function daysOf(leaf: Leaf, zones: readonly string[], before: boolean): WrittenDay[] {
  const iso = String(leaf.value);
  if (iso.length === 10) {
    const date = DateTime.fromISO(iso, { zone: 'utc' });
    return [{ year: date.year, month: date.month, day: date.day }];
  }
  return ['utc', ...zones].flatMap((zone) => {
    const local = DateTime.fromISO(iso, { zone });
    const last = local.minus({ milliseconds: 1 });
    const moments =
      leaf.key === 'validuntil'
        ? [before ? local : last]
        : /until|end|expire/.test(leaf.key)
          ? [local, last]
          : [local];
    return moments.map(({ year, month, day }) => ({ year, month, day }));
  });
}

/** Today as the reader may have it: where they are when that is known, else where they may be and in UTC. */
function todays({ readAt, zones }: Grounds): DateTime[] {
  const where = zones.length === 1 ? zones : ['utc', ...zones];
  return where.map((zone) => DateTime.fromISO(readAt, { zone }).startOf('day'));
}

/** The calendar days that "tomorrow" or "Sunday" may be on a day, the nearest first. */
function relativeDays(relative: RelativeDay, today: DateTime): WrittenDay[] {
  if ('endOf' in relative)
    return [today, today.minus({ days: 1 })]
      .map((day) => day.endOf(relative.endOf))
      .map(({ year, month, day }) => ({ year, month, day }));
  const ahead =
    'after' in relative
      ? [relative.after]
      : [(relative.weekday - today.weekday + 7) % 7].flatMap((days) =>
          days === 0 || relative.orNext === true ? [days, days + 7] : [days],
        );
  return ahead.map((days) => today.plus({ days })).map(({ year, month, day }) => ({ year, month, day }));
}

/** Where a date rests on nothing but that it is today's. */
const TODAY = 'now';

type NamedDay = Meaning & { readonly kind: 'date' };

function dateLeaf(grounds: Grounds, meaning: NamedDay): Leaf | undefined {
  const { relative } = meaning;
  const days =
    relative === null ? meaning.days : todays(grounds).flatMap((today) => relativeDays(relative, today));
  const before = meaning.before === true;
  return best(
    datedLeaves(grounds, meaning).filter((leaf) => isAmong(days, daysOf(leaf, grounds.zones, before))),
  );
}

/** What may bear a date out. */
function datedLeaves(grounds: Grounds, { deadline }: NamedDay): Leaf[] {
  const today: Leaf = { source: TODAY, key: TODAY, value: grounds.readAt, valid: true, from: 'situation' };
  // That it is today says nothing of what ends today, nor does a beginning.
  const leaves = deadline
    ? grounds.leaves.filter((leaf) => leaf.key !== 'validfrom')
    : [...grounds.leaves, today];
  return leaves.filter(({ value }) => typeof value === 'string' && ISO.test(value));
}

function isAmong(days: readonly WrittenDay[], known: readonly WrittenDay[]): boolean {
  return known.some(({ year, month, day }) =>
    days.some((each) => each.month === month && each.day === day && (each.year ?? year) === year),
  );
}

function codeLeaf(grounds: Grounds, code: string | null): Leaf | undefined {
  return best(
    grounds.leaves.filter(
      (leaf) => leaf.from === 'fact' && leaf.key === 'code' && String(leaf.value).toUpperCase() === code,
    ),
  );
}

/** A valid fact before a valid observation, and either before anything that no longer holds. */
function best(leaves: readonly Leaf[]): Leaf | undefined {
  return (
    leaves.find((leaf) => leaf.valid && leaf.from === 'fact') ??
    leaves.find((leaf) => leaf.valid) ??
    leaves.at(0)
  );
}

function leafFor(
  grounds: Grounds,
  meaning: Meaning,
  beside: Beside | null,
  named: NamedProducts,
): Leaf | undefined {
  switch (meaning.kind) {
    case 'price':
      return priceLeaf(grounds, meaning, beside);
    case 'percentage':
      return percentLeaf(grounds, meaning.values, named);
    case 'date':
      return dateLeaf(grounds, meaning);
    case 'quantity': {
      const leaves = meaning.values.map(
        (values) =>
          (meaning.left !== undefined ? endsIn(grounds, values, meaning.unit) : undefined) ??
          quantityLeaf(grounds, values, meaning.unit, named),
      );
      return leaves.includes(undefined)
        ? undefined
        : (leaves.find((leaf) => leaf?.valid === false) ?? leaves[0]);
    }
    case 'offer':
      return codeLeaf(grounds, meaning.code);
    case 'superlative':
    case 'other':
      return undefined;
  }
}

/** What a person signed as fixed words of a template stands by that signature; figures that change need a fact all the same. */
function signedWords(grounds: Grounds, statement: Statement): boolean {
  const { kind } = statement.meaning;
  if (grounds.signed === null || kind === 'price' || kind === 'percentage') return false;
  if (kind === 'date' && statement.keys === undefined) return false;
  return grounds.signed.text.includes(normalised(statement.text));
}

/** What something costs is the catalogue's to say once it was asked: what an event says of the same may be old, or made up by anybody. */
function isOverruled(grounds: Grounds, observed: Leaf): boolean {
  return (
    MONEY_KEY.test(observed.key) &&
    grounds.leaves.some((leaf) => leaf.from === 'fact' && leaf.key === observed.key)
  );
}

/** The very words and no others, as the event brought them: an order's total, a delivery date. Never a percentage or a promise. */
function observedWords(
  grounds: Grounds,
  { text, meaning }: Statement,
  beside: Beside | null,
): Leaf | undefined {
  const { kind } = meaning;
  if (kind !== 'price' && kind !== 'date' && kind !== 'quantity') return undefined;
  const words = normalised(text);
  return grounds.leaves.find(
    (leaf) =>
      leaf.from === 'situation' &&
      typeof leaf.value === 'string' &&
      !isOverruled(grounds, leaf) &&
      (kind !== 'price' || mayStandBeside(grounds, leaf, meaning, beside)) &&
      normalised(leaf.value) === words,
  );
}

/** What is claimed in words alone holds where approved words have the very same. */
function inApprovedWords(
  { texts }: Grounds,
  { text, meaning: { kind } }: Statement,
  named: NamedProducts,
): ApprovedText | undefined {
  if (kind !== 'other' && kind !== 'superlative') return undefined;
  const words = ` ${plainWords(text)} `;
  return texts.find(({ valid, text: approved, products }) => valid && approved.includes(words) && isOfThese(products, named)); // prettier-ignore
}

/** Whether what is said of some products may be said of those a sentence names. */
function isOfThese(products: ReadonlySet<string>, named: NamedProducts): boolean {
  return products.size === 0 || named.size === 0 || [...named].some((id) => products.has(id));
}

/** What a draft says by its statements and in its texts. */
export function wordingOf(statements: readonly Statement[], texts: readonly string[]): Wording {
  const prices = statements.filter(({ meaning }) => meaning.kind === 'price').map(saidKey);
  return { prices: new Set(prices), text: texts.join('\n').toLowerCase() };
}

function isWithin(
  { conditions, about, products }: Said,
  { prices, text }: Wording,
  named: NamedProducts,
): boolean {
  return (
    isOfThese(products, named) &&
    (conditions.length === 0 || conditions.some((price) => prices.has(price))) &&
    (about.length === 0 || about.some((stem) => text.includes(stem)))
  );
}

const NO_WORDING: Wording = { prices: new Set(), text: '' };
const NOBODY: NamedProducts = new Set();

/**
 * Looks for what a statement rests on, by value.
 * @param beside where a price stands; null where that does not matter.
 * @param wording of the whole draft: an offer that a fact binds to a price, or to what it is for, holds only beside that.
 * @param named by its sentence: what is approved of another product is not approved of these.
 */
export function supportOf(
  grounds: Grounds,
  statement: Statement,
  beside: Beside | null = null,
  wording: Wording = NO_WORDING,
  named: NamedProducts = NOBODY,
): Support {
  const same = inOtherUnits(statement);
  const keys = statement.keys ?? [...same.map(saidKey), ...roomFor(statement), ...dayNamed(statement)];
  const said = keys
    .flatMap((key) => grounds.said.get(key) ?? [])
    .filter((each) => !isTimeLeft(statement) && isWithin(each, wording, named))
    .sort((a, b) => Number(b.valid) - Number(a.valid))
    .at(0);
  const leaf =
    same.reduce<Leaf | undefined>(
      (found, { meaning }) => found ?? leafFor(grounds, meaning, beside, named),
      undefined,
    ) ?? observedWords(grounds, statement, beside);
  if (said?.valid === true) return { holds: true, source: said.source };
  if (leaf?.valid === true) return { holds: true, source: leaf.source };
  const moment = statement.keys
    ?.map((key) => grounds.moments().get(key))
    .find((source) => source !== undefined);
  if (moment !== undefined) return { holds: true, source: moment };
  const approved = inApprovedWords(grounds, statement, named);
  if (approved !== undefined) return { holds: true, source: approved.source };
  if (signedWords(grounds, statement)) return { holds: true, source: grounds.signed?.source ?? '' };
  const stale = said ?? leaf;
  const another = beside === null ? undefined : leafFor(grounds, statement.meaning, null, named);
  if (stale === undefined && another?.valid === true)
    return { holds: false, source: another.source, stale: false };
  return { holds: false, source: stale?.source ?? null, stale: stale !== undefined };
}

/** From a moment up to but not at another, epoch milliseconds. */
interface Span {
  readonly from: number;
  readonly before: number;
}

/** A month has no more days; who names the end of the year says the same for longer, but nothing waits for so long. */
const MOST_DAYS = 31;

/** How many days in a row before or after one, not counted itself, something is so. */
function daysBeside(today: DateTime, step: 1 | -1, isSo: (day: DateTime) => boolean): number {
  let days = 0;
  while (days < MOST_DAYS && isSo(today.plus({ days: (days + 1) * step }))) days++;
  return days;
}

/** From the first beginning until the last end of today and the days beside it on which something is so, wherever the reader is. */
function daysAround(todays: readonly DateTime[], isSo: (day: DateTime) => boolean): Span {
  const spans = new Map<string, { readonly earlier: number; readonly later: number }>();
  const moments = todays.map((today) => {
    const date = today.toISODate() ?? '';
    // The same day in another zone: places are many, and days at most three.
    const { earlier, later } = spans.get(date) ?? {
      earlier: daysBeside(today, -1, isSo),
      later: daysBeside(today, 1, isSo),
    };
    spans.set(date, { earlier, later });
    return {
      from: today.minus({ days: earlier }).toMillis(),
      before: today.plus({ days: later + 1 }).toMillis(),
    };
  });
  return {
    from: Math.min(...moments.map(({ from }) => from)),
    before: Math.max(...moments.map(({ before }) => before)),
  };
}

/** The day on which it is to leave, wherever the reader is. */
export function todayWithin(grounds: Grounds): Span {
  return daysAround(todays(grounds), () => false);
}

function dayReadWithin(grounds: Grounds, meaning: NamedDay, { holds, source }: Support): Span | null {
  const { relative } = meaning;
  if (relative === null) return holds && source === TODAY ? todayWithin(grounds) : null;
  const known = datedLeaves(grounds, meaning)
    .filter(({ valid }) => valid)
    .flatMap((leaf) => daysOf(leaf, grounds.zones, meaning.before === true));
  const bornOut = (day: DateTime): boolean => isAmong(relativeDays(relative, day), known);
  const all = todays(grounds);
  const right = holds ? all.filter(bornOut) : [];
  if (right.length > 0) return daysAround(right, bornOut);
  // What no day bears out was said by approved words, or is what a person signs all the same: of the days that it named when it was judged.
  const nearest = (day: DateTime): string => JSON.stringify(relativeDays(relative, day)[0]);
  const named = new Set(all.map(nearest));
  return daysAround(all, (day) => named.has(nearest(day)));
}

/** What is still to go is counted up or down: it may leave until that is one more or one less. */
function restReadWithin(grounds: Grounds, meaning: Meaning & { readonly kind: 'quantity' }): Span | null {
  const length = LASTS[meaning.unit];
  if (meaning.left === undefined || length === undefined) return null;
  const spans = meaning.values.map((values) => {
    const ends = endsIn(grounds, values, meaning.unit);
    const left = ends === undefined ? 0 : Date.parse(String(ends.value)) - Date.parse(grounds.readAt);
    const said = [Math.floor(left / length), Math.ceil(left / length)].find((count) =>
      values.includes(count),
    );
    const at =
      Date.parse(grounds.readAt) + (ends === undefined || said === undefined ? 0 : left - said * length);
    return { from: at - length, before: at + length };
  });
  return {
    from: Math.max(...spans.map(({ from }) => from)),
    before: Math.min(...spans.map(({ before }) => before)),
  };
}

/** When a statement says what it was judged for; null where it says the same whenever it is read. */
export function readWithin(grounds: Grounds, meaning: Meaning, support: Support): Span | null {
  switch (meaning.kind) {
    case 'date':
      return dayReadWithin(grounds, meaning, support);
    case 'quantity':
      return restReadWithin(grounds, meaning);
    case 'price':
    case 'percentage':
    case 'offer':
    case 'superlative':
    case 'other':
      return null;
  }
}

const HOUR = 3_600_000;

/** Whether a given offer really ends within so many hours, so that saying so is no pressure but a fact. */
export function offerEndsWithin(grounds: Grounds, hours: number): boolean {
  return grounds.offers.some(
    (offer) =>
      offer.validUntil !== null && Date.parse(offer.validUntil) - Date.parse(grounds.readAt) <= hours * HOUR,
  );
}

/** Units in stock that a valid fact states, if any. */
export function stockOf(grounds: Grounds): number[] {
  return grounds.leaves.flatMap((leaf) =>
    leaf.valid &&
    leaf.from === 'fact' &&
    typeof leaf.value === 'number' &&
    /stock|inventory|available|remaining/.test(leaf.key)
      ? [leaf.value]
      : [],
  );
}
