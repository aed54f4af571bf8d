import { EMPTY_TALLY, type Tally } from './replay.js';
import { tallyAnswer } from './replay-answer.js';
import { replayLines } from './replay-words.js';

const told = (tally: Partial<Tally>): string[] =>
  replayLines(tallyAnswer({ ...EMPTY_TALLY, ...tally }), 'EUR');
const NO_USE = { matched: 0, alone: 0, worth: 0, delayed: 0, delayedMs: 0, delayWorth: 0, delayedToo: 0, asked: 0, lapsed: 0, lapsedWorth: 0 }; // prettier-ignore

describe('what a replay shows on a terminal', () => {
  it('are the reviews of each day, before and after', () => {
    const lines = told({ reviews: { '2026-11-02': { before: 2, after: 5 }, '2026-11-01': { before: 1, after: 1 } } }); // prettier-ignore
    expect(lines.slice(3, 6)).toEqual([
      'reviews that rules ask for: 1.5 a day, would be 3.0',
      '  2026-11-01: 1, would be 1',
      '  2026-11-02: 2, would be 5',
    ]);
  });

  it('is what each rule costs, the dearest first, and what of it has no price', () => {
    const lines = told({
      rules: {
        quiet: { ...NO_USE, matched: 9 },
        looked: { ...NO_USE, matched: 3, asked: 2 },
        'no-cups': { ...NO_USE, matched: 8, alone: 1, worth: 250 },
      },
    });
    expect(lines.slice(3, 6)).toEqual([
      'rule no-cups: fired 8 times; held back 1 message alone, expected to be worth 250 hundredths of EUR',
      'rule looked: fired 3 times; asked for a person 2 times',
      '  What it takes people to look has no price: the playbook does not say what their time costs.',
    ]);
    expect(lines.join()).not.toContain('quiet');
  });

  it('are ids of decisions to look at, for each change', () => {
    expect(told({ samples: { lost: ['dec_1', 'dec_2'], retimed: ['dec_3'] } })).toEqual(
      expect.arrayContaining(['  decisions, lost: dec_1 dec_2', '  decisions, retimed: dec_3']),
    );
  });
});
