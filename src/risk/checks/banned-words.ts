import { englishDataset, englishRecommendedTransformers, RegExpMatcher } from 'obscenity';
import { type Check } from '../check.js';
import { byParagraph, Findings, normalised } from '../draft-text.js';
import { findWords } from '../phrases.js';

const profanity = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers });

/** Words the brand never says, and swearing. */
export const bannedWords: Check = {
  name: 'words',
  run: ({ draft, brand }) => {
    const banned = findWords(draft, brand.bannedWords).contribute(
      'words.banned',
      0.5,
      (found) => `“${found}” is a word ${brand.name} does not use.`,
    );
    const sworn = new Findings();
    const swearing = byParagraph((words) =>
      profanity
        .getAllMatches(words, true)
        .map(({ startIndex, endIndex }) => ({ start: startIndex, end: endIndex + 1 })),
    );
    for (const part of draft) {
      for (const { start, end } of swearing(part.text)) {
        const found = part.text.slice(start, end);
        sworn.add(normalised(found), found, part.span(start, end));
      }
    }
    return [...banned, ...sworn.contribute('words.profanity', 0.7, (found) => `“${found}” is swearing.`)];
  },
};
