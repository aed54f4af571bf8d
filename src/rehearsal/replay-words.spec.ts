import { EMPTY_TALLY, type Tally } from './replay.js';
import { tallyAnswer } from './replay-answer.js';
import { replayLines } from './replay-words.js';

const told = (tally: Partial<Tally>): string[] =>
  replayLines({ ...tallyAnswer({ ...EMPTY_TALLY, ...tally }), until: '2026-11-30T08:00:00.000Z' }, 'EUR');
const NO_USE = { matched: 0, alone: 0, worth: 0, delayed: 0, delayedMs: 0, delayWorth: 0, delayedToo: 0, asked: 0, lapsed: 0, lapsedWorth: 0 }; // prettier-ignore

describe('what a replay shows on a terminal', () => {
  it('are the reviews of each day, before and after', () => {
    const from = '2026-11-01T08:00:00.000Z';
    const lines = told({ from, reviews: { '2026-11-02': { before: 28, after: 57 }, '2026-11-01': { before: 1, after: 1 } } }); // prettier-ignore
    expect(lines.slice(3, 6)).toEqual([
      'reviews: 1.0 a day, would be 2.0',
      '  2026-11-01: 1, would be 1',
      '  2026-11-02: 28, would be 57',
    ]);
  });

  it('are at least those of a day', () => {
    const from = '2026-11-30T07:00:00.000Z';
    expect(told({ from, reviews: { '2026-11-30': { before: 30, after: 45 } } })).toContain(
      'reviews: 30.0 a day, would be 45.0',
    );
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

  it('are the triggers that no stored decision tells of, those with most decisions first', () => {
    const triggers = {
      arrived: { members: [], decisions: 0 },
      'silent-30': { members: ['for'], decisions: 1 },
      looked: { members: ['atLeast', 'within'], decisions: 12 },
    };
    expect(told({ triggers }).slice(3, 7)).toEqual([
      'these triggers fire on something else; what they would fire newly, or at another time, is told by a simulation only:',
      '  looked: atLeast, within; 12 decisions taken as if it had fired as it did',
      '  silent-30: for; 1 decision taken as if it had fired as it did',
      '  arrived: new, so nothing of it was stored',
    ]);
    expect(told({}).join()).not.toContain('triggers');
  });
});
