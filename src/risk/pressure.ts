import { matchesOf } from '../shared/matches.js';
import { TextClassifier } from '../shared/text-classifier.js';
import { LEARNED_PRESSURE } from './learned-pressure.js';

/** How a sentence presses: for time, with scarcity, with what others did, by shaming, by showing off what was observed. */
export type Pressure = 'urgency' | 'scarcity' | 'crowd' | 'shaming' | 'surveillance';

/** A sentence that sounds so, and where it stands. */
export interface PressingSentence {
  readonly kind: Pressure;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const SENTENCE = /[^\s](?:[^.!?…\n]|[.!?…](?!\s)|\n(?!\s*\n)){0,600}[.!?…]*/gu;
const WORDS = /\p{L}+/gu;
/** Labels and greetings are too short to be told by their words. */
const FEWEST_WORDS = 4;
/** Of honest sentences by another hand almost none sounds so likely to press: docs/checks.md. */
const SURE = 0.9;

const classifier = new TextClassifier(LEARNED_PRESSURE);

/** Sentences of a paragraph that press by what their words say together, where no list of wordings knows them. */
export function pressingSentences(paragraph: string): PressingSentence[] {
  return matchesOf(paragraph, SENTENCE).flatMap(({ index, 0: found }) => {
    const text = found.trimEnd();
    if ((text.match(WORDS)?.length ?? 0) < FEWEST_WORDS) return [];
    const { kind, probability } = classifier.classify(text);
    return probability < SURE
      ? []
      : [{ kind: kind as Pressure, text, start: index, end: index + text.length }];
  });
}
