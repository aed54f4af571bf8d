import { type Sentence, sentencesOf } from '../shared/sentences.js';
import { TextClassifier } from '../shared/text-classifier.js';
import { LEARNED_PRESSURE } from './learned-pressure.js';

/** How a sentence presses: for time, with scarcity, with what others did, by shaming, by showing off what was observed. */
export type Pressure = 'urgency' | 'scarcity' | 'crowd' | 'shaming' | 'surveillance';

/** A sentence that sounds so, and where it stands. */
export interface PressingSentence extends Sentence {
  readonly kind: Pressure;
}

const WORDS = /\p{L}+/gu;
/** Labels and greetings are too short to be told by their words. */
const FEWEST_WORDS = 4;
/** Beyond this few honest sentences are taken for pressure: 1 of 240 of those held out, see docs/checks.md. */
const SURE = 0.9;

const classifier = new TextClassifier(LEARNED_PRESSURE);

/** Sentences of a paragraph that press by what their words say together. */
export function pressingSentences(paragraph: string): PressingSentence[] {
  return sentencesOf(paragraph).flatMap((sentence) => {
    if ((sentence.text.match(WORDS)?.length ?? 0) < FEWEST_WORDS) return [];
    const { kind, probability } = classifier.classify(sentence.text);
    return probability < SURE ? [] : [{ ...sentence, kind: kind as Pressure }];
  });
}
