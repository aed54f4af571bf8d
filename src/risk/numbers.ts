/**
 * A number as people write it in English, German or Swiss: `1,299.00`, `1.299,00`, `1'299.00`, `1 299,00`, `19,99`, `1299`.
 * Groups are separated by a point, comma, apostrophe or (also narrow) space.
 */
export const NUMBER = String.raw`\d{1,3}(?:[ \u00a0\u2009\u202f'’]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d{1,3}(?:[.,]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?`;

/**
 * Every value a written number can have: one, or two where a single separator with three digits behind it may group or divide
 * (`1.299` is 1299 in German and 1.299 in English).
 */
export function numberValues(written: string): number[] {
  const digits = written.replace(/[\s\u00a0\u2009\u202f'’]/g, '');
  const separators = digits.replace(/\d/g, '');
  if (separators === '') return [Number(digits)];
  const last = separators.charAt(separators.length - 1);
  const decimal = Number(
    `${digits.slice(0, digits.lastIndexOf(last)).replace(/[.,]/g, '')}.${digits.slice(digits.lastIndexOf(last) + 1)}`,
  );
  const grouped = Number(digits.replace(/[.,]/g, ''));
  const mixed = new Set(separators).size > 1;
  if (mixed) return [decimal];
  if (separators.length > 1) return [grouped];
  const behind = digits.length - digits.lastIndexOf(last) - 1;
  return behind === 3 && !digits.startsWith('0') ? [grouped, decimal] : [decimal];
}

const ENGLISH_SMALL = 'one two three four five six seven eight nine'.split(' ');
const ENGLISH_TEENS = 'ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
  ' ',
);
const ENGLISH_TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const GERMAN_SMALL = 'ein zwei drei vier fünf sechs sieben acht neun'.split(' ');
const GERMAN_TEENS = 'zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn'.split(
  ' ',
);
const GERMAN_TENS = 'zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig'.split(' ');

/** Every number word below a hundred; `one` and `ein` are articles too often and count in compounds only. */
const WORDS: ReadonlyMap<string, number> = new Map<string, number>([
  ...ENGLISH_SMALL.map((word, i) => [word, i + 1] as const),
  ...ENGLISH_TEENS.map((word, i) => [word, i + 10] as const),
  ...GERMAN_SMALL.map((word, i) => [word, i + 1] as const),
  ...GERMAN_TEENS.map((word, i) => [word, i + 10] as const),
  ...ENGLISH_TENS.flatMap((ten, i) => [
    [ten, (i + 2) * 10] as const,
    ...ENGLISH_SMALL.map((unit, j) => [`${ten}-${unit}`, (i + 2) * 10 + j + 1] as const),
  ]),
  ...GERMAN_TENS.flatMap((ten, i) => [
    [ten, (i + 2) * 10] as const,
    ...GERMAN_SMALL.map((unit, j) => [`${unit}und${ten}`, (i + 2) * 10 + j + 1] as const),
  ]),
]);

const any = (words: readonly string[]): string => words.join('|');
const ENGLISH = String.raw`(?:${any(ENGLISH_TENS)})(?:[\s-](?:${any(ENGLISH_SMALL)}))?|${any(ENGLISH_TEENS)}|${any(ENGLISH_SMALL.slice(1))}`;
const GERMAN = `(?:(?:${any(GERMAN_SMALL)})und)?(?:${any(GERMAN_TENS)}|dreissig)|${any(GERMAN_TEENS)}|${any(GERMAN_SMALL.slice(1))}`;

/** Number words that are counted with, in English and German: up to 999, and whole thousands of these. Longer ones first. */
export const NUMBER_WORD = [
  String.raw`(?:an?|one|${ENGLISH})\sthousand`,
  String.raw`(?:ein|${GERMAN})?tausend`,
  String.raw`(?:an?|${any(ENGLISH_SMALL)})\shundred(?:\s(?:and\s)?(?:${ENGLISH}))?`,
  String.raw`(?:${any(GERMAN_SMALL)})?hundert(?:(?:und)?(?:${GERMAN}))?`,
  ENGLISH,
  GERMAN,
].join('|');

function belowHundred(word: string): number {
  return WORDS.get(word.replace('dreissig', 'dreißig').replace(/\s/, '-')) ?? Number.NaN;
}

/** The value of a single word (lower case) below a hundred; undefined where it is none. */
export function smallNumber(word: string): number | undefined {
  return (
    WORDS.get(word) ??
    (word.endsWith('dreissig') ? WORDS.get(word.replace('dreissig', 'dreißig')) : undefined)
  );
}

/** The value of a number word as `NUMBER_WORD` finds it. */
function wordValue(written: string): number {
  const word = written.toLowerCase().replace(/\s+/g, ' ');
  const [thousands] = / ?(?:thousand|tausend)$/.exec(word) ?? [];
  if (thousands !== undefined) return 1_000 * (countOf(word.slice(0, -thousands.length)) || 1);
  return countOf(word);
}

/** Below a thousand; `a`, `one` and `ein` are one, nothing is not a number. */
function countOf(word: string): number {
  if (/^(?:an?|one|ein|)$/.test(word)) return 1;
  const [head, tail] = word.split(/ ?hundred(?: and)? ?|hundert(?:und)?/);
  if (tail === undefined) return belowHundred(word);
  const hundreds = head === '' || head === 'a' || head === 'an' ? 1 : belowHundred(head ?? '');
  return hundreds * 100 + (tail === '' ? 0 : belowHundred(tail));
}

/** Values of a number written in digits or as a word. */
export function countValues(written: string): number[] {
  return /^\d/.test(written) ? numberValues(written) : [wordValue(written)];
}

const FRACTIONS: readonly (readonly [words: string, percent: readonly number[]])[] = [
  ['two[\\s-]thirds|zwei\\s?drittel', [66, 67, 66.67]],
  ['three[\\s-]quarters|drei\\s?viertel', [75]],
  ['half|hälfte', [50]],
  ['third|drittel', [33, 33.3, 33.33]],
  ['quarter|viertel', [25]],
  ['fifth|fünftel', [20]],
  ['tenth|zehntel', [10]],
];

/** Parts of a whole that are as good as percentages: a third, die Hälfte. */
export const FRACTION = String.raw`(?:(?:an?|one|the|ein(?:en|em)?|die|der|das|um)\s+){0,2}(?:${any(FRACTIONS.map(([words]) => words))})`;

/** Percentages that a fraction as `FRACTION` finds it can stand for. */
export function fractionValues(written: string): readonly number[] {
  return FRACTIONS.find(([words]) => new RegExp(`(?:${words})$`, 'iu').test(written))?.[1] ?? [];
}
