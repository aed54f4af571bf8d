import fc from 'fast-check';
import { RE2JS } from 're2js';
import { writtenOutLength } from './pattern-length.js';

describe('the length of a pattern with its repetitions written out', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['(ab{3}){2,5}', 20],
    ['x{1000}', 1_000],
    ['x{7,}y?', 8],
    ['(?i)[a-z\\]{5}]{4}', 4],
    ['(?P<word>\\w{3}|\\p{Greek}){10}', 40],
    ['a\\{30}b', 6],
    ['\\Qa{30}b', 6],
    ['[[:alpha:]{9}]{2}', 2],
    ['(?:a*b+){4}|c', 9],
  ])('of %s is %d', (pattern, length) => {
    expect(writtenOutLength(pattern)).toBe(length);
  });

  it('bounds what the engine makes of it', () => {
    const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
      pattern: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('a', '.', '[a-f]', '\\d', '\\.', '\\pL', 'é', '\\x{1F600}'),
        fc.array(tie('pattern'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
        fc.tuple(tie('pattern'), tie('pattern')).map(([one, other]) => `(${one}|${other})`),
        fc.tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{3}', '{0,4}', '{2,}', '{1,9}?')).map(([part, times]) => `(?:${part})${times}`), // prettier-ignore
      ),
    }));
    fc.assert(
      fc.property(pattern, (text) => {
        const size = RE2JS.compile(text).programSize();
        expect(size).toBeLessThanOrEqual(8 * writtenOutLength(text) + 20);
      }),
    );
  });
});
