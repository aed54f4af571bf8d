import { type Check } from '../check.js';
import { findPatterns } from '../draft-text.js';

const PATTERNS = [
  /\{\{[^{}]{0,80}\}\}|\{%[^{}%]{0,80}%\}|\{\{|\}\}/gu,
  /(?<!\{)\{[a-z]{1,30}(?:[_.][a-z\d]{1,30}){1,4}\}(?!\})/gu,
  /\$\{[^{}\s]{1,60}\}/gu,
  /(?<![\p{L}\d])%{1,2}[A-Z][A-Z0-9_]{2,40}%{1,2}/gu,
  /\*\|[A-Z0-9_:]{2,40}\|\*/gu,
  /\[(?:[A-Z][A-Z0-9_'’ -]{2,40}|(?:(?:first|last|full|your|customer|company|product|sender|recipient|insert|event|agent|contact|vorname|nachname|name|anrede|firma|produkt|datum|date|link|url|email|address)(?:[\s_-][\p{L}]{1,20}){0,4}))\]/giu,
  /<(?:first|last|full|your|customer|company|product|insert|vorname|nachname|name)(?:[\s_-]\p{L}{1,20}){0,3}>/giu,
  /\[object Object\]|(?<!\p{L})(?:undefined|NaN|Invalid Date|lorem ipsum|TODO|FIXME|TBD|XXX+)(?!\p{L})/gu,
  // "null and void" is English and "null Risiko" German: only where a name or a value should stand.
  /(?<=(?:^|\n|\s)(?:hi|hello|hey|dear|hallo|liebe[rs]?|guten\s{1,3}tag|moin)\s{1,3})(?:null|none|nil|undefined)(?!\p{L})/giu,
  // A payload's empty member is no word.
  /(?<![\p{L}\d]|":)null(?=\s{0,3}(?:[,.!?:;)]|$|\n)|\s{1,3}null)/gu,
  /(?<=(?:^|\n)(?:hi|hello|hey|dear|hallo|liebe[rs]?|guten\s{1,3}tag))\s{1,3}[,!](?=\s|$)/giu,
];

/** What should have been filled in and was not. */
export const placeholders: Check = {
  name: 'placeholders',
  run: ({ draft }) =>
    findPatterns(draft, PATTERNS).contribute(
      'placeholders.unresolved',
      0.8,
      (found) => `“${found}” looks like a placeholder that was not filled in.`,
    ),
};
