import { type Json } from '../../shared/canonical-json.js';
import { matchesOf } from '../../shared/matches.js';
import { type Contribution, type Span } from '../assessment.js';
import { type Check, type CheckContext, needsPerson } from '../check.js';
import { type FieldText } from '../draft-text.js';
import { isEveryday, SMALL_WORDS } from '../everyday-words.js';
import { FOREIGN_PARTICLES, FOREIGN_SMALL_WORDS, SHARED_WORDS } from '../foreign-words.js';
import { withoutNames } from '../grounded-claims.js';

/** Below this share of small words (of words) a text is neither English nor German; mails with tables stay well above it. */
const FEWEST_SMALL = 0.16;
/** Fewer words say nothing about a language by their share of small ones. */
const ENOUGH_WORDS = 15;
/** So many words that nobody knows are no name any more. */
const UNKNOWN_WORDS = 4;

const LONG_RUN = /[^\s\u{ad}\u{200b}]{45,}/gu;
const SIGN_INSIDE = /(?<=\p{L})[@#$%€£](?=\p{L})/gu;
/** A place on the web written without its scheme. */
const HOST = /^(?:[\p{L}\d-]{1,63}\.){1,4}\p{L}{2,24}(?:\/|$)/u;
const PICTURES = /[\u{1f1e6}-\u{1f1ff}]|\p{Extended_Pictographic}/gu;
const WORD = /\p{L}[\p{L}\p{M}]*/gu;

interface Place {
  readonly start: number;
  readonly end: number;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(WORD) ?? [];
}

const isOwn = (word: string): boolean => SMALL_WORDS.en.has(word) || SMALL_WORDS.de.has(word);

function share(words: readonly string[], small: ReadonlySet<string>): number {
  return words.length === 0 ? 0 : words.filter((word) => small.has(word)).length / words.length;
}

/** Where a reader would stop reading: letters run together, spelt out, or replaced. */
function unreadableAt(text: string): Place | null {
  const run = matchesOf(text, LONG_RUN).find(
    ([found]) => (found.match(/\p{Script=Latin}/gu)?.length ?? 0) > 20 && !HOST.test(found),
  );
  if (run !== undefined) return { start: run.index, end: run.index + run[0].length };
  const words = wordsOf(text);
  const whole = { start: 0, end: text.length };
  if (words.length >= 20 && words.filter((word) => word.length === 1).length > words.length / 2) return whole;
  if (matchesOf(text, SIGN_INSIDE).length >= 4) return whole;
  if (matchesOf(text, PICTURES).length > Math.max(12, words.length)) return whole;
  return null;
}

/** Words of scripts other than Latin that stand together, whatever signs and figures are between them. */
const OTHER_SCRIPT =
  /(?!\p{Script=Latin})\p{L}(?:(?!\p{Script=Latin})[\p{L}\p{M}]|(?:[^\p{L}\n]|\n(?!\s*\n)){1,12}(?!\p{Script=Latin})(?=\p{L}))*/gu;
const OTHER_LETTERS = /(?!\p{Script=Latin}|[ªºµΩ])\p{L}/u;
/** One letter of another script is a sign (µ, Ω, π), two are a word in Chinese and Japanese. */
const FEWEST_LETTERS = 2;
const IDEOGRAPHS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
const FEWEST_IN_ALPHABETS = 4;

/** What is written in another script, but for names that the draft may know. */
function inOtherScripts(text: string, known: ReadonlySet<string>): Place[] {
  if (!OTHER_LETTERS.test(text)) return [];
  return matchesOf(text, OTHER_SCRIPT).flatMap(({ index, 0: found }) => {
    const words = wordsOf(found).filter((word) => !known.has(word));
    const letters = words.reduce((sum, word) => sum + Array.from(word).length, 0);
    const fewest = IDEOGRAPHS.test(found) ? FEWEST_LETTERS : FEWEST_IN_ALPHABETS;
    return letters >= fewest ? [{ start: index, end: index + found.length }] : [];
  });
}

/** A sentence, as far as it takes: what is behind a full stop may be in another language than what is before it. */
const SENTENCE = /[^\s](?:[^.!?…:;\n]|[.!?…:;](?!\s)|\n(?!\s*\n)){0,600}/gu;
/** Letters that English and German borrow with a word at most. */
const STRANGE =
  /[ãõåøæłżźćńśąęěščřžýůťďňőűışğțăâîûùìòðþœįųūķļņģāēīėđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ¿¡]/iu;

/** Whether a sentence is written in another language that uses Latin letters, by its small words, its letters, and whether any of its words is known. */
function isForeign(sentence: string, known: ReadonlySet<string>): boolean {
  const words = wordsOf(sentence).filter((word) => !known.has(word));
  if (words.length === 0) return false;
  let [own, ownOnly, foreign, particles, strange, everyday] = [0, 0, 0, 0, 0, 0];
  for (const word of words) {
    const small = FOREIGN_SMALL_WORDS.has(word);
    if (isOwn(word)) {
      own++;
      if (!SHARED_WORDS.has(word)) ownOnly++;
    } else if (!small && word.length >= 4 && isEveryday(word)) everyday++;
    if (small) foreign++;
    else if (FOREIGN_PARTICLES.has(word)) particles++;
    else if (STRANGE.test(word)) strange++;
  }
  if (foreign >= 2) return foreign + strange > ownOnly;
  const evidence = foreign * 2 + particles + strange;
  if (own + everyday === 0) return evidence >= 2 && words.length >= 2;
  return foreign + strange >= 2 ? foreign + strange > ownOnly : foreign === 1 && particles >= 1 && own === 0;
}

/** Sentences in another language, joined where one follows the other. */
function inOtherLanguages(text: string, known: ReadonlySet<string>, seen: Map<string, boolean>): Place[] {
  return matchesOf(text, SENTENCE).flatMap(({ index, 0: sentence }) => {
    const foreign = seen.get(sentence) ?? isForeign(sentence, known);
    seen.set(sentence, foreign);
    return foreign ? [{ start: index, end: index + sentence.trimEnd().length }] : [];
  });
}

/** A longer text that does without the small words of English and German is in neither, whatever it is in. */
function lacksSmallWords(text: string): boolean {
  const words = wordsOf(text);
  const own = Math.max(share(words, SMALL_WORDS.en), share(words, SMALL_WORDS.de));
  return words.length >= ENOUGH_WORDS && own < FEWEST_SMALL;
}

/** A subject of which not a word is known. */
function isUnknown(text: string, known: ReadonlySet<string>): boolean {
  const words = wordsOf(text).filter((word) => !known.has(word));
  return (
    words.length >= UNKNOWN_WORDS &&
    !words.some((word) => isOwn(word) || (word.length > 3 && isEveryday(word)))
  );
}

function stringsOf(value: Json): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(stringsOf);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : [];
}

/** Words that are names: the recipient's own, and those of facts. */
function knownWords({ situation, facts, brand }: CheckContext): ReadonlySet<string> {
  const names = Object.entries(situation.profile.traits).flatMap(([key, value]) =>
    /name|city|town|street|company/i.test(key) ? stringsOf(value) : [],
  );
  const titles = facts.flatMap(({ data }) => stringsOf([data['name'] ?? '', data['title'] ?? '']));
  return new Set([...names, ...titles, brand.name, brand.postalAddress].flatMap(wordsOf));
}

/** What of a field is written to be read; of a payload its texts of several words, not its addresses and codes. */
function readIn(part: FieldText): Place[] {
  if (part.field !== 'payload') return [{ start: 0, end: part.text.length }];
  return matchesOf(part.text, /"(?:[^"\\]|\\.)*"(?<key>:)?/gu)
    .filter(
      ({ 0: found, groups }) => groups?.['key'] === undefined && /\p{L}\s+\p{L}|[^\x20-\x7e]/u.test(found),
    )
    .map(({ index, 0: found }) => ({ start: index + 1, end: index + found.length - 1 }));
}

function foreignIn(part: FieldText, known: ReadonlySet<string>, seen: Map<string, boolean>): Place[] {
  return readIn(part).flatMap(({ start, end }) => {
    const text = part.text.slice(start, end).replace(/\\[nrt"]/g, '  ');
    const other = inOtherScripts(text, known);
    const places = other.length > 0 ? other : inOtherLanguages(text, known, seen);
    const whole = [{ start: 0, end: text.length }];
    const short = part.field === 'subject' || part.field === 'preheader';
    const found =
      places.length > 0 ? places : lacksSmallWords(text) || (short && isUnknown(text, known)) ? whole : [];
    return found.map((place) => ({ start: place.start + start, end: place.end + start }));
  });
}

/** How many of these words only the other one of the two languages has. */
function wordsOnlyIn(words: readonly string[], language: 'en' | 'de'): number {
  const other = language === 'en' ? 'de' : 'en';
  return words.filter((word) => SMALL_WORDS[language].has(word) && !SMALL_WORDS[other].has(word)).length;
}

/** Fewer small words of the other language may be a quotation; so many over a whole text, or in one sentence of it. */
const FEWEST_OF_OTHER = 3;
const FEWEST_IN_SENTENCE = 2;

/**
 * Written in German to somebody who is written to in English, or the other way round. Sentence by sentence first: a mail whose fixed parts
 * are in the right language is no less a letter in the wrong one.
 */
function inUnaskedLanguage({ language }: CheckContext, parts: readonly FieldText[]): Span[] {
  if (language !== 'en' && language !== 'de') return [];
  const other = language === 'en' ? 'de' : 'en';
  const isUnasked = (text: string, fewest: number): boolean => {
    const words = wordsOf(text);
    const unasked = wordsOnlyIn(words, other);
    return unasked >= fewest && unasked > 2 * wordsOnlyIn(words, language);
  };
  return parts.flatMap((part) => {
    if (part.field === 'payload') return [];
    const sentences = matchesOf(part.text, SENTENCE)
      .filter(([sentence]) => isUnasked(sentence, FEWEST_IN_SENTENCE))
      .map(({ index, 0: sentence }) => part.span(index, index + sentence.trimEnd().length));
    if (sentences.length > 0) return sentences;
    return isUnasked(part.text, FEWEST_OF_OTHER) ? [part.span(0, part.text.length)] : [];
  });
}

/** The checks read English and German: what is written in neither, or cannot be read at all, is read by a person. */
export const language: Check = {
  name: 'language',
  run: (context) => {
    const weight = needsPerson(context.engine);
    const known = knownWords(context);
    const seen = new Map<string, boolean>();
    const unreadable: Span[] = [];
    const foreign: Span[] = [];
    const parts = withoutNames(context);
    for (const part of parts) {
      const long = part.field === 'text' || part.field === 'html';
      const hidden = long ? unreadableAt(part.text) : null;
      if (hidden !== null) unreadable.push(part.span(hidden.start, hidden.end));
      else foreign.push(...foreignIn(part, known, seen).map(({ start, end }) => part.span(start, end)));
    }
    const unasked = foreign.length > 0 ? [] : inUnaskedLanguage(context, parts);
    const contribution = (code: string, text: string, spans: Span[]): Contribution[] =>
      spans.length === 0 ? [] : [{ code, weight, text, spans }];
    return [
      ...contribution(
        'language.unreadable',
        'This cannot be read: letters are run together, spelt out or replaced.',
        unreadable,
      ),
      ...contribution(
        'language.other',
        'This seems to be neither English nor German, the languages in which claims are checked.',
        foreign,
      ),
      ...contribution(
        'language.not-asked',
        'This is not written in the language that the recipient is written to in.',
        unasked,
      ),
    ];
  },
};
