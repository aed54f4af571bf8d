import fc from 'fast-check';
import { calibrate, UNFITTED } from '../risk/calibration.js';
import { combine } from '../risk/assess.js';
import { brier, type Foretold, reliability, standsFor } from './reliability.js';
import { crossPredict, type Example, fitStrengths, predict } from './strengths.js';

function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const CODES = ['claims.price', 'tone.pressure', 'little-known', 'links.foreign'] as const;
const TRUE_STRENGTHS: Readonly<Record<string, number>> = {
  'claims.price': 1.5,
  'tone.pressure': 0.2,
  'little-known': 0,
  'links.foreign': 1,
};

/** As the weight from which a sign asks for a person by itself: none does. */
const NOTHING = 2;

/** Drafts whose reviewers object exactly as a known model says. */
function world(count: number, seed: number): Example[] {
  const next = random(seed);
  return Array.from({ length: count }, () => {
    const signs = CODES.filter(() => next() < 0.3).map((code) => ({ code, weight: 0.1 + next() * 0.6 }));
    const total = signs.reduce(
      (sum, { code, weight }) => sum - Math.log(1 - weight) * (TRUE_STRENGTHS[code] ?? 1),
      0.05,
    );
    return { signs, wrong: next() < 1 - Math.exp(-total), share: 1 };
  });
}

function foretold(examples: readonly Example[], predicted: readonly number[]): Foretold[] {
  const weights = standsFor(examples);
  return examples.map(({ wrong }, i) => ({ wrong, weight: weights[i] ?? 0, predicted: predicted[i] ?? 0 }));
}

describe('the fitted risk', () => {
  it('finds the strengths that made the verdicts', () => {
    const model = fitStrengths(world(8_000, 1), 'v1');
    for (const code of CODES) expect(model.strengths[code]).toBeCloseTo(TRUE_STRENGTHS[code] ?? 1, 0);
    expect(Math.abs((model.strengths['little-known'] ?? 1) - 0)).toBeLessThan(0.15);
    expect(model.base).toBeCloseTo(1 - Math.exp(-0.05), 1);
  });

  it('leaves the weights as they were set while nothing is known', () => {
    const model = fitStrengths([], 'v0');
    expect(model.strengths).toEqual({});
    const few = fitStrengths(
      [{ signs: [{ code: 'tone.pressure', weight: 0.3 }], wrong: false, share: 1 }],
      'v0',
    );
    expect(few.strengths['tone.pressure']).toBeGreaterThan(0.8);
  });

  it('is held against verdicts in parts that keep the same prediction together', () => {
    const predicted = [0.3, 0, 0, 0.1, 0, 0, 0.2, 0, 0, 0];
    const bins = reliability(
      predicted.map((p) => ({ predicted: p, wrong: p > 0.15, weight: 1 })),
      5,
    );
    expect(bins.map(({ from, to, count, observed }) => [from, to, count, observed])).toEqual([
      [0, 0, 7, 0],
      [0.1, 0.2, 2, 0.5],
      [0.3, 0.3, 1, 1],
    ]);
  });

  it('is calibrated on drafts it never saw, and better than the weights set by hand', () => {
    const examples = world(4_000, 2);
    const learned = foretold(examples, crossPredict(examples, NOTHING));
    const byHand = foretold(
      examples,
      examples.map((each) => predict(UNFITTED, each, NOTHING)),
    );
    expect(brier(learned)).toBeLessThan(brier(byHand));
    for (const bin of reliability(learned)) {
      expect(bin.predicted).toBeGreaterThan(bin.low - 0.05);
      expect(bin.predicted).toBeLessThan(bin.high + 0.05);
    }
  });

  it('says of all drafts what it would say had every one been read, where gates let most of the quiet ones go', () => {
    // Whoever reads only one in ten of what a gate lets go reads mostly what is loud. One action's drafts are never wrong, another's often are.
    const next = random(4);
    const all = Array.from({ length: 20_000 }, (_, i) => {
      const gated = i % 2 === 0;
      const signs = next() < 0.3 ? [{ code: 'tone.pressure', weight: 0.4 }] : [];
      const wrong = next() < (gated ? 0.01 : 0.3) + (signs.length > 0 ? 0.2 : 0);
      return { signs, wrong, share: gated && signs.length === 0 ? 0.1 : 1 };
    });
    const read = all.filter(({ share }) => next() < share);
    const predictions = (examples: readonly Example[]) =>
      examples.map((each) => predict(UNFITTED, each, NOTHING));
    const whole = all.map((each) => ({ ...each, share: 1 }));
    const truth = brier(foretold(whole, predictions(all)));
    expect(brier(foretold(read, predictions(read)))).toBeCloseTo(truth, 2);
    const alike = read.map((each) => ({ ...each, share: 1 }));
    expect(Math.abs(brier(foretold(alike, predictions(read))) - truth)).toBeGreaterThan(0.03);

    const base = fitStrengths(whole, 'v1').base;
    expect(Math.abs(fitStrengths(read, 'v1').base - base)).toBeLessThan(0.01);
    expect(Math.abs(fitStrengths(alike, 'v1').base - base)).toBeGreaterThan(0.05);
    const [quiet] = reliability(foretold(read, predictions(read)), 1);
    const [known] = reliability(foretold(whole, predictions(all)), 1);
    expect(quiet?.observed).toBeCloseTo(known?.observed ?? 0, 2);
    // What stands for ten is worth less than ten, and the interval says so.
    expect((quiet?.high ?? 0) - (quiet?.low ?? 0)).toBeGreaterThan((known?.high ?? 0) - (known?.low ?? 0));
  });

  it('never falls with another sign, nor with a heavier one, and is fixed by its examples', () => {
    const model = fitStrengths(world(300, 3), 'v1');
    expect(fitStrengths(world(300, 3), 'v1')).toEqual(model);
    const sign = fc.record({
      code: fc.constantFrom(...CODES, 'unheard.of'),
      weight: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.array(sign, { maxLength: 6 }),
        sign,
        fc.constantFrom(0.5, NOTHING),
        (signs, more, mustSee) => {
          const before = predict(model, { signs }, mustSee);
          expect(predict(model, { signs: [...signs, more] }, mustSee)).toBeGreaterThanOrEqual(before - 1e-12);
          expect(before).toBeGreaterThanOrEqual(0);
          expect(before).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('weighs contributions so that the score is still their combination, and must-see ones are never lowered', () => {
    const contributions = [
      { code: 'claims.price', weight: 0.7, text: '', spans: [] },
      { code: 'little-known', weight: 0.2, text: '', spans: [] },
    ];
    const model = { version: 'v1', base: 0.02, strengths: { 'claims.price': 0.1, 'little-known': 0 } };
    const weighed = calibrate(contributions, model, 0.5);
    expect(weighed.map(({ code, weight }) => [code, weight])).toEqual([
      ['claims.price', 0.7],
      ['little-known', 0],
      ['base', 0.02],
    ]);
    expect(combine(weighed)).toBeCloseTo(1 - 0.3 * 0.98, 4);
    expect(calibrate(contributions, UNFITTED, 0.5)).toEqual(contributions);
  });

  it('is held against verdicts as it was said: what must be seen stays as heavy as it was set', () => {
    const model = { version: 'v1', base: 0, strengths: { 'claims.price': 0.18 } };
    const signs = [{ code: 'claims.price', weight: 0.6 }];
    expect(predict(model, { signs }, NOTHING)).toBeCloseTo(0.15, 2);
    expect(predict(model, { signs }, 0.5)).toBe(0.6);
    // Nobody objects to it; what is foretold of a draft nobody has read yet is said to its reviewer all the same.
    const examples = Array.from({ length: 50 }, () => ({ signs, wrong: false, share: 1 }));
    expect(new Set(crossPredict(examples, 0.5))).toEqual(new Set([0.6]));
  });
});
