import { type Claim } from '../messages/content.js';
import { countValues, NUMBER, NUMBER_WORD, numberValues } from './numbers.js';
import { COMPARISONS, OFFERS, PROMISES, SUPERLATIVES } from './promises.js';
import { matchesOf } from '../shared/matches.js';

/** A calendar day as written: the year is often left out; day and month may be read either way in `11/12/2026`. */
export interface WrittenDay {
  readonly year: number | null;
  readonly month: number;
  readonly day: number;
}
/** A day named from the day it is read on: so many days later, or the next one of that name (1 is Monday). */
export type RelativeDay = { readonly after: number } | { readonly weekday: number };

/** What a statement says, in values that facts can be compared with. Each inner list holds the ways one number can be read. */
export type Meaning =
  | { readonly kind: 'price'; readonly minor: readonly number[]; readonly currencies: readonly string[] }
  | { readonly kind: 'percentage'; readonly values: readonly number[] }
  | {
      readonly kind: 'date';
      readonly days: readonly WrittenDay[];
      readonly relative: RelativeDay | null;
      /** The last day of something, as in "until 30 November". */
      readonly deadline: boolean;
    }
  | { readonly kind: 'quantity'; readonly values: readonly (readonly number[])[]; readonly unit: string }
  | { readonly kind: 'offer'; readonly code: string | null }
  | { readonly kind: 'superlative' | 'other' };

/** A statement that has to be true, at its place in a text. */
export interface Statement {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly meaning: Meaning;
}
export type StatementKind = Claim['kind'];

const SYMBOLS: Readonly<Record<string, readonly string[]>> = {
  '€': ['EUR'],
  eur: ['EUR'],
  euro: ['EUR'],
  euros: ['EUR'],
  $: ['USD', 'CAD', 'AUD', 'NZD', 'SGD', 'HKD', 'MXN'],
  us$: ['USD'],
  usd: ['USD'],
  dollar: ['USD', 'CAD', 'AUD', 'NZD'],
  dollars: ['USD', 'CAD', 'AUD', 'NZD'],
  ca$: ['CAD'],
  cad: ['CAD'],
  a$: ['AUD'],
  aud: ['AUD'],
  '£': ['GBP'],
  gbp: ['GBP'],
  pounds: ['GBP'],
  chf: ['CHF'],
  franken: ['CHF'],
  '¥': ['JPY', 'CNY'],
  jpy: ['JPY'],
  sek: ['SEK'],
  dkk: ['DKK'],
  nok: ['NOK'],
  pln: ['PLN'],
  zł: ['PLN'],
};
const BEFORE = String.raw`US\$|CA\$|A\$|[€$£¥]|(?:EUR|USD|GBP|CHF|CAD|AUD|JPY|SEK|DKK|NOK|PLN)(?![A-Za-z])`;
const AFTER = String.raw`[€$£¥]|(?:EUR|USD|GBP|CHF|CAD|AUD|JPY|SEK|DKK|NOK|PLN|euros?|dollars?|pounds|Franken|zł)(?![\p{L}])`;
const ROUND = String.raw`(?:[.,][-–—]{1,2})?`;
const SCALE = String.raw`(?:\s?(?<scale>k|million|Mio\.?|Millionen|Tsd\.?)(?![\p{L}]))?`;
const ZERO_DECIMALS = new Set(['JPY']);

const PRICES = [
  new RegExp(
    `(?<![\\p{L}\\d])(?<currency>${BEFORE})[\\s\\u00a0]?(?<number>${NUMBER})${ROUND}${SCALE}`,
    'giu',
  ),
  new RegExp(
    `(?<![\\p{L}\\d.,])(?<number>${NUMBER})${ROUND}${SCALE}[\\s\\u00a0]?(?<currency>${AFTER})`,
    'giu',
  ),
];
const CENTS = new RegExp(`(?<![\\p{L}\\d.,])(?<number>\\d{1,3})\\s?(?:cents?|ct|¢|p)(?![\\p{L}\\d])`, 'giu');
const PERCENT = new RegExp(
  `(?<![\\p{L}\\d.,])(?<number>${NUMBER}|${NUMBER_WORD})\\s?(?:%|percent|per\\s?cent|pct|prozent)(?![\\p{L}])`,
  'giu',
);
const HALF = /(?<!\p{L})(?:half[\s-]price|half\s+off|zum\s+halben\s+preis|halber\s+preis)(?!\p{L})/giu;

const SCALES: Readonly<Record<string, number>> = { k: 1e3, t: 1e3, m: 1e6 };

function prices(text: string): Statement[] {
  const found: Statement[] = [];
  for (const pattern of PRICES) {
    for (const match of matchesOf(text, pattern)) {
      const currencies = SYMBOLS[match.groups?.['currency']?.toLowerCase() ?? ''] ?? [];
      const factor = SCALES[match.groups?.['scale']?.charAt(0).toLowerCase() ?? ''] ?? 1;
      const unit = currencies.every((code) => ZERO_DECIMALS.has(code)) ? 1 : 100;
      // A third decimal is no price: `1.299 €` is grouped.
      const values = numberValues(match.groups?.['number'] ?? '');
      const read = values.length > 1 ? values.slice(0, 1) : values;
      const minor = read.map((value) => Math.round(value * factor * unit));
      found.push(statement(match, { kind: 'price', minor, currencies }));
    }
  }
  for (const match of matchesOf(text, CENTS)) {
    found.push(
      statement(match, {
        kind: 'price',
        minor: [Number(match.groups?.['number'])],
        currencies: ['EUR', 'USD', 'GBP', 'CHF'],
      }),
    );
  }
  return found;
}

function percentages(text: string): Statement[] {
  return [
    ...matchesOf(text, PERCENT).map((match) =>
      statement(match, { kind: 'percentage', values: countValues(match.groups?.['number'] ?? '') }),
    ),
    ...matchesOf(text, HALF).map((match) => statement(match, { kind: 'percentage', values: [50] })),
  ];
}

const MONTHS: readonly (readonly string[])[] = [
  ['january', 'jan', 'januar', 'jänner'],
  ['february', 'feb', 'februar'],
  ['march', 'mar', 'märz', 'maerz'],
  ['april', 'apr'],
  ['may', 'mai'],
  ['june', 'jun', 'juni'],
  ['july', 'jul', 'juli'],
  ['august', 'aug'],
  ['september', 'sep', 'sept'],
  ['october', 'oct', 'oktober', 'okt'],
  ['november', 'nov'],
  ['december', 'dec', 'dezember', 'dez'],
];
const MONTH_NUMBER = new Map(MONTHS.flatMap((names, i) => names.map((name) => [name, i + 1] as const)));
const MONTH = [...MONTH_NUMBER.keys()].sort((a, b) => b.length - a.length).join('|');
const DATES = {
  iso: /(?<!\d)(?<year>20\d{2})-(?<month>[01]\d)-(?<day>[0-3]\d)(?!\d)/gu,
  dotted:
    /(?<![\d.])(?<day>[0-3]?\d)\.\s?(?<month>[01]?\d)\.(?:\s?(?<year>20\d{2}|\d{2}(?![\d.:])))?(?!\d)/gu,
  slashed: /(?<![\d/])(?<first>[0-3]?\d)\/(?<second>[0-3]?\d)\/(?<year>20\d{2}|\d{2})(?![\d/])/gu,
  dayFirst: new RegExp(
    `(?<![\\p{L}\\d.,])(?<day>[0-3]?\\d)(?:\\.|st|nd|rd|th)?(?:\\s+of)?\\s+(?<month>${MONTH})\\.?(?!\\p{L})(?:,?\\s+(?<year>20\\d{2})(?!\\d))?`,
    'giu',
  ),
  monthFirst: new RegExp(
    `(?<!\\p{L})(?<month>${MONTH})\\.?\\s+(?<day>[0-3]?\\d)(?:st|nd|rd|th)?(?![\\p{L}\\d%€$])(?:,?\\s+(?<year>20\\d{2})(?!\\d))?`,
    'giu',
  ),
};

const UNTIL = String.raw`(?:until|till|by|before|through|ends?|ending|expires?|expiring|valid|including|bis|spätestens|endet|enden|einschließlich|gültig)`;
const UNTIL_BEFORE = new RegExp(`(?<!\\p{L})${UNTIL}[\\s,]+(?:[\\p{L}.]+[\\s,]+){0,3}$`, 'iu');
const WEEKDAYS: Readonly<Record<string, number>> = {
  monday: 1,
  tuesday: 2,
  wednesday: 3,
  thursday: 4,
  friday: 5,
  saturday: 6,
  sunday: 7,
  montag: 1,
  dienstag: 2,
  mittwoch: 3,
  donnerstag: 4,
  freitag: 5,
  samstag: 6,
  sonnabend: 6,
  sonntag: 7,
};
const NEAR: Readonly<Record<string, number>> = {
  today: 0,
  tonight: 0,
  midnight: 0,
  heute: 0,
  mitternacht: 0,
  tomorrow: 1,
  morgen: 1,
  übermorgen: 2,
};
/** Days by name count as deadlines only; a weekday with a date behind it is read by its date. */
const RELATIVE = new RegExp(
  `(?<!\\p{L})${UNTIL}(?:\\s+(?:on|at|the|end|of|this|next|am|um|zum|diesen|kommenden|einschließlich|spätestens|and|including|und|mit))*\\s+(?<name>${[...Object.keys(WEEKDAYS), ...Object.keys(NEAR)].join('|')})(?!\\p{L})(?!,?\\s+(?:den\\s+|the\\s+)?(?:\\d|${MONTH}))`,
  'giu',
);

function relativeDays(text: string): Statement[] {
  return matchesOf(text, RELATIVE).flatMap((match) => {
    const name = match.groups?.['name']?.toLowerCase() ?? '';
    const [weekday, after] = [WEEKDAYS[name], NEAR[name]];
    const relative = weekday === undefined ? (after === undefined ? null : { after }) : { weekday };
    return relative === null ? [] : [statement(match, { kind: 'date', days: [], relative, deadline: true })];
  });
}

function written(year: string | undefined, month: number, day: number): WrittenDay[] {
  if (month < 1 || month > 12 || day < 1 || day > 31) return [];
  const full = year === undefined ? null : Number(year.length === 2 ? `20${year}` : year);
  return [{ year: full, month, day }];
}

function dates(text: string): Statement[] {
  const found: Statement[] = [];
  const add = (match: RegExpExecArray, days: readonly WrittenDay[]) => {
    const deadline = UNTIL_BEFORE.test(text.slice(Math.max(0, match.index - 50), match.index));
    if (days.length > 0) found.push(statement(match, { kind: 'date', days, relative: null, deadline }));
  };
  for (const pattern of [DATES.iso, DATES.dotted]) {
    for (const match of matchesOf(text, pattern)) {
      const { year, month, day } = match.groups ?? {};
      add(match, written(year, Number(month), Number(day)));
    }
  }
  for (const match of matchesOf(text, DATES.slashed)) {
    const { year, first, second } = match.groups ?? {};
    add(match, [
      ...written(year, Number(second), Number(first)),
      ...written(year, Number(first), Number(second)),
    ]);
  }
  for (const pattern of [DATES.dayFirst, DATES.monthFirst]) {
    for (const match of matchesOf(text, pattern)) {
      const { year, month = '', day } = match.groups ?? {};
      // "you may 5" is no date.
      if (month === 'may' || month === 'march') continue;
      add(match, written(year, MONTH_NUMBER.get(month.toLowerCase()) ?? 0, Number(day)));
    }
  }
  return found;
}

const UNITS: Readonly<Record<string, readonly string[]>> = {
  minute: ['minutes?', 'mins?', 'Minuten?'],
  hour: ['hours?', 'hrs?', 'Stunden?', 'Std\\.?'],
  day: ['days?', 'Tag(?:e|en)?', 'Werktag(?:e|en)?', 'Arbeitstag(?:e|en)?'],
  week: ['weeks?', 'Wochen?'],
  month: ['months?', 'Monat(?:e|en)?'],
  year: ['years?', 'Jahr(?:e|en)?'],
  item: [
    'items?',
    'pieces?',
    'pcs',
    'products?',
    'units?',
    'pairs?',
    'Artikeln?',
    'Stück',
    'Produkt(?:e|en)?',
    'Paar',
  ],
  person: [
    'customers?',
    'people',
    'members?',
    'users?',
    'shoppers?',
    'Kund(?:en|innen)',
    'Personen',
    'Menschen',
  ],
  rating: ['reviews?', 'ratings?', 'stars?', 'Bewertungen', 'Sternen?'],
  point: ['points?', 'Punkten?'],
  times: ['x', '×', 'fach'],
  measure: [
    'kg',
    'grams?',
    'g',
    'Gramm',
    'ml',
    'l',
    'litres?',
    'liters?',
    'Liter',
    'cm',
    'mm',
    'm²',
    'GB',
    'kcal',
    'W',
    'V',
  ],
};
const ALL_UNITS = Object.values(UNITS)
  .flat()
  .sort((a, b) => b.length - a.length);
const UNIT_OF = Object.entries(UNITS).map(([unit, names]) => ({
  unit,
  pattern: new RegExp(`^(?:${names.join('|')})$`, 'iu'),
}));
const BETWEEN = String.raw`(?:working|business|calendar|full|happy|satisfied|other|more|new|free|great|different|volle|weitere|zufriedene|glückliche|kostenlose|neue)`;
const COUNT = `${NUMBER}|(?:${NUMBER_WORD})(?!\\p{L})`;
const QUANTITY = new RegExp(
  `(?<![\\p{L}\\d.,#/:-])(?<first>${COUNT})(?:\\s?(?:-|–|to|bis|or|oder)\\s?(?<second>${COUNT}))?\\+?[\\s\\u00a0-]{0,2}(?:${BETWEEN}\\s+)?(?<unit>${ALL_UNITS.join('|')})(?![\\p{L}\\d])`,
  'giu',
);

function quantities(text: string): Statement[] {
  return matchesOf(text, QUANTITY).map((match) => {
    const { first = '', second, unit = '' } = match.groups ?? {};
    const values = [first, ...(second === undefined ? [] : [second])].map(countValues);
    const name = UNIT_OF.find(({ pattern }) => pattern.test(unit))?.unit ?? unit.toLowerCase();
    return statement(match, { kind: 'quantity', values, unit: name });
  });
}

/** A code to type in at the checkout; those of valid facts are names and never get here. */
const CODE =
  /(?<!\p{L})(?:(?:promo(?:tion)?|voucher|coupon|discount|gift|gutschein|rabatt|aktions)?[\s-]?codes?|vouchers?|coupons?|gutscheine?|enter|use|einfach)(?:\s+is|\s+lautet)?\s*[:„“"']?\s*(?<code>(?=[A-Z\d]*[A-Z])(?=[A-Z]*\d|[A-Z]{6})[A-Z\d]{4,20})(?![\p{L}\d])/gu;

function codes(text: string): Statement[] {
  const lower = text.replace(/\p{Lu}(?=\p{Ll})/gu, (letter) => letter.toLowerCase());
  return matchesOf(lower, CODE).map((match) =>
    statement(match, { kind: 'offer', code: match.groups?.['code'] ?? '' }),
  );
}

function phrases(text: string, meaning: Meaning, patterns: readonly RegExp[]): Statement[] {
  return patterns.flatMap((pattern) => matchesOf(text, pattern).map((match) => statement(match, meaning)));
}

function statement(match: RegExpExecArray, meaning: Meaning): Statement {
  return { text: match[0], start: match.index, end: match.index + match[0].length, meaning };
}

/**
 * Everything in a text that has to be true: prices, percentages, dates, quantities, superlatives and comparisons, offers and promises, in
 * English and German. Of two that overlap the longer one stays, so that `20 % off` is not also a quantity. In order of appearance.
 */
export function extractStatements(text: string): Statement[] {
  const all = [
    ...prices(text),
    ...percentages(text),
    ...dates(text),
    ...quantities(text),
    ...relativeDays(text),
    ...codes(text),
    ...phrases(text, { kind: 'offer', code: null }, OFFERS),
    ...phrases(text, { kind: 'superlative' }, [...SUPERLATIVES, ...COMPARISONS]),
    ...phrases(text, { kind: 'other' }, PROMISES),
  ].sort((a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start);
  const taken = new Uint8Array(text.length);
  return all
    .filter(({ start, end }) => {
      const free = !taken.subarray(start, end).includes(1);
      if (free) taken.fill(1, start, end);
      return free;
    })
    .sort((a, b) => a.start - b.start);
}

/** What a text says in figures alone: prices, percentages, dates and codes. Much quicker, for texts that need no proof. */
export function extractFigures(text: string): Statement[] {
  return [...prices(text), ...percentages(text), ...dates(text), ...codes(text)].sort(
    (a, b) => a.start - b.start,
  );
}
