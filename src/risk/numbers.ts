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

const WORDS: Readonly<Record<string, number>> = {
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  fifteen: 15,
  twenty: 20,
  'twenty-five': 25,
  thirty: 30,
  forty: 40,
  fifty: 50,
  seventy: 70,
  'seventy-five': 75,
  ninety: 90,
  zwei: 2,
  drei: 3,
  vier: 4,
  fünf: 5,
  sechs: 6,
  sieben: 7,
  acht: 8,
  neun: 9,
  zehn: 10,
  elf: 11,
  zwölf: 12,
  fünfzehn: 15,
  zwanzig: 20,
  fünfundzwanzig: 25,
  dreißig: 30,
  vierzig: 40,
  fünfzig: 50,
  siebzig: 70,
  fünfundsiebzig: 75,
  neunzig: 90,
};

/** Number words that are counted with (`one` and `ein` are articles too often, and stay out of the pattern). */
export const NUMBER_WORD = Object.keys(WORDS)
  .filter((word) => word !== 'one')
  .sort((a, b) => b.length - a.length)
  .join('|');

/** Values of a number written in digits or as a word. */
export function countValues(written: string): number[] {
  const word = WORDS[written.toLowerCase()];
  return word === undefined ? numberValues(written) : [word];
}
