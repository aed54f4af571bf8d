import { type Claim } from '../messages/content.js';
import { countValues, NUMBER, NUMBER_WORD, numberValues } from './numbers.js';

/** A calendar day as written: the year is often left out; day and month may be read either way in `11/12/2026`. */
export interface WrittenDay {
  readonly year: number | null;
  readonly month: number;
  readonly day: number;
}

/** What a statement says, in values that facts can be compared with. Each inner list holds the ways one number can be read. */
export type Meaning =
  | { readonly kind: 'price'; readonly minor: readonly number[]; readonly currencies: readonly string[] }
  | { readonly kind: 'percentage'; readonly values: readonly number[] }
  | { readonly kind: 'date'; readonly days: readonly WrittenDay[] }
  | { readonly kind: 'quantity'; readonly values: readonly (readonly number[])[]; readonly unit: string }
  | { readonly kind: 'superlative' | 'offer' | 'other' };

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
  `(?<![\\p{L}\\d.,])(?<number>${NUMBER})\\s?(?:%|percent|per\\s?cent|pct|prozent)(?![\\p{L}])`,
  'giu',
);
const HALF = /(?<!\p{L})(?:half[\s-]price|half\s+off|zum\s+halben\s+preis|halber\s+preis)(?!\p{L})/giu;

const SCALES: Readonly<Record<string, number>> = { k: 1e3, t: 1e3, m: 1e6 };

function prices(text: string): Statement[] {
  const found: Statement[] = [];
  for (const pattern of PRICES) {
    for (const match of text.matchAll(pattern)) {
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
  for (const match of text.matchAll(CENTS)) {
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
    ...[...text.matchAll(PERCENT)].map((match) =>
      statement(match, { kind: 'percentage', values: numberValues(match.groups?.['number'] ?? '') }),
    ),
    ...[...text.matchAll(HALF)].map((match) => statement(match, { kind: 'percentage', values: [50] })),
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

function written(year: string | undefined, month: number, day: number): WrittenDay[] {
  if (month < 1 || month > 12 || day < 1 || day > 31) return [];
  const full = year === undefined ? null : Number(year.length === 2 ? `20${year}` : year);
  return [{ year: full, month, day }];
}

function dates(text: string): Statement[] {
  const found: Statement[] = [];
  const add = (match: RegExpExecArray, days: readonly WrittenDay[]) => {
    if (days.length > 0) found.push(statement(match, { kind: 'date', days }));
  };
  for (const pattern of [DATES.iso, DATES.dotted]) {
    for (const match of text.matchAll(pattern)) {
      const { year, month, day } = match.groups ?? {};
      add(match, written(year, Number(month), Number(day)));
    }
  }
  for (const match of text.matchAll(DATES.slashed)) {
    const { year, first, second } = match.groups ?? {};
    add(match, [
      ...written(year, Number(second), Number(first)),
      ...written(year, Number(first), Number(second)),
    ]);
  }
  for (const pattern of [DATES.dayFirst, DATES.monthFirst]) {
    for (const match of text.matchAll(pattern)) {
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
  times: ['x', '×', 'times', 'mal', 'fach'],
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
  return [...text.matchAll(QUANTITY)].map((match) => {
    const { first = '', second, unit = '' } = match.groups ?? {};
    const values = [first, ...(second === undefined ? [] : [second])].map(countValues);
    const name = UNIT_OF.find(({ pattern }) => pattern.test(unit))?.unit ?? unit.toLowerCase();
    return statement(match, { kind: 'quantity', values, unit: name });
  });
}

const SUPERLATIVES = [
  /(?<!\p{L})(?<!\b(?:at|our|your|my|their|its|all|all the|for the|how|as|very)\s)(?:the\s+)?(?:world['’]?s\s+)?best(?:[\s-]?(?:selling|sellers?|ever|rated|price|prices|value|in class|quality))?(?!\p{L})(?!\s+(?:regards|wishes|before|of luck|if|way|when|to|practices?|possible|suited|suits))/giu,
  /(?<!\p{L})our\s+best(?:[\s-]sell(?:er|ers|ing)|\s+(?:price|offer|deal|quality))(?!\p{L})/giu,
  /(?<!\p{L})(?:cheapest|fastest|finest|safest|strongest|healthiest|lowest[\s-]+prices?|highest[\s-]+quality|most\s+(?:popular|advanced|trusted|loved|affordable|comfortable|effective|powerful)|unbeatable|unrivalled|unrivaled|unmatched|world[\s-]class|world['’]s\s+(?:first|only|leading|\w+est)|market[\s-]lead(?:er|ing)|award[\s-]winning|second\s+to\s+none|number\s+one|no\.\s?1|#1)(?![\p{L}\d])/giu,
  /(?<!\p{L})(?:(?:der|die|das|den|dem|unser[ea]?[rsnm]?)\s+)?beste[rsnm]?(?!\p{L})(?!\s+(?:grüße|wünsche|dank))/giu,
  /(?<!\p{L})(?:günstigste|billigste|schnellste|größte|sicherste|stärkste|hochwertigste|beliebteste|meistverkaufte|niedrigste|unschlagbare?|marktführ\p{L}+|preisgekrönt\p{L}*|nummer\s+eins|nr\.\s?1|konkurrenzlos\p{L}*|bestseller)(?:[rsnm]|n)?(?![\p{L}\d])/giu,
];
const GUARANTEES = [
  /(?<!\p{L})(?:we\s+)?guarante(?:e|es|ed)(?!\p{L})/giu,
  /(?<!\p{L})(?:money[\s-]back|risk[\s-]free|no\s+risk|no\s+questions\s+asked|lifetime\s+(?:warranty|guarantee)|clinically\s+(?:proven|tested)|scientifically\s+proven|doctor\s+recommended|dermatologically\s+tested|cures?\s+\w+)(?!\p{L})/giu,
  /(?<!\p{L})(?:climate[\s-]neutral|carbon[\s-]neutral|eco[\s-]?friendly|environmentally\s+friendly|sustainably\s+(?:made|sourced)|100\s?%\s+(?:organic|natural|recycled|vegan)|biodegradable|plastic[\s-]free)(?!\p{L})/giu,
  /(?<!\p{L})(?:garantier(?:t|en|te[rnms]?)|geld[\s-]zurück(?:[\s-]garantie)?|(?:zufriedenheits|preis|tiefpreis|lebenslange\s+)garantie|risikofrei|ohne\s+risiko|klinisch\s+(?:getestet|bewiesen|geprüft)|wissenschaftlich\s+bewiesen|klimaneutral|umweltfreundlich|nachhaltig\s+(?:produziert|hergestellt)|biologisch\s+abbaubar)(?!\p{L})/giu,
];
const OFFERS = [
  /(?<!\p{L})(?:free|complimentary)\s+(?:(?:express|standard|next[\s-]day|international|worldwide|same[\s-]day)\s+)?(?:shipping|delivery|returns?|gifts?|samples?|trial|upgrade|installation|refills?)(?!\p{L})/giu,
  /(?<!\p{L})(?:buy\s+(?:one|two|1|2),?\s+get\s+(?:one|two|1|2)(?:\s+\w+)?|\d\s?for\s?\d|two[\s-]for[\s-]one|bogo|on\s+the\s+house)(?!\p{L})/giu,
  /(?<!\p{L})(?:versandkostenfrei\p{L}*|portofrei\p{L}*|(?:kostenlos|gratis|kostenfrei)\p{L}{0,2}[\s-]?(?:versand|lieferung|rückgabe|rücksendung|retoure|geschenk|probe|zugabe|testphase)\p{L}*|gratis(?:versand|geschenk|probe|zugabe))(?!\p{L})/giu,
];

function phrases(
  text: string,
  kind: 'superlative' | 'offer' | 'other',
  patterns: readonly RegExp[],
): Statement[] {
  return patterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match) => statement(match, { kind })),
  );
}

function statement(match: RegExpExecArray, meaning: Meaning): Statement {
  return { text: match[0], start: match.index, end: match.index + match[0].length, meaning };
}

/**
 * Everything in a text that has to be true: prices, percentages, dates, quantities, superlatives, offers and guarantees, in English and
 * German. Of two that overlap the longer one stays, so that `20 % off` is not also a quantity. In order of appearance.
 */
export function extractStatements(text: string): Statement[] {
  const all = [
    ...prices(text),
    ...percentages(text),
    ...dates(text),
    ...quantities(text),
    ...phrases(text, 'offer', OFFERS),
    ...phrases(text, 'superlative', SUPERLATIVES),
    ...phrases(text, 'other', GUARANTEES),
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
