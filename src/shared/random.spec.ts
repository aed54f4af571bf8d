import fc from 'fast-check';
import { seededRandom } from './random.js';

describe('seeded random numbers', () => {
  it('are fixed by the seed', () => {
    const take = (seed: string) => {
      const random = seededRandom(seed);
      return Array.from({ length: 12 }, () => random());
    };
    expect(take('a')).toEqual(take('a'));
    expect(take('a')).not.toEqual(take('b'));
    // Written down: another machine and another year must give the same.
    expect(take('countersign').slice(0, 2)).toEqual([0.010716433747216314, 0.09454828913480995]);
  });

  it('lie in [0, 1) and spread evenly', () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const random = seededRandom(seed);
        const numbers = Array.from({ length: 400 }, () => random());
        const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
        return numbers.every((value) => value >= 0 && value < 1) && Math.abs(mean - 0.5) < 0.1;
      }),
    );
  });
});
