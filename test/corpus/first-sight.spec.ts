import { documented, markdown } from './docs.js';
import { FIRST_SIGHT_A } from './first-sight-a.js';
import { FIRST_SIGHT_B } from './first-sight-b.js';
import { FIRST_SIGHT_C } from './first-sight-c.js';
import { FIRST_SIGHT_D } from './first-sight-d.js';
import { FIRST_SIGHT_E } from './first-sight-e.js';
import { cleanOf, countPlanted, type Trade, wrongOf } from './planted.js';

const SETS = {
  first: FIRST_SIGHT_A,
  second: FIRST_SIGHT_B,
  third: FIRST_SIGHT_C,
  fourth: FIRST_SIGHT_D,
  fifth: FIRST_SIGHT_E,
};

function row(name: string, trades: readonly Trade[]): string[] {
  const counts = trades.flatMap(({ facts, drafts }) =>
    Object.values(drafts).map((pairs) => ({
      wrong: countPlanted(pairs.map(wrongOf), facts),
      clean: countPlanted(pairs.map(cleanOf), facts),
    })),
  );
  const sum = (of: (each: (typeof counts)[number]) => number) =>
    counts.reduce((all, each) => all + of(each), 0);
  const [pairs, found] = [sum(({ wrong }) => wrong.sentences), sum(({ wrong }) => wrong.found)];
  const falseMarks = sum(({ wrong, clean }) => wrong.falseMarks + clean.falseMarks);
  const [recall, precision] = [found / pairs, found / (found + falseMarks)];
  return [name, String(pairs), `${found} of ${pairs}`, String(falseMarks), recall.toFixed(3), precision.toFixed(3)]; // prettier-ignore
}

describe('pairs of sentences of many trades', () => {
  const trades = Object.values(SETS).flat();

  it('are at least 700, and each differs from its twin in one place', () => {
    const pairs = trades.flatMap(({ drafts }) => Object.values(drafts).flat());
    expect(pairs.length).toBeGreaterThanOrEqual(700);
    for (const pair of pairs) expect(pair.split(/[‹|›]/)).toHaveLength(4);
  });

  it('are found as often as documented', () => {
    const measured = markdown([
      ['set', 'pairs', 'found', 'false marks', 'recall', 'precision'],
      ...Object.entries(SETS).map(([name, set]) => row(name, set)),
    ]);
    expect(documented('first-sight', measured)).toBe(measured);
  });
});
