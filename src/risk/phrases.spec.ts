import fc from 'fast-check';
import { literalPattern } from './draft-text.js';
import { matchesOf } from '../shared/matches.js';
import { blanked, placesOf, placesOfName } from './phrases.js';

const words = fc
  .array(
    fc.constantFrom('Pot', 'pot', 'No. 3', 'Größe', '𝒜', 'é', '7', 's', '’s', ' ', ' ', '\n', ',', 'ß'),
    {
      maxLength: 24,
    },
  )
  .map((parts) => parts.join(''));

const wordPattern = (phrase: string) =>
  new RegExp(`(?<![\\p{L}\\p{N}])${literalPattern(phrase)}(?![\\p{L}\\p{N}])`, 'giu');

describe('a phrase in a text', () => {
  it('stands where one pattern for everything finds it', () => {
    fc.assert(
      fc.property(
        words,
        fc.constantFrom('pot', 'Pot no. 3', 'GRÖSSE', 'größe', '7', '𝒜', 's'),
        (text, phrase) => {
          const expected = matchesOf(text, wordPattern(phrase)).map(({ index, 0: { length } }) => ({
            start: index,
            end: index + length,
          }));
          expect(placesOf(text, phrase)).toEqual(expected);
        },
      ),
    );
  });

  it('may stand in the genitive where it is a name', () => {
    const text = 'Pot’s lid, the POTS and Potsdam';
    expect(placesOfName(text, 'pot').map(({ start, end }) => text.slice(start, end))).toEqual([
      'Pot’s',
      'POTS',
    ]);
    expect(blanked(text, placesOfName(text, 'pot'))).toBe('      lid, the      and Potsdam');
  });
});
