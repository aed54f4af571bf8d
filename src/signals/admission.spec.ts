import fc from 'fast-check';
import {
  ALWAYS,
  comeBack,
  isAdmitted,
  learnedRate,
  NOTHING_PROMISED,
  type Promised,
  SUPPOSED_PER_MS,
} from './admission.js';

const rate = fc.double({ min: 0.01, max: 1_000, noNaN: true });
const flush = fc.record({
  units: fc.integer({ min: 1, max: 100_000 }),
  ms: fc.double({ min: 0, max: 60_000, noNaN: true }),
  full: fc.boolean(),
});

describe('taking in by the expected wait', () => {
  it('takes in what would be written within half a second, and always a flush', () => {
    expect(isAdmitted(10_000, 20)).toBe(true);
    expect(isAdmitted(10_001, 20)).toBe(false);
    expect(isAdmitted(ALWAYS, 0.001)).toBe(true);
    expect(isAdmitted(ALWAYS + 1, 0.001)).toBe(false);
  });

  it('takes in no call behind more that it would refuse behind less, nor at a lower rate one refused at a higher', () => {
    const units = fc.integer({ min: 0, max: 100_000 });
    fc.assert(
      fc.property(units, units, rate, rate, (a, b, r, s) => {
        const [less, more, slow, fast] = [Math.min(a, b), Math.max(a, b), Math.min(r, s), Math.max(r, s)];
        if (isAdmitted(more, slow))
          expect([isAdmitted(less, slow), isAdmitted(more, fast)]).toEqual([true, true]);
      }),
    );
  });
});

describe('the rate of writing', () => {
  it('lies between what was thought and what was seen', () => {
    fc.assert(
      fc.property(rate, flush, (before, seen) => {
        const after = learnedRate(before, seen);
        const shown = seen.units / Math.max(1, seen.ms);
        expect(after).toBeGreaterThanOrEqual(Math.min(before, shown) - 1e-9);
        expect(after).toBeLessThanOrEqual(Math.max(before, shown) + 1e-9);
      }),
    );
  });

  it('does not sink because little is sent', () => {
    let perMs = SUPPOSED_PER_MS;
    for (let i = 0; i < 10_000; i++) perMs = learnedRate(perMs, { units: 1, ms: 3, full: false });
    expect(perMs).toBe(SUPPOSED_PER_MS);
  });

  it('follows full flushes within some seconds, and one that hung by no more than half', () => {
    expect(learnedRate(20, { units: 1_000, ms: 30_000, full: true })).toBeGreaterThan(10);
    let perMs = SUPPOSED_PER_MS;
    for (let ms = 0; ms < 5_000; ms += 200) perMs = learnedRate(perMs, { units: 1_000, ms: 200, full: true });
    expect(perMs).toBeCloseTo(5, 0);
  });

  it('comes back up by any flush that was faster', () => {
    let perMs = 0.01;
    for (let i = 0; i < 500; i++) perMs = learnedRate(perMs, { units: 160, ms: 8, full: false });
    expect(perMs).toBeGreaterThan(15);
  });
});

describe('the time to come back', () => {
  it('is when what is ahead and what was refused before can have been written', () => {
    const refused = { units: 20_000, ahead: 10_000, perMs: 20, now: 0 };
    const times: number[] = [];
    let promised: Promised = NOTHING_PROMISED;
    for (let i = 0; i < 4; i++) {
      const told = comeBack(promised, refused);
      times.push(told.afterSeconds);
      promised = told.promised;
    }
    expect(times).toEqual([1, 2, 3, 4]);
    // Three of the four seconds' work that was promised is through by then.
    expect(comeBack(promised, { ...refused, ahead: 0, now: 3_000 }).afterSeconds).toBe(1);
  });

  it('is whole seconds from one to ten, however many come and whenever', () => {
    const call = fc.record({
      units: fc.integer({ min: 1, max: 100_000 }),
      ahead: fc.integer({ min: 0, max: 1_000_000 }),
      perMs: rate,
      now: fc.integer({ min: 0, max: 1_000_000 }),
    });
    fc.assert(
      fc.property(fc.array(call), (calls) => {
        let promised: Promised = NOTHING_PROMISED;
        for (const one of calls.sort((a, b) => a.now - b.now)) {
          const told = comeBack(promised, one);
          expect(Number.isInteger(told.afterSeconds)).toBe(true);
          expect(told.afterSeconds).toBeGreaterThanOrEqual(1);
          expect(told.afterSeconds).toBeLessThanOrEqual(10);
          promised = told.promised;
        }
      }),
    );
  });
});
