import fc from 'fast-check';
import { matchesOf } from './matches.js';

describe('matchesOf', () => {
  const patterns = [/a+/g, /a*/g, /(?=a)/g, /(?<word>\p{L}+)\s?/gu, /\P{L}*/gu, /^|b$/gm, /👍?/gu, /👍?/g];

  it('finds what matchAll finds', () => {
    const text = fc.stringMatching(/^[ab \n👍é]{0,20}$/u);
    fc.assert(
      fc.property(text, fc.constantFrom(...patterns), (given, pattern) => {
        expect(matchesOf(given, pattern)).toEqual([...given.matchAll(pattern)]);
      }),
    );
  });

  it('finds the same again, also where the pattern was used in the middle of another text', () => {
    const pattern = /b/g;
    pattern.test('abb');
    expect(matchesOf('ab', pattern).map(({ index }) => index)).toEqual([1]);
    expect(matchesOf('ab', pattern)).toHaveLength(1);
  });

  it('does not take a pattern that matches once', () => {
    expect(() => matchesOf('a', /a/)).toThrow(TypeError);
  });
});
