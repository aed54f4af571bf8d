import { claimFamily } from './claim-families.js';
import { FIGURES } from './loose-figures.js';
import { PRAISE } from './loose-praise.js';
import { TERMS } from './loose-terms.js';
import { claim, type Finder, type LooseClaim, type Rule, Words } from './loose-words.js';

export type { LooseClaim } from './loose-words.js';

/** A word that claims by itself. */
const family: Finder = (words, i, { word }) => {
  if (word.length < 3) return null;
  const found = claimFamily(word);
  return found === undefined ? null : claim(words, i, i, found.kind, [`family ${found.name}`]);
};

const RULES: readonly Rule[] = [
  [(word) => claimFamily(word) !== undefined, family],
  ...FIGURES,
  ...TERMS,
  ...PRAISE,
];

/** What may start at a word, for words met before: most words of a text are. */
const KNOWN = new Map<string, readonly Finder[]>();
const MOST_KNOWN = 5_000;

function findersAt(word: string): readonly Finder[] {
  const known = KNOWN.get(word);
  if (known !== undefined) return known;
  const finders = RULES.flatMap(([mayStart, find]) => (mayStart(word) ? [find] : []));
  if (KNOWN.size >= MOST_KNOWN) KNOWN.clear();
  KNOWN.set(word, finders);
  return finders;
}

/**
 * Everything in a text that would be a claim in any sentence, in order of the rules; claims may overlap.
 * One walk over the words: as long as the text, whatever stands in it.
 * @param isApproved whether these are approved words: they state every day and number that they name.
 */
export function looseClaims(text: string, isApproved = false): LooseClaim[] {
  const words = new Words(text, isApproved);
  const found: LooseClaim[] = [];
  for (const [i, token] of words.tokens.entries())
    for (const finder of findersAt(token.word)) {
      const each = finder(words, i, token);
      if (each !== null && each.end > each.start) found.push(each);
    }
  return found;
}
