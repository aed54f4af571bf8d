import { DateTime } from 'luxon';
import { type Fact } from '../../src/policies/fact.js';
import { fact } from '../harness/risk.js';
import { FRAMES, type Frames, type Language } from './frames.js';
import { Dice } from './random.js';

/** What was planted into a draft. */
export const PLANTED = [
  'price',
  'currency',
  'swapped product',
  'percentage',
  'expired offer',
  'date',
  'scarcity',
  'guarantee',
  'health',
  'green',
  'finance',
  'superlative',
  'comparison',
] as const;
export type Planted = (typeof PLANTED)[number];

/** One draft of a pair: the clean one, or its twin with exactly one thing that is not so. */
export interface CorpusDraft {
  readonly kind: Planted;
  readonly language: Language;
  readonly text: string;
  readonly facts: readonly Fact[];
  /** ISO 8601 UTC. */
  readonly now: string;
  /** Where the planted error stands in `text`; null in a clean draft. */
  readonly planted: { readonly start: number; readonly end: number } | null;
}

const NOW = '2026-11-20T09:00:00.000Z';
/** A value of a fact, as text. */
function written(value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number')
    throw new Error('a fact of the corpus lacks a value');
  return String(value);
}

/** Days behind `NOW` on which offers end. */
const LASTING = [0, 1, 2, 3, 5, 10, 11, 24] as const;
const NAMES: Readonly<Record<Language, readonly string[]>> = {
  en: [
    'Alder Kettle',
    'Birch Teapot',
    'Mill Lane Pan',
    'Copper Pot No. 3',
    'Finch Mug',
    'Harbour Lamp 40',
    'Best Friend Bowl',
  ],
  de: [
    'Erle Wasserkocher',
    'Birke Teekanne',
    'Mühlenpfanne',
    'Kupfertopf Nr. 3',
    'Fink Becher',
    'Hafenlampe 40',
    'Lieblingskessel',
  ],
};
const CENTS = [900, 1450, 1999, 2490, 3900, 4995, 5900, 7900, 12_900, 19_950, 129_900, 249_000] as const;
const PERCENTS = [5, 10, 12, 15, 20, 25] as const;
const CURRENCIES: Readonly<Record<Language, readonly string[]>> = {
  en: ['EUR', 'USD', 'GBP', 'EUR'],
  de: ['EUR', 'CHF', 'EUR'],
};
const SIGNS: Readonly<Record<string, string>> = { EUR: '€', USD: '$', GBP: '£', CHF: 'CHF' };
const PERCENT_WORDS: Readonly<Record<Language, Readonly<Record<number, string>>>> = {
  en: {
    5: 'five',
    10: 'ten',
    12: 'twelve',
    15: 'fifteen',
    20: 'twenty',
    25: 'twenty-five',
    30: 'thirty',
    40: 'forty',
  },
  de: {
    5: 'fünf',
    10: 'zehn',
    12: 'zwölf',
    15: 'fünfzehn',
    20: 'zwanzig',
    25: 'fünfundzwanzig',
    30: 'dreißig',
    40: 'vierzig',
  },
};

/** A price as somebody may write it. */
function money(dice: Dice, language: Language, minor: number, currency: string): string {
  const whole = minor % 100 === 0;
  const sign = SIGNS[currency] ?? currency;
  const full = (minor / 100).toLocaleString(language === 'en' ? 'en-GB' : 'de-DE', {
    minimumFractionDigits: 2,
  });
  const short = whole ? full.slice(0, -3) : full;
  if (language === 'de') {
    const swiss = full.replace('.', '’').replace(',', '.');
    if (currency === 'CHF') return dice.pick([`CHF ${swiss}`, `${short} Franken`, `CHF ${full}`]);
    return dice.pick([
      `${full} €`,
      `${full} Euro`,
      `${short} €`,
      `EUR ${full}`,
      `${full}\u00a0€`,
      whole ? `${short},- €` : `${full}€`,
    ]);
  }
  if (currency === 'GBP') return dice.pick([`£${full}`, `£${short}`, `GBP ${full}`, `${full} pounds`]);
  if (currency === 'USD')
    return dice.pick([`$${full}`, `$${short}`, `US$${full}`, `USD ${full}`, `${short} dollars`]);
  return dice.pick([`${sign}${full}`, `${sign}${short}`, `EUR ${full}`, `${full} euros`, `${short} €`]);
}

function percent(dice: Dice, language: Language, value: number): string {
  const word = PERCENT_WORDS[language][value] ?? String(value);
  return language === 'de'
    ? dice.pick([`${value} %`, `${value}%`, `${value} Prozent`, `${word} Prozent`])
    : dice.pick([`${value}%`, `${value} %`, `${value} percent`, `${value} per cent`, `${word} percent`]);
}

/** A day as somebody may write it who writes on `NOW`: by date, by weekday, or from today on. */
function day(dice: Dice, language: Language, behind: number): string {
  const date = DateTime.fromISO(NOW, { zone: 'utc' })
    .plus({ days: behind })
    .setLocale(language === 'en' ? 'en-GB' : 'de-DE');
  const forms =
    language === 'de'
      ? ['d. MMMM', 'd. MMMM yyyy', 'dd.MM.yyyy', 'd.M.', "cccc, 'den' d. MMMM", 'cccc, d.M.']
      : [
          'd MMMM',
          'd MMMM yyyy',
          'MMMM d',
          'dd/MM/yyyy',
          'yyyy-MM-dd',
          'cccc, d MMMM',
          'MMM d',
          "'the' d'th of' MMMM",
        ];
  const dates = forms.map((form) => date.toFormat(form));
  const near =
    behind === 0
      ? language === 'de'
        ? ['heute', 'heute Abend', 'heute um Mitternacht']
        : ['today', 'tonight', 'midnight tonight']
      : behind === 1
        ? language === 'de'
          ? ['morgen', 'morgen Abend']
          : ['tomorrow', 'tomorrow night', 'tomorrow evening']
        : [];
  const weekday = behind > 0 && behind < 7 ? [date.toFormat('cccc')] : [];
  return dice.pick([...dates, ...near, ...near, ...weekday, ...weekday]);
}

interface Shop {
  readonly language: Language;
  readonly a: Fact;
  readonly b: Fact;
  readonly offer: Fact;
  readonly claim: Fact;
  readonly percent: number;
  readonly behind: number;
}

const CLAIMS: Readonly<Record<Language, readonly (readonly [claim: string, ...said: string[]])[]>> = {
  en: [
    [
      'Free returns within 30 days.',
      'You have free returns within 30 days.',
      'Free returns, within 30 days of delivery.',
    ],
    ['Two-year warranty on every product.', 'It comes with a two-year warranty.'],
    ['Free shipping from €50.', 'We offer free shipping from €50.'],
    ['Made of recycled steel.', 'As you know, it is made of recycled steel.'],
    ['Delivery takes 2-3 working days.', 'It is with you within 2-3 working days.'],
  ],
  de: [
    ['Kostenlose Rücksendung innerhalb von 30 Tagen.', 'Die kostenlose Rücksendung gilt 30 Tage lang.'],
    ['Zwei Jahre Garantie auf alle Produkte.', 'Sie haben darauf zwei Jahre Garantie.'],
    ['Versandkostenfrei ab 50 €.', 'Wir liefern versandkostenfrei ab 50 €.'],
    ['Aus recyceltem Stahl gefertigt.', 'Er ist aus recyceltem Stahl.'],
    ['Lieferung in 2-3 Werktagen.', 'Er ist in 2-3 Werktagen bei Ihnen.'],
  ],
};

function shop(dice: Dice, language: Language, kind: Planted): Shop & { readonly said: string } {
  const [nameA = '', nameB = ''] = dice.some(NAMES[language], 2);
  const [priceA = 0, priceB = 0] = dice.some(CENTS, 2);
  const currency = dice.pick(CURRENCIES[language]);
  const off = dice.pick(PERCENTS);
  // An offer that does end soon bears pressure out.
  const behind = dice.pick(kind === 'scarcity' ? LASTING.filter((days) => days > 3) : LASTING);
  const [claim, ...said] = dice.pick(CLAIMS[language]);
  const until = DateTime.fromISO(NOW, { zone: 'Europe/Berlin' })
    .plus({ days: behind + 1 })
    .startOf('day')
    .toUTC()
    .toISO();
  return {
    language,
    percent: off,
    behind,
    said: dice.pick(said),
    a: fact('a', 'product', { name: nameA, price: priceA, currency, stock: 30 + dice.below(60) }),
    b: fact('b', 'product', { name: nameB, price: priceB, currency }),
    offer: fact(
      'welcome',
      'offer',
      { title: 'Welcome', percent: off, code: `${dice.pick(['HELLO', 'TEA', 'WELCOME'])}${off}` },
      { validUntil: until },
    ),
    claim: fact('promise', 'claim', { text: claim }),
  };
}

const other = <T>(dice: Dice, from: readonly T[], not: readonly T[]): T =>
  dice.pick(from.filter((each) => !not.includes(each)));

/** The slots of a frame, filled with what is so. */
function truths(dice: Dice, { language, a, b, offer, percent: off, behind }: Shop): Record<string, string> {
  return {
    A: written(a.data['name']),
    B: written(b.data['name']),
    pA: money(dice, language, Number(a.data['price']), written(a.data['currency'])),
    pB: money(dice, language, Number(b.data['price']), written(b.data['currency'])),
    n: written(a.data['stock']),
    off: percent(dice, language, off),
    until: day(dice, language, behind),
    code: written(offer.data['code']),
  };
}

/** A frame with its slots filled; a slot named in `wrong` gets what is not so, marked as planted. */
function fill(
  frame: string,
  slots: Readonly<Record<string, string>>,
  wrong: Readonly<Record<string, string>> = {},
): string {
  return frame.replace(/\{(\w+)\}/g, (_, slot: string) => {
    const planted = wrong[slot];
    return planted === undefined ? (slots[slot] ?? '') : `‹${planted}›`;
  });
}

/** The sentence that matters, as it should be and with the error. */
interface Pair {
  readonly clean: string;
  readonly wrong: string;
  /** The facts of the twin, where it is they that differ. */
  readonly twinFacts?: readonly Fact[];
}

/** Whether the shop's approved claim says what would be planted. */
function saysTheSame(planted: string, { claim }: Shop): boolean {
  return /recycl|recycelt/.test(planted) && /recycl|recycelt/.test(written(claim.data['text']));
}

function pairOf(dice: Dice, kind: Planted, world: Shop & { readonly said: string }, frames: Frames): Pair {
  const { language, a, b, offer } = world;
  const slots = truths(dice, world);
  const [priceA, priceB] = [Number(a.data['price']), Number(b.data['price'])];
  const currency = written(a.data['currency']);
  const wrongIn = (frame: string, wrong: Record<string, string>): Pair => ({
    clean: fill(frame, slots),
    wrong: fill(frame, slots, wrong),
  });
  const between = (clean: string, wrong: string): Pair => ({ clean, wrong: `‹${wrong}›` });
  switch (kind) {
    case 'price': {
      const near = dice.pick([
        priceA + 100,
        priceA * 10,
        Math.max(100, priceA - 500),
        other(dice, CENTS, [priceA, priceB]),
      ]);
      const wrong = near === priceA || near === priceB ? priceA + 300 : near;
      return wrongIn(dice.pick(frames.one), { pA: money(dice, language, wrong, currency) });
    }
    case 'currency':
      return wrongIn(dice.pick(frames.one), {
        pA: money(
          dice,
          language,
          priceA,
          other(dice, language === 'en' ? ['EUR', 'USD', 'GBP'] : ['EUR', 'CHF'], [currency]),
        ),
      });
    case 'swapped product': {
      const frame = dice.pick(frames.one);
      return dice.next() < 0.5
        ? wrongIn(dice.pick(frames.two), { pA: money(dice, language, priceB, currency) })
        : // The name is as wrong as the price: the error is that they stand together.
          between(fill(frame, slots), fill(frame, { ...slots, A: written(b.data['name']) }));
    }
    case 'percentage':
      return wrongIn(dice.pick(frames.offer), {
        off: percent(dice, language, other(dice, [...PERCENTS, 30, 40], [world.percent])),
      });
    case 'date':
      return wrongIn(dice.pick(frames.deadline), {
        until: day(dice, language, other(dice, LASTING, [world.behind])),
      });
    case 'expired offer': {
      const frame = dice.pick([...frames.offer, ...frames.coded]);
      const clean = fill(frame, slots);
      const ended = { ...offer, validUntil: '2026-11-19T22:00:00.000Z' };
      return {
        clean,
        wrong: `‹${clean}›`,
        twinFacts: [a, b, ended, world.claim],
      };
    }
    case 'scarcity':
      return { clean: fill(dice.pick(frames.stock), slots), wrong: dice.pick(frames.planted.scarcity) };
    case 'guarantee':
    case 'health':
    case 'green':
    case 'finance':
    case 'superlative':
    case 'comparison':
      return {
        clean: world.said,
        wrong: dice.pick(frames.planted[kind].filter((each) => !saysTheSame(each, world))),
      };
  }
}

function draft(
  kind: Planted,
  language: Language,
  sentences: readonly string[],
  facts: readonly Fact[],
): CorpusDraft {
  const marked = sentences.join('\n\n');
  const start = marked.indexOf('‹');
  const end = marked.indexOf('›') - 1;
  return {
    kind,
    language,
    text: marked.replace(/[‹›]/g, ''),
    facts,
    now: NOW,
    planted: start < 0 ? null : { start, end },
  };
}

/** Pairs of drafts, a clean one and its twin, as many of each kind in each language. The same seed gives the same corpus. */
export function groundingCorpus(seed: number, pairsOfKind: number): CorpusDraft[] {
  const dice = new Dice(seed);
  return (['en', 'de'] as const).flatMap((language) =>
    PLANTED.flatMap((kind) =>
      Array.from({ length: pairsOfKind }, () => {
        const frames = FRAMES[language];
        const world = shop(dice, language, kind);
        const { clean, wrong, twinFacts } = pairOf(dice, kind, world, frames);
        const before = [dice.pick(frames.greetings), dice.pick(frames.plain)];
        // What else a mail of this kind says, true in both twins. The product is named: the error stands in one sentence alone.
        const own =
          kind === 'price' || kind === 'currency' || kind === 'swapped product' || kind === 'expired offer';
        const more = own
          ? [dice.pick(frames.plain)]
          : [fill(dice.pick(frames.one), truths(dice, world)), dice.pick(frames.plain)];
        const after = [...more, dice.pick(frames.closings)];
        const facts = [world.a, world.b, world.offer, world.claim];
        return [
          draft(kind, language, [...before, clean, ...after], facts),
          draft(kind, language, [...before, wrong, ...after], twinFacts ?? facts),
        ];
      }).flat(),
    ),
  );
}
