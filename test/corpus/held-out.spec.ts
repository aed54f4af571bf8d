import { documented, markdown } from './docs.js';
import { HELD_OUT, HELD_OUT_CLEAN, HELD_OUT_FACTS, HELD_OUT_KINDS } from './held-out.js';
import { HELD_OUT_DRAFT_FACTS, HELD_OUT_DRAFTS } from './held-out-drafts.js';
import { cleanOf, countPlanted, marks, wrongOf } from './planted.js';

function table(): string {
  const rows = HELD_OUT_KINDS.map((kind) => [kind, countPlanted(HELD_OUT[kind], HELD_OUT_FACTS)] as const);
  const all = { sentences: 0, found: 0, falseMarks: 0 };
  for (const [, count] of rows) {
    all.sentences += count.sentences;
    all.found += count.found;
    all.falseMarks += count.falseMarks;
  }
  const wrong = HELD_OUT_CLEAN.filter((words) => marks(words, HELD_OUT_FACTS).length > 0).length;
  const falseMarks = all.falseMarks + wrong;
  return markdown([
    ['held back', 'sentences', 'found', 'false marks'],
    ...rows.map(([kind, { sentences, found, falseMarks: beside }]) => [
      kind,
      String(sentences),
      String(found),
      String(beside),
    ]),
    ['clean', String(HELD_OUT_CLEAN.length), '', String(wrong)],
    [
      'all',
      String(all.sentences + HELD_OUT_CLEAN.length),
      `${String(all.found)} of ${String(all.sentences)} (${(all.found / all.sentences).toFixed(2)})`,
      `${String(falseMarks)} (precision ${(all.found / (all.found + falseMarks)).toFixed(2)})`,
    ],
  ]);
}

function tableOfDrafts(): string {
  const rows = HELD_OUT_KINDS.map((kind) => {
    const drafts = HELD_OUT_DRAFTS[kind];
    const { found, falseMarks } = countPlanted(drafts.map(wrongOf), HELD_OUT_DRAFT_FACTS);
    const inTwins = drafts.flatMap((draft) => marks(cleanOf(draft), HELD_OUT_DRAFT_FACTS)).length;
    return { kind, drafts: drafts.length, found, falseMarks: falseMarks + inTwins };
  });
  const sum = (of: 'drafts' | 'found' | 'falseMarks') => rows.reduce((all, row) => all + row[of], 0);
  const [drafts, found, falseMarks] = [sum('drafts'), sum('found'), sum('falseMarks')];
  return markdown([
    ['held back', 'pairs', 'found', 'false marks'],
    ...rows.map((row) => [row.kind, String(row.drafts), String(row.found), String(row.falseMarks)]),
    [
      'all',
      String(drafts),
      `${String(found)} of ${String(drafts)} (${(found / drafts).toFixed(2)})`,
      `${String(falseMarks)} (precision ${(found / (found + falseMarks)).toFixed(2)})`,
    ],
  ]);
}

// Counts alone, so that nobody works with these sentences by reading what failed.
describe('sentences held back', () => {
  it('are at least 120 with an error and 120 without', () => {
    expect(Object.values(HELD_OUT).flat().length).toBeGreaterThanOrEqual(120);
    expect(HELD_OUT_CLEAN.length).toBeGreaterThanOrEqual(120);
  });

  it('are found as often as documented', () => {
    const measured = table();
    expect(documented('held-out', measured)).toBe(measured);
  });
});

describe('drafts held back, with their twins', () => {
  it('are at least 60 pairs that differ in one place', () => {
    const drafts = Object.values(HELD_OUT_DRAFTS).flat();
    expect(drafts.length).toBeGreaterThanOrEqual(60);
    for (const draft of drafts) expect(draft.split(/[‹|›]/)).toHaveLength(4);
  });

  it('are found as often as documented', () => {
    const measured = tableOfDrafts();
    expect(documented('held-out-drafts', measured)).toBe(measured);
  });
});
