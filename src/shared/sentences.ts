import { matchesOf } from './matches.js';

/** A sentence, and where it stands. */
export interface Sentence {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What a full stop stands behind without ending anything: a day ("1. Dezember"), an initial, what is shortened. */
const SHORTENED =
  /(?:^|[\s(])(?:\d{1,2}|\p{L}|nr|no|dr|st|mr|mrs|ms|prof|ca|bzw|usw|etc|evtl|ggf|inkl|zzgl|str|tel|vs|approx|incl|z\.\s?b|d\.\s?h|u\.\s?a|e\.g|i\.e)\.$/iu;
/** As much as is looked back at to know that. */
const LOOK_BACK = 12;
/** An end, with the quotes and brackets that close there; an empty line; the next item of a list. */
const END = /[.!?…]+[”"'’»)\]]*(?=\s)|\n(?=\s*\n|\s*[-*•–]\s)/gu;

/** The sentences of a text, in order; what stands between them belongs to none. One walk over the text, whatever it is. */
export function sentencesOf(text: string): Sentence[] {
  const found: Sentence[] = [];
  let from = 0;
  const add = (to: number): void => {
    const piece = text.slice(from, to);
    const words = piece.trim();
    const start = from + piece.length - piece.trimStart().length;
    if (words !== '') found.push({ text: words, start, end: start + words.length });
    from = to;
  };
  for (const { index, 0: end } of matchesOf(text, END)) {
    const to = index + end.length;
    if (!SHORTENED.test(text.slice(Math.max(from, to - LOOK_BACK), to))) add(to);
  }
  add(text.length);
  return found;
}
