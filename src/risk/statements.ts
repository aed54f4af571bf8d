import { type Claim } from '../messages/content.js';
import { type LooseClaim, looseClaims } from './loose-claims.js';
import {
  countValues,
  FRACTION,
  fractionValues,
  NUMBER,
  NUMBER_WORD,
  numberValues,
  smallNumber,
} from './numbers.js';
import { COMPARISONS, OFFERS, PROMISES, SUPERLATIVES } from './promises.js';
import { matchesOf } from '../shared/matches.js';
import { WEEKDAYS } from './weekdays.js';

/** A calendar day as written: the year is often left out; day and month may be read either way in `11/12/2026`. */
export interface WrittenDay {
  readonly year: number | null;
  readonly month: number;
  readonly day: number;
}
/** A day named from the day it is read on: so many days later, the next one of that name (1 is Monday), or the last of its week, month or year. */
export type RelativeDay =
  | { readonly after: number }
  | { readonly weekday: number; readonly orNext?: true }
  | { readonly endOf: 'week' | 'month' | 'year' };

/** What a statement says, in values that facts can be compared with. Each inner list holds the ways one number can be read. */
export type Meaning =
  | {
      readonly kind: 'price';
      readonly minor: readonly number[];
      readonly currencies: readonly string[];
      /** `range`: an end of "from €5 to €20"; `sum`: what several things come to together; `saving`: what something became cheaper by. */
      readonly role?: 'range' | 'sum' | 'saving';
      /** Said of what costs less than that: "under €20". */
      readonly below?: true;
      /** How many of something its sentence speaks of: "two nights come to €290". */
      readonly times?: readonly number[];
    }
  | { readonly kind: 'percentage'; readonly values: readonly number[] }
  | {
      readonly kind: 'date';
      readonly days: readonly WrittenDay[];
      readonly relative: RelativeDay | null;
      /** The last day of something, as in "until 30 November". */
      readonly deadline: boolean;
      /** The day itself is too late: "before 1 December". */
      readonly before?: true;
    }
  | {
      readonly kind: 'quantity';
      readonly values: readonly (readonly number[])[];
      readonly unit: string;
      /** How long something still holds, as in "you have ten days left"; `maybe` where it may be a term as well: "you have 30 days". */
      readonly left?: 'surely' | 'maybe';
    }
  | { readonly kind: 'offer'; readonly code: string | null }
  | { readonly kind: 'superlative' | 'other' };

/** A statement that has to be true, at its place in a text. */
export interface Statement {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly meaning: Meaning;
  /** Where no rule says what it says: the ways approved words may say the same, see `looseClaims`. */
  readonly keys?: readonly string[];
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
  pound: ['GBP'],
  pounds: ['GBP'],
  quid: ['GBP', 'EUR'],
  bucks: ['USD', 'CAD', 'AUD', 'NZD', 'EUR'],
  fiver: ['GBP', 'EUR', 'USD'],
  tenner: ['GBP', 'EUR', 'USD'],
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
const AFTER = String.raw`[€$£¥]|(?:EUR|USD|GBP|CHF|CAD|AUD|JPY|SEK|DKK|NOK|PLN|euros?|(?:US[\s-]|American\s|Canadian\s|Australian\s)?dollars?|(?:Swiss\s)?francs|pounds?|quid|bucks|(?:Schweizer\s)?Franken|zł)(?![\p{L}])`;
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
const MAY_BE_SPELT = /\p{L}\s(?:euro|dollar|pound|quid|bucks|franken|fiver|tenner)/iu;
/** Prices in words. `one euro` and `ein Euro` are prices, though elsewhere `one` and `ein` are articles. */
const SPELT = new RegExp(
  `(?<![\\p{L}\\d])(?:(?<number>${NUMBER_WORD})|(?<one>one|an?\\ssingle|eine[nm]?(?:\\seinzigen?)?|ein(?:\\seinziger)?))\\s(?<currency>euros?|dollars?|pounds?|quid|bucks|Franken)(?:\\s(?<cents>zehn|zwanzig|dreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig|ten|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|\\d0|\\d5|\\d9)(?!\\d))?(?!\\p{L})|(?<![\\p{L}\\d])an?\\s(?<note>fiver|tenner)(?!\\p{L})`,
  'giu',
);
const NOTES: Readonly<Record<string, number>> = { fiver: 500, tenner: 1_000 };
const CENTS = new RegExp(`(?<![\\p{L}\\d.,])(?<number>\\d{1,3})\\s?(?:cents?|ct|¢|p)(?![\\p{L}\\d])`, 'giu');
const PERCENT = new RegExp(
  `(?<![\\p{L}\\d.,])(?<number>${NUMBER}|${NUMBER_WORD})\\s?(?:%|percent|per\\s?cent|pct|prozent)(?![\\p{L}])`,
  'giu',
);
const LESS = String.raw`(?:off|less|cheaper|discount|reduction|lower|weniger|günstiger|billiger|niedriger|rabatt|nachlass|reduziert|gespart|ermäßigt)`;
const MAY_BE_PART = /half|third|quarter|fifth|tenth|hälfte|drittel|viertel|fünftel|zehntel/i;
/** Fractions given away: "a third off", "save up to half", "um die Hälfte reduziert". */
const PARTS = [
  new RegExp(`(?<!\\p{L})(?<part>${FRACTION})\\s+${LESS}(?!\\p{L})`, 'giu'),
  new RegExp(
    `(?<!\\p{L})(?:save|saving|spare[n]?|sparst|off|reduced\\s+by|reduziert\\s+um)\\s+(?:(?:you|sie|ihnen|jetzt|now|up\\s+to|bis\\s+zu|rund|almost|nearly|fast|over|more\\s+than|über|mehr\\s+als)\\s+){0,3}(?<part>${FRACTION})(?!\\p{L})`,
    'giu',
  ),
];
const HALF =
  /(?<!\p{L})(?:half[\s-]price|half\s+off|(?:at\s+)?half\s+the\s+price(?!\s+of)|(?:zum\s+)?halbe[nr]\s+preis)(?!\p{L})/giu;

const SCALES: Readonly<Record<string, number>> = { k: 1e3, t: 1e3, m: 1e6 };

/** A country's name before the word says which of them it is. */
function currenciesOf(written: string): readonly string[] {
  const word = written.toLowerCase();
  if (/^(?:us|american)[\s-]/.test(word)) return ['USD'];
  if (word.startsWith('canadian')) return ['CAD'];
  if (word.startsWith('australian')) return ['AUD'];
  if (/francs|franken/.test(word)) return ['CHF'];
  return SYMBOLS[word] ?? [];
}

function prices(text: string): Statement[] {
  const found: Statement[] = [];
  for (const pattern of PRICES) {
    for (const match of matchesOf(text, pattern)) {
      const currencies = currenciesOf(match.groups?.['currency'] ?? '');
      const factor = SCALES[match.groups?.['scale']?.charAt(0).toLowerCase() ?? ''] ?? 1;
      const unit = currencies.every((code) => ZERO_DECIMALS.has(code)) ? 1 : 100;
      // A third decimal is no price: `1.299 €` is grouped.
      const values = numberValues(match.groups?.['number'] ?? '');
      const read = values.length > 1 ? values.slice(0, 1) : values;
      const minor = read.map((value) => Math.round(value * factor * unit));
      found.push(statement(match, { kind: 'price', minor, currencies }));
    }
  }
  for (const match of MAY_BE_SPELT.test(text) ? matchesOf(text, SPELT) : []) {
    const { number, one, currency, cents, note = '' } = match.groups ?? {};
    const units = number === undefined ? (one === undefined ? [] : [1]) : countValues(number);
    const small = cents === undefined ? 0 : (countValues(cents)[0] ?? 0);
    const minor =
      units.length > 0 ? units.map((value) => value * 100 + small) : [NOTES[note.toLowerCase()] ?? 0];
    const currencies = currenciesOf(currency ?? note);
    found.push(statement(match, { kind: 'price', minor, currencies }));
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
  return found.map((price) => ofSeveral(text, inItsRole(text, price)));
}

const BELOW = /(?<![a-zäöüß])(?:under|below|less\s+than|unter|weniger\s+als|keine[nr]?|knapp)\s+$/i;
const THERE_AND_BACK =
  /(?<![a-zäöüß])(?:there\s+and\s+back|hin\s+und\s+zurück|round\s+trip|return\s+trip)(?![a-zäöüß])/i;
const A_YEAR =
  /(?<![a-zäöüß])(?:(?:an?|per|each|every)\s+year|yearly|annually|(?:im|pro|jedes)\s+jahr|jährlich)(?![a-zäöüß])/i;
/** As many of one thing as are bought at once. */
const AT_ONCE =
  /(?<![\w.,€$£])(?:[2-9]|1[0-2]|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf)(?![\w%€$£äöüß]|[.,]\d)/gi;
/** Without one of these a price is that of one thing, and no bound. */
const MAY_BE_SEVERAL = new RegExp(
  `${AT_ONCE.source}|year|jahr|jährlich|annual|back|trip|hin und|under|below|less|unter|wenig|keine|knapp`,
  'i',
);

/** Whether a price bounds another one, and of how many things its sentence speaks. */
function ofSeveral(text: string, price: Statement): Statement {
  if (price.meaning.kind !== 'price') return price;
  if (!MAY_BE_SEVERAL.test(text.slice(Math.max(0, price.start - AROUND), price.end + AROUND))) return price;
  const before = sentenceBefore(text, price.start);
  const behind = /^(?:[^.!?\n]|[.](?=\d))*/u.exec(text.slice(price.end, price.end + AROUND))?.[0] ?? '';
  const around = `${before} ${behind}`;
  const times = [
    ...(around.match(AT_ONCE) ?? []).map((count) => smallNumber(count.toLowerCase()) ?? Number(count)),
    ...(A_YEAR.test(around) ? [12] : []),
    ...(THERE_AND_BACK.test(around) ? [2] : []),
  ];
  const isBelow = BELOW.test(before);
  if (times.length === 0 && !isBelow) return price;
  return {
    ...price,
    meaning: {
      ...price.meaning,
      ...(isBelow ? { below: true } : {}),
      ...(times.length > 0 ? { times } : {}),
    },
  };
}

const RANGE_BEFORE = /(?<!\p{L})(?:from|between|zwischen|von)\s+$/iu;
const RANGE_ON = /^\s?(?:to|and|bis|und|–|-)\s?(?:\p{Sc}\s?)?\d/iu;
const RANGE_BEHIND =
  /(?<!\p{L})(?:from|between|zwischen|von)\s+[^.!?\n]{1,20}?(?<=[\d\p{Sc}\p{L},-])\s?(?:to|and|bis|und|–|-)\s+$/iu;
const TOGETHER =
  /(?<!\p{L})(?:together|in\s+total|altogether|both|all\s+in|zusammen|insgesamt|beide|gemeinsam)(?!\p{L})/iu;
const SAVING =
  /(?<!\p{L})(?:sav(?:e|es|ing)|spare[n]?|sparst|ersparnis(?:\s+von)?)\s+(?:(?:you|sie|ihnen|jetzt|now)\s+){0,2}$/iu;

const SAVED_BEHIND = /^\s?(?:cheaper|less|below|günstiger|billiger|weniger|gespart)(?![a-zäöüß])/i;
const CUT_BEFORE =
  /(?<![a-zäöüß])(?:dropped|fallen|down|reduced|cut|reduziert|gesenkt|gesunken)\s+(?:by|um)\s+$/i;
/** Without one of these a price is a price. */
const MAY_HAVE_ROLE =
  /cheaper|less|below|günstiger|billiger|weniger|(?:by|um)\s|from|between|zwischen|von|sav|spar|together|total|altogether|both|all\s+in|zusammen|insgesamt|beide|gemeinsam/i;
const AROUND = 80;
const ENDS_SENTENCE = /[.!?\n]/u;

/** What stands before a place in its sentence. */
function sentenceBefore(text: string, at: number): string {
  const from = Math.max(0, at - AROUND);
  let start = at;
  while (start > from && !ENDS_SENTENCE.test(text.charAt(start - 1))) start--;
  return text.slice(start, at);
}

/** What a price is, by the words around it in its sentence. */
function inItsRole(text: string, price: Statement): Statement {
  if (price.meaning.kind !== 'price') return price;
  if (!MAY_HAVE_ROLE.test(text.slice(Math.max(0, price.start - AROUND), price.end + AROUND))) return price;
  const before = sentenceBefore(text, price.start);
  const behind = /^(?:[^.!?\n]|[.](?=\d))*/u.exec(text.slice(price.end, price.end + AROUND))?.[0] ?? '';
  const role =
    (RANGE_BEFORE.test(before) && RANGE_ON.test(behind)) || RANGE_BEHIND.test(before)
      ? 'range'
      : SAVING.test(before) || SAVED_BEHIND.test(behind) || CUT_BEFORE.test(before)
        ? 'saving'
        : TOGETHER.test(before) || TOGETHER.test(behind)
          ? 'sum'
          : null;
  return role === null ? price : { ...price, meaning: { ...price.meaning, role } };
}

function percentages(text: string): Statement[] {
  return [
    ...(MAY_BE_PART.test(text) ? PARTS : []).flatMap((pattern) =>
      matchesOf(text, pattern).map((match) =>
        statement(match, { kind: 'percentage', values: fractionValues(match.groups?.['part'] ?? '') }),
      ),
    ),
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

const ORDINALS: readonly (readonly string[])[] = [
  ['first', 'erste'],
  ['second', 'zweite'],
  ['third', 'dritte'],
  ['fourth', 'vierte'],
  ['fifth', 'fünfte'],
  ['sixth', 'sechste'],
  ['seventh', 'siebte', 'siebente'],
  ['eighth', 'achte'],
  ['ninth', 'neunte'],
  ['tenth', 'zehnte'],
  ['eleventh', 'elfte'],
  ['twelfth', 'zwölfte'],
  ['thirteenth', 'dreizehnte'],
  ['fourteenth', 'vierzehnte'],
  ['fifteenth', 'fünfzehnte'],
  ['sixteenth', 'sechzehnte'],
  ['seventeenth', 'siebzehnte'],
  ['eighteenth', 'achtzehnte'],
  ['nineteenth', 'neunzehnte'],
  ['twentieth', 'zwanzigste'],
];
const ONES = 'ein zwei drei vier fünf sechs sieben acht neun'.split(' ');
const ORDINAL_NUMBER = new Map<string, number>([
  ...ORDINALS.flatMap((names, i) => names.map((name) => [name, i + 1] as const)),
  ...ORDINALS.slice(0, 9).map(([name], i) => [`twenty-${name ?? ''}`, 21 + i] as const),
  ...ONES.map((one, i) => [`${one}undzwanzigste`, 21 + i] as const),
  ['thirtieth', 30],
  ['dreißigste', 30],
  ['thirty-first', 31],
  ['einunddreißigste', 31],
]);
const ORDINAL = [...ORDINAL_NUMBER.keys()].sort((a, b) => b.length - a.length).join('|');
/** "the tenth of December", "zum zehnten Dezember". */
const SPELT_DAY = new RegExp(
  `(?<!\\p{L})(?<day>${ORDINAL})[nrs]?(?:\\s+of)?\\s+(?<month>${MONTH})(?!\\p{L})(?:,?\\s+(?<year>20\\d{2})(?!\\d))?`,
  'giu',
);
/** Without one of these no day is spelt out; looking for them costs next to nothing. */
const MAY_BE_SPELT_DAY = /(?:th|first|second|third|ten?)\s+(?:of\s+)?\p{L}/iu;

const UNTIL = String.raw`(?:until|till|by|before|through|ends?|ending|expires?|expiring|closes?|closing|valid|including|bis|spätestens|endet|enden|schließt|schließen|einschließlich|gültig)`;
const UNTIL_BEFORE = new RegExp(`(?<!\\p{L})${UNTIL}[\\s,]+(?:[\\p{L}.]+[\\s,]+){0,3}$`, 'iu');
const BEFORE_DAY = /(?<!\p{L})(?:before|vor(?:\s+dem)?)[\s,]+(?:[\p{L}.]+[\s,]+)?$/iu;
const NEAR: Readonly<Record<string, number>> = {
  today: 0,
  tonight: 0,
  midnight: 0,
  evening: 0,
  heute: 0,
  mitternacht: 0,
  tomorrow: 1,
  morgen: 1,
  übermorgen: 2,
};
const ENDS: Readonly<Record<string, 'week' | 'month' | 'year'>> = {
  week: 'week',
  wochen: 'week',
  woche: 'week',
  month: 'month',
  monats: 'month',
  year: 'year',
  jahres: 'year',
};
/** "until the end of November", "bis Jahresende": ends of weeks, months and years count as deadlines only. */
const END_OF = new RegExp(
  `(?<!\\p{L})${UNTIL}(?:\\s+(?:at|by|the|on|am|zum|noch|and|including|und|mit|einschließlich|spätestens))*\\s+(?:(?:the\\s+)?end\\s+of\\s+(?:(?:this|the|next)\\s+)?|ende\\s+(?:(?:des|der|dieses|dieser)\\s+)?)(?:(?<month>${MONTH})|(?<span>week|woche|month|monats|year|jahres))(?!\\p{L})|(?<!\\p{L})${UNTIL}(?:\\s+(?:zum|am|noch))*\\s+(?<compound>wochen|monats|jahres)ende(?!\\p{L})`,
  'giu',
);
/** Days everybody knows by name; those that move with the year have no day here, so that only an approved text can say them. */
const FESTIVALS: readonly (readonly [
  pattern: string,
  days: readonly (readonly [month: number, day: number])[],
])[] = [
  [
    'christmas(?:\\s+(?:eve|day))?|xmas|weihnachten|heiligabend',
    [
      [12, 24],
      [12, 25],
      [12, 26],
    ],
  ],
  [
    "new\\s+year(?:['’]?s)?(?:\\s+(?:eve|day))?|silvester|neujahr|jahreswechsel",
    [
      [12, 31],
      [1, 1],
    ],
  ],
  ['halloween', [[10, 31]]],
  ["valentine['’]?s(?:\\s+day)?|valentinstag", [[2, 14]]],
  ['nikolaus', [[12, 6]]],
  [
    "easter|ostern|black\\s+friday|cyber\\s+monday|thanksgiving|pfingsten|(?:mother|father)['’]?s\\s+day|muttertag|vatertag|(?:the\\s+|next\\s+|zum\\s+)?(?:summer|winter|spring|autumn|sommer|frühling|frühjahr|herbst)|(?:the\\s+)?(?:end\\s+of\\s+|ende\\s+)20\\d\\d",
    [],
  ],
];
const FESTIVAL = FESTIVALS.map(([pattern, days]) => ({
  days: days.map(([month, day]) => ({ year: null, month, day })),
  pattern: new RegExp(
    `(?<!\\p{L})${UNTIL}(?:\\s+(?:on|at|the|zum|an|noch|and|including|und|mit|einschließlich))*\\s+(?:${pattern})(?!\\p{L})`,
    'giu',
  ),
}));

const LAST_DAYS = [[31], [28, 29], [31], [30], [31], [30], [31], [31], [30], [31], [30], [31]] as const;

/** Without one of these no end and no festival is named; looking for them costs next to nothing. */
const MAY_END = /end\s+of|ende/i;
const MAY_BE_FESTIVAL = new RegExp(FESTIVALS.map(([pattern]) => pattern).join('|'), 'iu');

function endsAndFestivals(text: string): Statement[] {
  const ends = !MAY_END.test(text)
    ? []
    : matchesOf(text, END_OF).map((match) => {
        const { month, span, compound } = match.groups ?? {};
        const number = MONTH_NUMBER.get(month?.toLowerCase() ?? '') ?? 0;
        const days = (LAST_DAYS[number - 1] ?? []).map((day) => ({ year: null, month: number, day }));
        const endOf = ENDS[(span ?? compound ?? '').toLowerCase()];
        const relative = endOf === undefined ? null : { endOf };
        return statement(match, { kind: 'date', days, relative, deadline: true });
      });
  const festivals = !MAY_BE_FESTIVAL.test(text)
    ? []
    : FESTIVAL.flatMap(({ days, pattern }) =>
        matchesOf(text, pattern).map((match) =>
          statement(match, { kind: 'date', days, relative: null, deadline: true }),
        ),
      );
  return [...ends, ...festivals];
}

/** Days by name count as deadlines only; a weekday with a date behind it is read by its date. */
const RELATIVE = new RegExp(
  `(?<!\\p{L})${UNTIL}(?:\\s+(?:on|at|the|end|of|this|next|am|an|um|zum|nächsten|nächstem|diesen|diesem|kommenden|kommendem|noch|einschließlich|spätestens|and|including|und|mit))*\\s+(?<name>${[...Object.keys(WEEKDAYS), ...Object.keys(NEAR)].join('|')})(?!\\p{L})(?!,?\\s+(?:den\\s+|the\\s+)?(?:\\d|${MONTH}))`,
  'giu',
);

/** When something will be there: "delivered tomorrow", "heute bestellt, morgen geliefert". */
const ARRIVES =
  /(?<!\p{L})(?:delivered|arriv(?:es|ing)|with\s+you|at\s+your\s+door|bei\s+(?:ihnen|dir|euch))\s+(?:(?:by|on|already|as\s+early\s+as|schon|bereits|noch)\s+)?(?<name>today|tonight|tomorrow|heute|morgen|übermorgen)(?!\p{L})|(?<!\p{L})(?<early>heute|morgen|übermorgen)\s+(?:schon\s+|bereits\s+|noch\s+)?(?:geliefert|bei\s+(?:ihnen|dir|euch))(?!\p{L})/giu;

function arrivals(text: string): Statement[] {
  return matchesOf(text, ARRIVES).map((match) => {
    const name = match.groups?.['name'] ?? match.groups?.['early'] ?? '';
    const relative = { after: NEAR[name.toLowerCase()] ?? 0 };
    return statement(match, { kind: 'date', days: [], relative, deadline: true });
  });
}

function relativeDays(text: string): Statement[] {
  return matchesOf(text, RELATIVE).flatMap((match) => {
    const name = match.groups?.['name']?.toLowerCase() ?? '';
    const [weekday, after] = [WEEKDAYS[name], NEAR[name]];
    // "Next Sunday" may be the one after this.
    const orNext = /(?:next|nächste[nrm]?)\s+\p{L}+$/iu.test(match[0]) ? ({ orNext: true } as const) : {};
    const relative =
      weekday === undefined ? (after === undefined ? null : { after }) : { weekday, ...orNext };
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
    const before = BEFORE_DAY.test(text.slice(Math.max(0, match.index - 50), match.index));
    if (days.length === 0) return;
    found.push(
      statement(match, { kind: 'date', days, relative: null, deadline, ...(before ? { before } : {}) }),
    );
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
  for (const match of MAY_BE_SPELT_DAY.test(text) ? matchesOf(text, SPELT_DAY) : []) {
    const { year, month = '', day = '' } = match.groups ?? {};
    if (month === 'may' || month === 'march') continue;
    const number = ORDINAL_NUMBER.get(day.toLowerCase()) ?? 0;
    add(match, written(year, MONTH_NUMBER.get(month.toLowerCase()) ?? 0, number));
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
  second: ['seconds?', 'secs?', 'Sekunden?'],
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
    'watts?',
    'volts?',
    'kWh',
    'mAh',
    'TB',
    'MB',
    'inch(?:es)?',
    'Zoll',
    'kilos?',
    'oz',
    'Grad',
    'degrees?',
    '°C',
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

const STILL_BEFORE =
  /(?<!\p{L})(?:you(?:\s+still)?\s+have|you['’]ve\s+got|still\s+have|haben(?:\s+sie)?(?:\s+noch)?|hast(?:\s+du)?(?:\s+noch)?|noch|ends?\s+in|expires?\s+in|endet\s+in|läuft\s+in|for\s+another)\s+$/iu;
const STILL_BEHIND = /^\s+(?:left|remaining|to\s+(?:use|go|redeem)|zeit|übrig)(?!\p{L})/iu;

const LEFT_BEHIND = /^\s+(?:left|remaining|übrig)(?![a-zäöüß])/i;

function leftOf(text: string, start: number, end: number): { readonly left?: 'surely' | 'maybe' } {
  const behind = text.slice(end, end + 30);
  if (LEFT_BEHIND.test(behind)) return { left: 'surely' };
  const isLeft = STILL_BEHIND.test(behind) || STILL_BEFORE.test(text.slice(Math.max(0, start - 30), start));
  return isLeft ? { left: 'maybe' } : {};
}

/** What others are said to have rated: "4.9 out of 5", "vier von fünf Sternen". */
const RATED = new RegExp(
  `(?<![\\p{L}\\d.,#/:-])(?<first>${COUNT})\\s?(?:(?:out\\s+)?of|von|/)\\s?(?:5|10|100|five|ten|fünf|zehn)(?![\\p{L}\\d.,/]\\d|[\\p{L}\\d])(?:\\s+(?:stars?|points?|Sternen?|Punkten?|customers?|people|Kund\\p{L}+))?`,
  'giu',
);

const MAY_BE_RATED = /(?:of|von|\/)\s?(?:5|10|five|ten|fünf|zehn)/i;

function ratings(text: string): Statement[] {
  return MAY_BE_RATED.test(text) ? counts(text, RATED, 'rating') : [];
}

/** What a pattern finds with a count in its group `first`. */
function counts(text: string, pattern: RegExp, unit: string): Statement[] {
  return matchesOf(text, pattern).map((match) =>
    statement(match, {
      kind: 'quantity',
      values: [countValues(match.groups?.['first'] ?? '')],
      unit,
    }),
  );
}

/** One of a unit, where it is a limit: elsewhere `one` and `ein` are articles. */
const WITHIN_ONE =
  /(?<!\p{L})(?:(?:within|in|under|up\s+to|only|just|nur|bis\s+zu|binnen|innerhalb(?:\s+von)?|unter)\s+(?:just\s+|only\s+|nur\s+)?(?:one|an?|a\s+single|eine[mnrs]?|ein)\s+(?:working\s+|business\s+|single\s+|einzigen?\s+)?|(?:one|an?|eine[mnrs]?|ein)\s+(?:whole|full|entire|(?:ganz|voll)e[nrms]?)\s+|for\s+one\s+)(?<unit>kilo|litre|liter|minute|hour|day|week|month|year|stunde|(?:werk|arbeits)?tag(?:es|e)?|woche|monat(?:s|es)?|jahr(?:es)?)(?![\p{L}\d])/giu;
/** Half of a unit, in the next smaller one. */
const HALVES =
  /(?<!\p{L})(?:(?:half\s+an?|halbe[snmr]?)\s+(?<unit>hour|day|month|year|stunde|tag|monat|jahr)(?:es|s)?|(?<fortnight>fortnight)|(?<quarter>vierteljahr)(?:es)?|(?<half>halbjahr)(?:es)?)(?!\p{L})/giu;
const HALF_OF: Readonly<Record<string, readonly [value: number, unit: string]>> = {
  hour: [30, 'minute'],
  day: [12, 'hour'],
  month: [15, 'day'],
  year: [6, 'month'],
};
const MAY_BE_HALF = /half|halb|fortnight|vierteljahr/i;

function halves(text: string): Statement[] {
  if (!MAY_BE_HALF.test(text)) return [];
  return matchesOf(text, HALVES).map((match) => {
    const { unit = '', fortnight, quarter } = match.groups ?? {};
    const name = UNIT_OF.find(({ pattern }) => pattern.test(unit))?.unit ?? 'year';
    const [value, small] =
      fortnight !== undefined
        ? ([14, 'day'] as const)
        : quarter !== undefined
          ? ([3, 'month'] as const)
          : (HALF_OF[name] ?? ([6, 'month'] as const));
    return statement(match, { kind: 'quantity', values: [[value]], unit: small });
  });
}

/** How many find room: "sleeps three", "Platz für drei". */
const CAPACITY = new RegExp(
  `(?<!\\p{L})(?:sleeps|seats|holds|fits|serves|(?:room|space|enough|big\\s+enough)\\s+for|platz\\s+für|reicht\\s+für|fasst)\\s+(?:up\\s+to\\s+|bis\\s+zu\\s+|about\\s+)?(?<first>${COUNT})(?![\\p{L}\\d]|[.,]\\d|\\s?(?:${ALL_UNITS.join('|')})(?![\\p{L}\\d]))`,
  'giu',
);
const MAY_BE_CAPACITY = /sleeps|seats|holds|fits|serves|room|space|enough|platz|reicht|fasst/i;

function rooms(text: string): Statement[] {
  return MAY_BE_CAPACITY.test(text) ? counts(text, CAPACITY, 'capacity') : [];
}

function singles(text: string): Statement[] {
  return matchesOf(text, WITHIN_ONE).map((match) => {
    const written = (match.groups?.['unit'] ?? '').replace(/(?<=tag|monat|jahr)e?s$/i, '');
    const unit = UNIT_OF.find(({ pattern }) => pattern.test(written))?.unit ?? 'day';
    const left = leftOf(text, match.index, match.index + match[0].length);
    return statement(match, { kind: 'quantity', values: [[1]], unit, ...left });
  });
}

/** Enough of a word to know it again in another form. */
const STEM = 5;
/** A number before a word, or before a word and another one: "two candles", "two free candles". */
const COUNTED_THING = new RegExp(
  `(?<![\\p{L}\\d.,#/:-]|(?:von|of|aus)\\s)(?<first>${COUNT})\\s+(?<near>\\p{L}{4,})(?:\\s+(?<far>\\p{L}{4,}))?(?![\\p{L}\\d])`,
  'giu',
);

const stemOf = (word: string): string => word.toLowerCase().slice(0, STEM);

/** Things that are counted in approved words, by the beginning of the word: where a draft counts the same, the number is a statement. */
export function countedThings(texts: readonly string[]): ReadonlySet<string> {
  return new Set(
    texts
      .flatMap((text) => matchesOf(text, COUNTED_THING))
      .map(({ groups }) => groups?.['near'] ?? '')
      .filter((thing) => !MONTH_NUMBER.has(thing.toLowerCase()))
      .filter((thing) => !UNIT_OF.some(({ pattern }) => pattern.test(thing)))
      .map(stemOf),
  );
}

const NOTHING: ReadonlySet<string> = new Set();

function countsOf(text: string, things: ReadonlySet<string>): Statement[] {
  if (things.size === 0) return [];
  return matchesOf(text, COUNTED_THING).flatMap((match) => {
    const { first = '', near = '', far = '' } = match.groups ?? {};
    const thing = [near, far].map(stemOf).find((stem) => things.has(stem));
    if (thing === undefined) return [];
    return [statement(match, { kind: 'quantity', values: [countValues(first)], unit: `thing ${thing}` })];
  });
}

function quantities(text: string): Statement[] {
  return matchesOf(text, QUANTITY).map((match) => {
    const { first = '', second, unit = '' } = match.groups ?? {};
    const values = [first, ...(second === undefined ? [] : [second])].map(countValues);
    const name = UNIT_OF.find(({ pattern }) => pattern.test(unit))?.unit ?? unit.toLowerCase();
    const left = leftOf(text, match.index, match.index + match[0].length);
    return statement(match, { kind: 'quantity', values, unit: name, ...left });
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
 * English and German. Of two that overlap the longer one stays, so that `20 % off` is not also a quantity; what would be a claim in any sentence
 * comes last, where nothing else was found. In order of appearance.
 * @param things that approved words count, see `countedThings`.
 */
export function extractStatements(text: string, things: ReadonlySet<string> = NOTHING): Statement[] {
  const sorted = sortedStatements(text, things);
  const taken = takenBy(text, sorted);
  const loose = looseClaims(text).map((each) => looseStatement(text, each));
  return [...sorted, ...loose.filter((each) => take(taken, each))].sort((a, b) => a.start - b.start);
}

/** What the patterns find, without what would be a claim in any sentence. */
export function sortedStatements(text: string, things: ReadonlySet<string> = NOTHING): Statement[] {
  const all = [
    ...countsOf(text, things),
    ...rooms(text),
    ...singles(text),
    ...halves(text),
    ...prices(text),
    ...percentages(text),
    ...dates(text),
    ...quantities(text),
    ...ratings(text),
    ...relativeDays(text),
    ...arrivals(text),
    ...endsAndFestivals(text),
    ...codes(text),
    ...phrases(text, { kind: 'offer', code: null }, OFFERS),
    ...phrases(text, { kind: 'superlative' }, [...SUPERLATIVES, ...COMPARISONS]),
    ...phrases(text, { kind: 'other' }, PROMISES),
  ].sort((a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start);
  const taken = takenBy(text, []);
  return all.filter((each) => take(taken, each)).sort((a, b) => a.start - b.start);
}

function takenBy(text: string, statements: readonly Statement[]): Uint8Array {
  const taken = new Uint8Array(text.length);
  for (const { start, end } of statements) taken.fill(1, start, end);
  return taken;
}

/** Takes a statement's place, if nothing else has any of it. */
function take(taken: Uint8Array, { start, end }: Statement): boolean {
  const isFree = !taken.subarray(start, end).includes(1);
  if (isFree) taken.fill(1, start, end);
  return isFree;
}

function looseMeaning({ kind, values }: LooseClaim): Meaning {
  switch (kind) {
    case 'quantity':
      return { kind, values: [values], unit: 'figure' };
    case 'percentage':
      return { kind, values };
    case 'date':
      return { kind, days: [], relative: null, deadline: false };
    case 'offer':
      return { kind, code: null };
    case 'superlative':
    case 'other':
      return { kind };
  }
}

function looseStatement(text: string, loose: LooseClaim): Statement {
  const { start, end, keys } = loose;
  return { text: text.slice(start, end), start, end, meaning: looseMeaning(loose), keys };
}

/** What a text says in figures alone: prices, percentages, dates and codes. Much quicker, for texts that need no proof. */
export function extractFigures(text: string): Statement[] {
  return [...prices(text), ...percentages(text), ...dates(text), ...codes(text)].sort(
    (a, b) => a.start - b.start,
  );
}
