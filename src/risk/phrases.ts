import { matchesOf } from '../shared/matches.js';
import { type DraftText, Findings, literalPattern, normalised } from './draft-text.js';

/** Where a phrase stands: offsets of its first character, and of the first one behind it. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

const BEHIND_WORD = /(?<=[\p{L}\p{N}])/uy;
const END_OF_WORD = /(?![\p{L}\p{N}])/uy;
/** Also "the kettle's", and "kettles" after a fashion. */
const END_OF_NAME = /(?:['’]?s)?(?![\p{L}\p{N}])/iuy;

/** Every place where a phrase stands as a word of its own: letters and digits may not touch it. Case and kind of white space do not matter. */
export function placesOf(text: string, phrase: string): Place[] {
  return placesUpTo(text, phrase, END_OF_WORD);
}

/** As `placesOf`, for a name: it may stand in the genitive. */
export function placesOfName(text: string, name: string): Place[] {
  return placesUpTo(text, name, END_OF_NAME);
}

/** Phrases of others, as of a brand or a guardrail, wherever a draft says them as words of their own; the same words counted once. */
export function findWords(draft: DraftText, phrases: readonly string[]): Findings {
  const findings = new Findings();
  for (const part of draft)
    for (const phrase of phrases)
      for (const { start, end } of placesOf(part.text, phrase)) {
        const found = part.text.slice(start, end);
        findings.add(normalised(found), found, part.span(start, end));
      }
  return findings;
}

/**
 * The ends of words are looked for by patterns of their own: as parts of a pattern that is made for each phrase, classes of letters in any case
 * take a millisecond to compile, ten times as long as everything else about it.
 */
function placesUpTo(text: string, phrase: string, end: RegExp): Place[] {
  return matchesOf(text, new RegExp(literalPattern(phrase), 'giu')).flatMap(({ index, 0: { length } }) => {
    if (standsAt(text, index, BEHIND_WORD) || !standsAt(text, index + length, end)) return [];
    return [{ start: index, end: Math.max(end.lastIndex, index + length) }];
  });
}

/** @param sticky its `lastIndex` is where it ended. */
function standsAt(text: string, at: number, sticky: RegExp): boolean {
  sticky.lastIndex = at;
  return sticky.test(text);
}

/** The text with places blanked out at the same length, so that offsets stay. Places may not overlap. */
export function blanked(text: string, places: readonly Place[]): string {
  let kept = '';
  let done = 0;
  for (const { start, end } of places.toSorted((a, b) => a.start - b.start)) {
    kept += text.slice(done, start) + ' '.repeat(end - start);
    done = end;
  }
  return kept + text.slice(done);
}
