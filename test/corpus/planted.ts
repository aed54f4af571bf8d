import { assess } from '../../src/risk/assess.js';
import { type Contribution } from '../../src/risk/assessment.js';
import { type Fact } from '../../src/policies/fact.js';
import { riskInput } from '../harness/risk.js';

/** What says of words that something is not so, as against what is said of links, persons and the like. */
export const marks = (words: string, facts: readonly Fact[]): Contribution[] =>
  assess(riskInput(words, { facts })).contributions.filter(({ code }) =>
    /^(?:claims|manipulation)\.|\.crashed$/.test(code),
  );

interface Count {
  sentences: number;
  found: number;
  falseMarks: number;
}

/** An error is found when a mark touches it; every other mark is false, as in the corpus of drafts. */
export function countPlanted(sentences: readonly string[], facts: readonly Fact[]): Count {
  const count: Count = { sentences: 0, found: 0, falseMarks: 0 };
  for (const sentence of sentences) {
    // Some sentences hold two errors; the sentence counts once.
    const planted: { start: number; end: number }[] = [];
    let words = '';
    for (const part of sentence.split(/(‹[^›]*›)/)) {
      const said = part.replace(/[‹›]/g, '');
      if (said !== part) planted.push({ start: words.length, end: words.length + said.length });
      words += said;
    }
    const made = marks(words, facts);
    const right = made.filter(({ spans }) =>
      spans.some(
        ({ field, start, end }) =>
          field === 'text' && planted.some((place) => start < place.end && end > place.start),
      ),
    );
    count.sentences += 1;
    count.found += right.length > 0 ? 1 : 0;
    count.falseMarks += made.length - right.length;
  }
  return count;
}

const TWINS = /‹([^|]*)\|([^›]*)›/;
/** A draft written as `‹wrong|right›`, with its error marked as `‹wrong›`. */
export const wrongOf = (draft: string): string => draft.replace(TWINS, '‹$1›');
/** The same draft without the error. */
export const cleanOf = (draft: string): string => draft.replace(TWINS, '$2');

/** What a shop gives as facts, and pairs of sentences it might write, by what is wrong in them: `‹wrong|right›`. */
export interface Trade {
  readonly facts: readonly Fact[];
  readonly drafts: Readonly<Record<string, readonly string[]>>;
}
