import fc from 'fast-check';
import { auditsNeeded, binomialCdf, hoeffdingBentkus } from './bound.js';
import {
  type AuditItem,
  brokenPromise,
  type Fate,
  nextStep,
  planLooks,
  type Step,
  type TestResult,
  type Tolerance,
} from './certify.js';

/** A small seeded generator (mulberry32), so that a simulation says the same every time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('the bound', () => {
  it('needs 299 clean audits for one in a hundred at 95 %, and 573 with one miss', () => {
    expect(auditsNeeded(0, 0.01, 0.95)).toBe(299);
    expect(auditsNeeded(1, 0.01, 0.95)).toBe(573);
  });

  it('is no p-value below the truth: at the tolerated share it is small no more often than it says', () => {
    const n = 400;
    const tolerated = 0.03;
    for (const level of [0.01, 0.05, 0.1]) {
      // Exactly, over every number of misses there can be.
      let often = 0;
      for (let misses = 0; misses <= n; misses++) {
        const probability = binomialCdf(misses, n, tolerated) - binomialCdf(misses - 1, n, tolerated);
        if (hoeffdingBentkus(misses / n, n, tolerated) <= level) often += probability;
      }
      expect(often).toBeLessThanOrEqual(level);
      expect(often).toBeGreaterThan(0);
    }
  });

  it('falls with more audits and rises with more misses', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 3_000 }),
        fc.integer({ min: 0, max: 20 }),
        fc.double({ min: 0.005, max: 0.3, noNaN: true }),
        (n, misses, tolerated) => {
          const k = Math.min(misses, n - 1);
          const p = hoeffdingBentkus(k / n, n, tolerated);
          expect(hoeffdingBentkus(k / (n + 50), n + 50, tolerated)).toBeLessThanOrEqual(p + 1e-9);
          expect(hoeffdingBentkus((k + 1) / n, n, tolerated)).toBeGreaterThanOrEqual(p - 1e-9);
        },
      ),
    );
  });
});

const tolerance: Tolerance = { wrong: 0.1, confidence: 0.9, misses: [0, 2] };
const plan = planLooks(tolerance);
const [firstLook, secondLook] = plan.map(({ audits }) => audits) as [number, number];
const GRID = [0.1, 0.2, 0.3, 0.4, 0.5];

/** So many drafts of one risk that were reviewed. */
function reviewed(count: number, score: number, fate: Fate = 'right', share = 1): AuditItem[] {
  return Array.from({ length: count }, () => ({ score, share, fate }));
}

/** Makes every look that is due, as the service does. */
function makeLooks(
  items: readonly AuditItem[],
  thresholds: readonly number[] = GRID,
  made: TestResult[] = [],
): { readonly made: TestResult[]; readonly next: Step } {
  for (;;) {
    const next = nextStep(items, made, plan, thresholds, tolerance);
    if (next.kind !== 'due') return { made, next };
    made.push(next.result);
  }
}

const openedBelow = (made: readonly TestResult[]): number => made.findLast(({ shown }) => shown)?.below ?? 0;

describe('looks', () => {
  it('share the error among them, and are planned before the first audit', () => {
    expect(plan.map((each) => each.delta)).toEqual([expect.closeTo(0.05), expect.closeTo(0.05)]);
    expect(firstLook).toBe(auditsNeeded(0, 0.1, 0.95));
    expect(secondLook).toBeGreaterThan(firstLook);
  });

  it('cost one threshold and one look nothing: 299 clean audits open it, at 1 % and 95 %', () => {
    const terms = { wrong: 0.01, confidence: 0.95, misses: [0] };
    const step = (count: number) => nextStep(reviewed(count, 0.2), [], planLooks(terms), [0.5], terms);
    expect(step(298)).toMatchObject({ kind: 'waiting', audits: 298, needed: 299 });
    expect(step(299)).toMatchObject({ kind: 'due', result: { shown: true, audits: 299, misses: 0 } });
    expect(nextStep(reviewed(299, 0.05), [], planLooks(terms), GRID, terms)).toMatchObject({
      result: { below: 0.1, shown: true },
    });
    const later = { ...terms, misses: [1] };
    const one = [...reviewed(1, 0.2, 'wrong'), ...reviewed(572, 0.2)];
    expect(nextStep(one, [], planLooks(later), [0.5], later)).toMatchObject({
      kind: 'due',
      result: { shown: true, audits: 573, misses: 1 },
    });
  });

  it('open where the drafts of low risk are clean though those of high risk are not', () => {
    const { made, next } = makeLooks([...reviewed(20, 0.4, 'wrong'), ...reviewed(firstLook, 0.1)]);
    expect(openedBelow(made)).toBe(0.4);
    expect(next).toMatchObject({ kind: 'waiting', test: { below: 0.5, look: 2 }, counted: 0.2 });
  });

  it('go no further than the first threshold that is not shown', () => {
    const items = [...reviewed(20, 0.15, 'wrong'), ...reviewed(firstLook, 0.05), ...reviewed(5_000, 0.45)];
    const first = makeLooks(items);
    expect(first.made.map(({ below, look, shown }) => [below, look, shown])).toEqual([
      [0.1, 1, true],
      [0.2, 1, false],
    ]);
    expect(first.next).toMatchObject({
      kind: 'waiting',
      test: { below: 0.2, look: 2 },
      counted: 0.1,
      audits: firstLook,
      needed: secondLook,
    });
    const second = makeLooks([...items, ...reviewed(secondLook, 0.05)]);
    expect(second.made.slice(2)).toEqual([expect.objectContaining({ below: 0.2, look: 2, shown: false })]);
    expect(second.next).toEqual({ kind: 'done' });
  });

  it('go on where the look before ended, once there is more to see', () => {
    const items = [
      ...reviewed(1, 0.15, 'wrong'),
      ...reviewed(firstLook, 0.05),
      ...reviewed(secondLook, 0.05),
    ];
    expect(makeLooks(items).made.map(({ below, look, shown }) => [below, look, shown])).toEqual([
      [0.1, 1, true],
      [0.2, 1, false],
      [0.2, 2, true],
      [0.3, 2, true],
      [0.4, 2, true],
      [0.5, 2, true],
    ]);
  });

  it('pass over a threshold that few drafts lie below, and wait for one that many do', () => {
    const few = [...reviewed(5, 0.05), ...reviewed(firstLook, 0.15)];
    expect(makeLooks(few).made[0]).toMatchObject({ below: 0.2, shown: true });
    const many = Array.from({ length: firstLook }, (_, i) => ({
      ...(reviewed(1, i % 3 === 0 ? 0.15 : 0.05)[0] as AuditItem),
    }));
    expect(makeLooks(many)).toMatchObject({
      made: [],
      next: { kind: 'waiting', test: { below: 0.1, look: 1 }, needed: firstLook },
    });
  });

  it('are held while one of their audits is open, and count it as wrong when nobody answered', () => {
    const others = reviewed(firstLook - 1, 0.05);
    expect(makeLooks([...others, ...reviewed(1, 0.05, 'open')])).toMatchObject({
      made: [],
      next: { kind: 'waiting', audits: firstLook, needed: firstLook, open: 1 },
    });
    expect(makeLooks([...others, ...reviewed(1, 0.05)]).made[0]).toMatchObject({ shown: true });
    const [left] = makeLooks([...others, ...reviewed(1, 0.05, 'unanswered')]).made;
    expect(left).toMatchObject({ shown: false, misses: 1, unanswered: 1 });
  });

  it('find the same whether they are made at once or as drafts come in', () => {
    const draft = fc.record({
      score: fc.constantFrom(0, 0.05, 0.15, 0.25, 0.35, 0.45, 0.6),
      share: fc.constantFrom(1, 0.2),
      fate: fc.constantFrom<Fate>('right', 'right', 'right', 'right', 'right', 'right', 'wrong', 'unpicked'),
    });
    fc.assert(
      fc.property(fc.array(draft, { minLength: 50, maxLength: 250 }), (items) => {
        const made: TestResult[] = [];
        for (let i = 1; i <= items.length; i++) makeLooks(items.slice(0, i), GRID, made);
        expect(made).toEqual(makeLooks(items).made);
      }),
      { numRuns: 40 },
    );
  });
});

/** How a shop's drafts come about, and what becomes of those that are picked. */
interface World {
  readonly share: number;
  /** How often a draft of this risk is wrong. */
  readonly wrong: (score: number) => number;
  /** How often a picked draft gets its verdict in time. */
  readonly answered: (wrong: boolean) => number;
}

/** One draft: its risk is anything up to 0.5. */
function draftOf({ wrong, answered }: World, share: number, score: number, next: () => number): AuditItem {
  const isPicked = next() < share;
  const isWrong = next() < wrong(score);
  const isAnswered = next() < answered(isWrong);
  const fate = !isPicked ? 'unpicked' : !isAnswered ? 'unanswered' : isWrong ? 'wrong' : 'right';
  return { score, share, fate };
}

/** What comes in between two rounds of looks, where a gate that opens changes what is read. */
const ROUND = 60;

/**
 * Drafts come in until both looks at everything could be made. Where everything is read at first, a gate is opened as soon as it may be and
 * one in five is read below it from then on.
 */
function history(world: World, next: () => number): { items: AuditItem[]; made: TestResult[] } {
  const items: AuditItem[] = [];
  let made: TestResult[] = [];
  let audits = 0;
  while (audits < secondLook * 2) {
    const opened = openedBelow(made);
    for (let i = 0; world.share < 1 ? audits < secondLook * 2 : i < ROUND; i++) {
      const score = next() * 0.5;
      const item = draftOf(world, score < opened ? 0.2 : world.share, score, next);
      items.push(item);
      // What nobody reads counts a little, so that a history in which nearly everything goes by itself ends as well.
      audits += item.fate === 'unpicked' ? 0.1 : 1;
    }
    made = makeLooks(items, GRID, made).made;
  }
  return { items, made };
}

/** The true share of wrong drafts below a threshold, risks being even up to 0.5. */
function trueShare(wrong: World['wrong'], below: number): number {
  const points = Array.from({ length: 1_000 }, (_, i) => ((i + 0.5) / 1_000) * below);
  return points.reduce((sum, score) => sum + wrong(score), 0) / points.length;
}

describe('the promise', () => {
  const DRAWS = 2_000;
  const delta = 1 - tolerance.confidence;
  const allowed = delta + 3 * Math.sqrt((delta * (1 - delta)) / DRAWS);
  const always = () => 1;
  /** Wrong a hair more often than tolerated wherever the threshold falls: opening at all breaks the promise. */
  const everywhere = () => tolerance.wrong * 1.02;
  /** Clean below 0.2; what is below 0.4 is, all together, wrong a hair more often than tolerated. */
  const above = (score: number) => (score < 0.2 ? 0 : score < 0.4 ? tolerance.wrong * 2.04 : 0.4);
  /** Who finds it wrong puts it off more often, or the other way round. */
  const putOff = (isWrong: boolean) => (isWrong ? 0.3 : 1);
  const eager = (isWrong: boolean) => (isWrong ? 1 : 0.97);

  const broken = (world: World, seed: number, see?: (items: AuditItem[]) => AuditItem[]): number => {
    const next = random(seed);
    const isBroken = () => {
      const { items, made } = history(world, next);
      const opened = openedBelow(see === undefined ? made : makeLooks(see(items)).made);
      return opened > 0 && trueShare(world.wrong, opened) > tolerance.wrong;
    };
    return Array.from({ length: DRAWS }, isBroken).filter(Boolean).length / DRAWS;
  };

  it.each<[string, World]>([
    ['everything read', { share: 1, wrong: everywhere, answered: always }],
    ['one in five read', { share: 0.2, wrong: everywhere, answered: always }],
    ['one in five read, half of them answered', { share: 0.2, wrong: everywhere, answered: () => 0.5 }],
    ['one in five read, wrong ones answered less', { share: 0.2, wrong: everywhere, answered: putOff }],
    ['wrong ones answered more', { share: 1, wrong: everywhere, answered: eager }],
    ['low risks clean, high ones not', { share: 1, wrong: above, answered: always }],
    [
      'low risks clean, one in five read, wrong ones answered less',
      { share: 0.2, wrong: above, answered: putOff },
    ],
  ])('is broken no more often than stated over 2,000 draws: %s', (_, world) => {
    expect(broken(world, 20_261_122)).toBeLessThanOrEqual(allowed);
  });

  it('would be broken far more often if unanswered audits were left out', () => {
    const world = { share: 0.2, wrong: everywhere, answered: putOff };
    const leftOut = (items: AuditItem[]) => items.filter(({ fate }) => fate !== 'unanswered');
    expect(broken(world, 20_261_122, leftOut)).toBeGreaterThan(2 * allowed);
  });

  it('is no reason never to open: good drafts do, and clean ones among bad ones', () => {
    const next = random(7);
    const count = (world: World, atLeast: number) =>
      Array.from({ length: 300 }, () => openedBelow(history(world, next).made)).filter((t) => t >= atLeast)
        .length;
    expect(count({ share: 1, wrong: () => 0.005, answered: always }, 0.5)).toBeGreaterThan(200);
    expect(count({ share: 1, wrong: above, answered: always }, 0.2)).toBeGreaterThan(200);
  });
});

describe('an open gate', () => {
  it('is closed by misses that the promise makes unlikely', () => {
    expect(brokenPromise(100, 0, 0.01)).toBe(1);
    expect(brokenPromise(100, 1, 0.01)).toBeGreaterThan(0.05);
    expect(brokenPromise(100, 5, 0.01)).toBeLessThan(0.01);
  });
});
