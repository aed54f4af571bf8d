import { type Assessment, type Contribution } from '../../src/risk/assessment.js';
import { assess } from '../../src/risk/assess.js';
import { riskInput } from '../harness/risk.js';
import { documented, markdown } from './docs.js';
import { type CorpusDraft, groundingCorpus, PLANTED, type Planted } from './grounding.js';

const SEED = 20_261_120;
const PAIRS = 12;

interface Tally {
  drafts: number;
  planted: number;
  found: number;
  falseMarks: number;
}

const judge = ({ text, facts, now }: CorpusDraft): Assessment => assess(riskInput(text, { facts, now }));

/** What says that something is not so, as against what is said of links, persons and the like. */
const marks = ({ contributions }: Assessment): Contribution[] =>
  contributions.filter(({ code }) => /^(?:claims|manipulation)\.|\.crashed$/.test(code));

function touches({ spans }: Contribution, { planted }: CorpusDraft): boolean {
  return (
    planted !== null &&
    spans.some(({ field, start, end }) => field === 'text' && start < planted.end && end > planted.start)
  );
}

function tallied(corpus: readonly CorpusDraft[]): Map<Planted, Tally> {
  const tallies = new Map<Planted, Tally>(
    PLANTED.map((kind) => [kind, { drafts: 0, planted: 0, found: 0, falseMarks: 0 }]),
  );
  for (const draft of corpus) {
    const tally = tallies.get(draft.kind);
    if (tally === undefined) throw new Error(`no tally for ${draft.kind}`);
    const made = marks(judge(draft));
    const right = made.filter((mark) => touches(mark, draft));
    tally.drafts += 1;
    tally.planted += draft.planted === null ? 0 : 1;
    tally.found += right.length > 0 ? 1 : 0;
    tally.falseMarks += made.length - right.length;
  }
  return tallies;
}

const recall = ({ found, planted }: Tally) => found / planted;
const precision = ({ found, falseMarks }: Tally) => found / (found + falseMarks);

function summed(tallies: Iterable<Tally>): Tally {
  const all: Tally = { drafts: 0, planted: 0, found: 0, falseMarks: 0 };
  for (const each of tallies) {
    all.drafts += each.drafts;
    all.planted += each.planted;
    all.found += each.found;
    all.falseMarks += each.falseMarks;
  }
  return all;
}

function table(tallies: ReadonlyMap<string, Tally>): string {
  const row = (name: string, tally: Tally) => [
    name,
    String(tally.drafts),
    `${tally.found} of ${tally.planted}`,
    String(tally.falseMarks),
    recall(tally).toFixed(3),
    precision(tally).toFixed(3),
  ];
  return markdown([
    ['planted error', 'drafts', 'found', 'false marks', 'recall', 'precision'],
    ...[...tallies].map(([kind, tally]) => row(kind, tally)),
    row('all', summed(tallies.values())),
  ]);
}

describe('grounding, on drafts with one planted error and their clean twins', () => {
  const corpus = groundingCorpus(SEED, PAIRS);
  const tallies = tallied(corpus);

  it('is judged on at least 500 drafts, half of them clean', () => {
    expect(corpus.length).toBeGreaterThanOrEqual(500);
    expect(corpus.filter(({ planted }) => planted === null)).toHaveLength(corpus.length / 2);
  });

  it('finds what is not so and leaves alone what is', () => {
    const all = summed(tallies.values());
    expect(recall(all)).toBeGreaterThanOrEqual(0.98);
    expect(precision(all)).toBeGreaterThanOrEqual(0.95);
  });

  it.each(PLANTED)('does so for each kind: %s', (kind) => {
    const tally = tallies.get(kind);
    expect(tally && recall(tally)).toBeGreaterThanOrEqual(0.9);
    expect(tally && precision(tally)).toBeGreaterThanOrEqual(0.9);
  });

  it('is documented with these very figures', () => {
    expect(documented('grounding', table(tallies))).toBe(table(tallies));
  });
});
