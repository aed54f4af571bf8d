import { readFileSync, writeFileSync } from 'node:fs';
import { examplesIn, learnTexts } from './learn-texts.js';

/** What is learned from which texts, and where it is kept. */
const LEARNED = [
  { from: 'customers', name: 'LEARNED_MOMENTS', file: '../../src/profiles/learned-moments.ts' },
  { from: 'mails', name: 'LEARNED_PRESSURE', file: '../../src/risk/learned-pressure.ts' },
];
/** Features kept of each: twice as many find no more. */
const MOST = 20_000;

/** As it is kept; with UPDATE_LEARNED=1 it is written first. */
function kept(file: string, source: string): string {
  const place = new URL(file, import.meta.url);
  if (process.env['UPDATE_LEARNED'] === '1') writeFileSync(place, source);
  return readFileSync(place, 'utf8');
}

function sourceOf(name: string, from: string, learned: ReturnType<typeof learnTexts>): string {
  return [
    "import { type LearnedClassifier } from '../shared/text-classifier.js';",
    '',
    `/** Learned from the texts in test/corpus/texts/${from}. Written by UPDATE_LEARNED=1 npm test test/corpus/learned-texts.spec.ts, and by nobody else. */`,
    `export const ${name}: LearnedClassifier = {`,
    `  kinds: [${learned.kinds.map((kind) => `'${kind}'`).join(', ')}],`,
    `  biases: [${learned.biases.join(', ')}],`,
    `  step: ${learned.step},`,
    `  features: '${learned.features}',`,
    '};',
    '',
  ].join('\n');
}

describe('what classifiers learned', () => {
  it.each(LEARNED)('from $from is what these texts teach', ({ from, name, file }) => {
    const source = sourceOf(name, from, learnTexts(examplesIn(from), MOST));
    // The texts themselves would fill the report.
    expect(kept(file, source) === source).toBe(true);
  });
});
