import fc from 'fast-check';
import { drawn } from './draw.js';

const wordings = fc
  .array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 4 })
  .map((scores) =>
    scores.map((score, index) => ({ label: 'abcd'.charAt(index), assessment: { score, threshold: 0.35 } })),
  );

describe('drawn', () => {
  it('never takes one at or above the threshold while another is below, nor one that is riskier than it needs', () => {
    fc.assert(
      fc.property(wordings, fc.string(), (given, seed) => {
        const { one, amongst } = drawn(given, seed);
        const { score } = one.assessment;
        const least = Math.min(...given.map(({ assessment }) => assessment.score));
        expect(least < 0.35 ? score < 0.35 : score === least).toBe(true);
        expect(amongst).toContain(one);
        expect(drawn(given, seed).one).toBe(one);
      }),
    );
  });

  it('takes each of them as often as the others', () => {
    const given = ['a', 'b', 'c'].map((label) => ({ label, assessment: { score: 0.1, threshold: 0.35 } }));
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 3_000; seed++) {
      const { label } = drawn(given, `seed-${seed}`).one;
      counts.set(label, (counts.get(label) ?? 0) + 1);
    }
    for (const { label } of given) {
      expect(counts.get(label)).toBeGreaterThan(900);
      expect(counts.get(label)).toBeLessThan(1_100);
    }
  });

  it('says that there is nothing to draw from', () => {
    expect(() => drawn([], 'seed')).toThrow('no wording');
  });
});
