import fc from 'fast-check';
import { isPressed, LEAST, MOST, nextPermits } from './pace.js';

const seen = fc.record({
  asked: fc.boolean(),
  delayMs: fc.double({ min: 0, max: 10_000, noNaN: true }),
  oldestMs: fc.double({ min: 0, max: 60_000, noNaN: true }),
});
const permits = fc.integer({ min: LEAST, max: MOST });

describe('how many pieces of work may be under way', () => {
  it('is never none and never more than all, whatever is seen', () => {
    fc.assert(
      fc.property(permits, fc.array(seen), (start, looks) => {
        for (const end of looks.map((_, i) => looks.slice(0, i + 1).reduce(nextPermits, start))) {
          expect(end).toBeGreaterThanOrEqual(LEAST);
          expect(end).toBeLessThanOrEqual(MOST);
        }
      }),
    );
  });

  it('grows for nobody who waits longer', () => {
    fc.assert(
      fc.property(permits, seen, fc.double({ min: 0, max: 1_000, noNaN: true }), (before, look, more) => {
        const worse = { ...look, delayMs: look.delayMs + more, oldestMs: look.oldestMs + more };
        expect(nextPermits(before, worse)).toBeLessThanOrEqual(nextPermits(before, look));
      }),
    );
  });

  it('comes down to the least within a few looks, and back up when nobody asks any more', () => {
    const waiting = { asked: true, delayMs: 200, oldestMs: 0 };
    const down = Array.from({ length: 5 }, () => waiting).reduce(nextPermits, MOST);
    expect([isPressed(waiting), down]).toEqual([true, LEAST]);
    expect(nextPermits(down, { asked: true, delayMs: 1, oldestMs: 5 })).toBe(LEAST + 1);
    expect(nextPermits(down, { ...waiting, asked: false })).toBe(MOST);
  });
});
