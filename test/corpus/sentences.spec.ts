import { assess } from '../../src/risk/assess.js';
import { riskInput } from '../harness/risk.js';
import { CAREFUL, PLANTED_SENTENCES, SENTENCE_FACTS } from './sentences.js';

const judge = (words: string) => assess(riskInput(words, { facts: SENTENCE_FACTS })).contributions;

describe('single sentences, read for what they say', () => {
  it.each(CAREFUL)('leaves alone: %s', (words) => {
    expect(judge(words).map(({ code, spans }) => [code, spans[0]?.text])).toEqual([]);
  });

  it.each(PLANTED_SENTENCES)('marks %s', (sentence) => {
    const start = sentence.indexOf('‹');
    const end = sentence.indexOf('›') - 1;
    const marked = judge(sentence.replace(/[‹›]/g, '')).flatMap(({ spans }) => spans);
    expect(
      marked.filter((span) => span.field === 'text' && span.start < end && span.end > start),
    ).not.toEqual([]);
  });
});
