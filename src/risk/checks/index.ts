import { type Check, ofWriting } from '../check.js';
import { audience } from './audience.js';
import { bannedWords } from './banned-words.js';
import { consistency } from './consistency.js';
import { contradictions } from './contradictions.js';
import { discount } from './discount.js';
import { foreignLinks } from './foreign-links.js';
import { hiddenInstructions } from './hidden-instructions.js';
import { hiddenText } from './hidden-text.js';
import { keyAccount } from './key-account.js';
import { language } from './language.js';
import { leaks } from './leaks.js';
import { littleKnown } from './little-known.js';
import { manipulation } from './manipulation.js';
import { manners } from './manners.js';
import { offTopic } from './off-topic.js';
import { personalData } from './personal-data.js';
import { placeholders } from './placeholders.js';
import { requiredText } from './required-text.js';
import { sensitiveMoment } from './sensitive-moment.js';
import { specialCategories } from './special-categories.js';
import { unsupportedClaims } from './unsupported-claims.js';

/** Every check, each made on every draft. */
export const CHECKS: readonly Check[] = [
  unsupportedClaims,
  contradictions,
  personalData,
  bannedWords,
  manipulation,
  ofWriting(manners),
  ofWriting(consistency),
  requiredText,
  placeholders,
  foreignLinks,
  hiddenInstructions,
  hiddenText,
  leaks,
  ofWriting(language),
  ofWriting(offTopic),
  sensitiveMoment,
  specialCategories,
  keyAccount,
  discount,
  audience,
  littleKnown,
];
