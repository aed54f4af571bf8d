import { type Contribution, type Span } from '../assessment.js';
import { type Check, needsPerson } from '../check.js';
import { type FieldText } from '../draft-text.js';
import { FOREIGN_SMALL_WORDS, SMALL_WORDS } from '../everyday-words.js';
import { withoutNames } from '../grounded-claims.js';
import { matchesOf } from '../../shared/matches.js';

/** Below this share of small words (of words) a text is neither English nor German; mails with tables stay well above it. */
const FEWEST_SMALL = 0.16;
/** Fewer words say nothing about a language. */
const ENOUGH_WORDS = 15;
const ENOUGH_IN_PARAGRAPH = 6;
/** One or two are a name: Rooibos de la Plage. */
const FEWEST_FOREIGN = 3;

const LONG_RUN = /[^\s\u{ad}\u{200b}]{45,}/gu;
const SIGN_INSIDE = /(?<=\p{L})[@#$%€£](?=\p{L})/gu;
/** A place on the web written without its scheme. */
const HOST = /^(?:[\p{L}\d-]{1,63}\.){1,4}\p{L}{2,24}(?:\/|$)/u;
const PICTURES = /[\u{1f1e6}-\u{1f1ff}]|\p{Extended_Pictographic}/gu;
const WORD = /\p{L}+/gu;

function wordsOf(text: string): string[] {
  return (text.toLowerCase().match(WORD) ?? []).filter((word) => word.length > 0);
}

function share(words: readonly string[], small: ReadonlySet<string>): number {
  return words.length === 0 ? 0 : words.filter((word) => small.has(word)).length / words.length;
}

/** Where a reader would stop reading: letters run together, spelt out, or replaced. */
function unreadableAt(text: string): { start: number; end: number } | null {
  const run = matchesOf(text, LONG_RUN).find(
    ([found]) => (found.match(/\p{L}/gu)?.length ?? 0) > 20 && !HOST.test(found),
  );
  if (run !== undefined) return { start: run.index, end: run.index + run[0].length };
  const words = wordsOf(text);
  const whole = { start: 0, end: text.length };
  if (words.length >= 20 && words.filter((word) => word.length === 1).length > words.length / 2) return whole;
  if (matchesOf(text, SIGN_INSIDE).length >= 4) return whole;
  if (matchesOf(text, PICTURES).length > Math.max(12, words.length)) return whole;
  return null;
}

/** Paragraphs in which the small words of other languages outnumber those of English and German. */
function foreignParagraphs(text: string): { start: number; end: number }[] {
  return matchesOf(text, /[^\n]+(?:\n(?![^\S\n]*\n)[^\n]+)*/gu).flatMap((match) => {
    const words = wordsOf(match[0]);
    if (words.length < ENOUGH_IN_PARAGRAPH) return [];
    const foreign = words.filter((word) => FOREIGN_SMALL_WORDS.has(word)).length;
    const own = words.filter((word) => SMALL_WORDS.en.has(word) || SMALL_WORDS.de.has(word)).length;
    return foreign >= FEWEST_FOREIGN && foreign > own
      ? [{ start: match.index, end: match.index + match[0].length }]
      : [];
  });
}

function spansIn(part: FieldText, places: readonly { start: number; end: number }[]): Span[] {
  return places.map(({ start, end }) => part.span(start, end));
}

/** The checks read English and German: what is written in neither, or cannot be read at all, is read by a person. */
export const language: Check = {
  name: 'language',
  run: (context) => {
    const weight = needsPerson(context.engine);
    const unreadable: Span[] = [];
    const foreign: Span[] = [];
    for (const part of withoutNames(context)) {
      if (part.field !== 'text' && part.field !== 'html') continue;
      const hidden = unreadableAt(part.text);
      if (hidden !== null) {
        unreadable.push(...spansIn(part, [hidden]));
        continue;
      }
      const words = wordsOf(part.text);
      const own = Math.max(share(words, SMALL_WORDS.en), share(words, SMALL_WORDS.de));
      const other = foreignParagraphs(part.text);
      if (other.length > 0) foreign.push(...spansIn(part, other));
      else if (words.length >= ENOUGH_WORDS && own < FEWEST_SMALL)
        foreign.push(...spansIn(part, [{ start: 0, end: part.text.length }]));
    }
    const contributions: Contribution[] = [];
    if (unreadable.length > 0)
      contributions.push({
        code: 'language.unreadable',
        weight,
        text: 'This cannot be read: letters are run together, spelt out or replaced.',
        spans: unreadable,
      });
    if (foreign.length > 0)
      contributions.push({
        code: 'language.other',
        weight,
        text: 'This seems to be neither English nor German, the languages in which claims are checked.',
        spans: foreign,
      });
    return contributions;
  },
};
