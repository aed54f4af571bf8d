import fc from 'fast-check';
import { auditsNeeded, binomialCdf, hoeffdingBentkus } from './bound.js';
import { type AuditItem, brokenPromise, drift, look, planLooks, type Tolerance } from './certify.js';

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

const tolerance: Tolerance = { wrong: 0.05, confidence: 0.9, misses: [0, 2] };

describe('looks', () => {
  it('share the error among them, and are planned before the first audit', () => {
    const plan = planLooks(tolerance);
    expect(plan.map((each) => each.delta)).toEqual([expect.closeTo(0.05), expect.closeTo(0.05)]);
    expect(plan[0]?.audits).toBe(auditsNeeded(0, 0.05, 0.95));
    expect(plan[1]?.audits).toBeGreaterThan(plan[0]?.audits ?? 0);
  });

  it('open nothing while too few audits lie below any threshold', () => {
    const [first] = planLooks(tolerance);
    if (first === undefined) throw new Error('no look');
    const items = Array.from({ length: first.audits - 1 }, () => ({ score: 0.1, share: 1, wrong: false }));
    expect(look(items, first, tolerance, 0.5).threshold).toBeNull();
    const enough = [...items, { score: 0.1, share: 1, wrong: false }];
    expect(look(enough, first, tolerance, 0.5)).toMatchObject({ threshold: 0.5, misses: 0 });
    expect(
      look([...items, { score: 0.1, share: 1, wrong: true }], first, tolerance, 0.5).threshold,
    ).toBeNull();
  });

  it('choose the highest threshold below which the promise is shown', () => {
    const [first] = planLooks(tolerance);
    if (first === undefined) throw new Error('no look');
    const low = Array.from({ length: 100 }, () => ({ score: 0.1, share: 1, wrong: false }));
    const high = Array.from({ length: 40 }, (_, i) => ({ score: 0.4, share: 1, wrong: i % 2 === 0 }));
    expect(look([...low, ...high], first, tolerance, 0.5)).toMatchObject({ threshold: 0.4, misses: 0 });
  });

  it.each([
    ['everything reviewed', 1],
    ['one in five seen', 0.2],
  ])('break the promise no more often than stated, %s, over 2,000 draws', (_, share) => {
    const draws = 2_000;
    const plan = planLooks(tolerance);
    const next = random(20_261_122);
    let broken = 0;
    let opened = 0;
    for (let draw = 0; draw < draws; draw++) {
      // Wrong a hair more often than tolerated wherever the threshold falls: opening at all breaks the promise.
      const items: AuditItem[] = [];
      let seen = 0;
      for (const each of plan) {
        while (seen < each.audits) {
          const looked = next() < share;
          const wrong = next() < tolerance.wrong * 1.02;
          items.push({ score: next() * 0.5, share, wrong: looked ? wrong : null });
          if (looked) seen++;
        }
        if (look(items, each, tolerance, 0.5).threshold !== null) {
          broken++;
          break;
        }
      }
      opened++;
    }
    const delta = 1 - tolerance.confidence;
    expect(opened).toBe(draws);
    expect(broken / draws).toBeLessThanOrEqual(delta + 3 * Math.sqrt((delta * (1 - delta)) / draws));
  });

  it('do open when drafts are good enough, so that the test above is not passed by a gate that never opens', () => {
    const plan = planLooks(tolerance);
    const next = random(7);
    let opened = 0;
    for (let draw = 0; draw < 300; draw++) {
      const items: AuditItem[] = Array.from({ length: plan[1]?.audits ?? 0 }, () => ({
        score: next() * 0.5,
        share: 1,
        wrong: next() < 0.005,
      }));
      if (plan.some((each) => look(items.slice(0, each.audits), each, tolerance, 1).threshold !== null))
        opened++;
    }
    expect(opened).toBeGreaterThan(200);
  });
});

describe('an open gate', () => {
  it('is closed by misses that the promise makes unlikely', () => {
    expect(brokenPromise(100, 0, 0.01)).toBe(1);
    expect(brokenPromise(100, 1, 0.01)).toBeGreaterThan(0.05);
    expect(brokenPromise(100, 5, 0.01)).toBeLessThan(0.01);
  });

  it('notices that today’s drafts are others', () => {
    const next = random(3);
    const scores = (from: number) => Array.from({ length: 400 }, () => from + next() * 0.2);
    const before = scores(0);
    expect(drift(before, scores(0))).toBeLessThan(0.1);
    expect(drift(before, scores(0.15))).toBeGreaterThan(0.25);
    expect(drift(new Array<number>(50).fill(0), new Array<number>(50).fill(0))).toBeLessThan(0.01);
  });
});
