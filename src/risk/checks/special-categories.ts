import { type Check } from '../check.js';
import { findPatterns } from '../draft-text.js';

const YOUR = String.raw`(?:your|you\s+are|you['’]re|as\s+an?|because\s+you\s+(?:are|have)|dein\p{L}*|ihr\p{L}*|du\s+bist|sie\s+sind|als)`;
const TOPIC = String.raw`(?:pregnan\p{L}+|diagnosis|illness|disease|diabet\p{L}+|cancer|depress\p{L}+|anxiety|addiction|disabilit\p{L}+|medication|hiv|std|miscarriage|fertility|weight\s+problem|religion|faith|muslim|christian|jewish|catholic|atheist|political\s+(?:views?|party)|republican|democrat|sexual\s+orientation|sexuality|gay|lesbian|transgender|trade\s+union|union\s+membership|ethnicity|race|schwanger\p{L}*|schwangerschaft|diagnose|krankheit|depression\p{L}*|krebs\p{L}*|behinderung|religion|glaube\p{L}*|konfession|muslim\p{L}*|christ(?:in)?|jüdisch\p{L}*|sexuell\p{L}*\s+orientierung|homosexuell\p{L}*|gewerkschaft\p{L}*|politische\p{L}*\s+\p{L}+)`;
const PATTERN = new RegExp(`(?<!\\p{L})${YOUR}\\s+(?:\\p{L}{2,12}\\s+)?${TOPIC}(?!\\p{L})`, 'giu');

/** Words that imply knowledge of health, religion, politics, orientation or union: never without a person (GDPR art. 9, also when inferred). */
export const specialCategories: Check = {
  name: 'special-categories',
  run: ({ draft }) =>
    findPatterns(draft, [PATTERN]).contribute(
      'special-categories.implied',
      0.7,
      (found) => `“${found}” implies knowledge of something that must never be a reason to write.`,
    ),
};
