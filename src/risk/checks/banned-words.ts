import { englishDataset, englishRecommendedTransformers, RegExpMatcher } from 'obscenity';
import { type Check } from '../check.js';
import { Findings, findPatterns, normalised, wordPattern } from '../draft-text.js';

const profanity = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers });

/** Words the brand never says, and swearing. */
export const bannedWords: Check = {
  name: 'words',
  run: ({ draft, brand }) => {
    const banned = findPatterns(draft, brand.bannedWords.map(wordPattern)).contribute(
      'words.banned',
      0.5,
      (found) => `“${found}” is a word ${brand.name} does not use.`,
    );
    const sworn = new Findings();
    for (const part of draft) {
      for (const { startIndex, endIndex } of profanity.getAllMatches(part.text, true)) {
        const found = part.text.slice(startIndex, endIndex + 1);
        sworn.add(normalised(found), found, part.span(startIndex, endIndex + 1));
      }
    }
    return [...banned, ...sworn.contribute('words.profanity', 0.7, (found) => `“${found}” is swearing.`)];
  },
};
