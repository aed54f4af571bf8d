import fc from 'fast-check';
import { Line } from './line.js';

const arrivals = fc.array(fc.boolean(), { maxLength: 60 });

/** Everybody in the order of their turns; each is their place among the arrivals. */
function turns(urgent: readonly boolean[]): number[] {
  const line = new Line<number>();
  urgent.forEach((each, i) => {
    line.join(i, each);
  });
  return Array.from({ length: line.length }, () => line.next() ?? -1);
}

describe('the line for the next piece of work', () => {
  it('gives everybody one turn, and each group in the order in which they came', () => {
    fc.assert(
      fc.property(arrivals, (urgent) => {
        const order = turns(urgent);
        const group = (wanted: boolean) => order.filter((i) => urgent[i] === wanted);
        const expected = (wanted: boolean) =>
          urgent.flatMap((each, i) => (each === wanted ? [i] : [])).sort((a, b) => a - b);
        expect([group(true), group(false)]).toEqual([expected(true), expected(false)]);
      }),
    );
  });

  it('takes urgent ones first, and another after four of them', () => {
    expect(turns([false, false, true, true, true, true, true])).toEqual([2, 3, 4, 5, 0, 6, 1]);
  });

  it('has nobody left when all had their turn', () => {
    const line = new Line<string>();
    line.join('one', true);
    expect([line.next(), line.next(), line.length]).toEqual(['one', undefined, 0]);
  });
});
