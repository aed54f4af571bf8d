import fc from 'fast-check';
import { backoffMs } from './backoff.js';

describe('backoff', () => {
  it('doubles up to a quarter of an hour, with jitter over the upper half', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, random) => {
          const ceiling = Math.min(900_000, 1_000 * 2 ** (attempt - 1));
          const wait = backoffMs(attempt, random);
          expect(wait).toBeGreaterThanOrEqual(ceiling / 2);
          expect(wait).toBeLessThanOrEqual(ceiling);
        },
      ),
    );
  });
});
