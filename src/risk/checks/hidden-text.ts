import { type Contribution } from '../assessment.js';
import { type Check } from '../check.js';
import { type FieldText, Findings } from '../draft-text.js';
import { matchesOf } from '../../shared/matches.js';

/** Turn the reading direction around, or carry text that nobody sees. */
const OVERRIDES = /[\u{202a}-\u{202e}\u{2066}-\u{2069}]/gu;
const TAGS = /[\u{e0000}-\u{e007f}]+/gu;
/** Between two letters they split a word for filters and search; padding beside white space is harmless and common in mail. */
const SPLITTERS = /(?<=\p{L})[\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}\u{180e}]+(?=\p{L})/gu;
const CONTROLS = /[\u{0}-\u{8}\u{b}\u{c}\u{e}-\u{1f}\u{7f}]/gu;
const LOOKALIKES = /(?<=[a-z])[\u{430}-\u{44f}\u{3b1}-\u{3c9}]|[\u{430}-\u{44f}\u{3b1}-\u{3c9}](?=[a-z])/giu;
/** Regional flags are written with tags. */
const FLAG = /\u{1f3f4}[\u{e0000}-\u{e007f}]+/gu;

const KINDS = [
  {
    code: 'hidden-text.direction',
    weight: 0.9,
    pattern: OVERRIDES,
    what: 'turns the reading direction around',
  },
  { code: 'hidden-text.tags', weight: 0.9, pattern: TAGS, what: 'carries text that nobody sees' },
  { code: 'hidden-text.split', weight: 0.6, pattern: SPLITTERS, what: 'splits a word invisibly' },
  { code: 'hidden-text.control', weight: 0.6, pattern: CONTROLS, what: 'is a control character' },
  {
    code: 'hidden-text.lookalike',
    weight: 0.6,
    pattern: LOOKALIKES,
    what: 'is a letter of another script inside a word',
  },
];

/** Html that acts or takes something in: a mail shows and links, nothing else. */
const ACTIVE =
  /<(?:script|iframe|object|embed|form|input|textarea|button|meta|link|base|svg|audio|video)\b[^>]{0,200}>?|<[a-z][^<>]{0,300}\son[a-z]{3,20}\s*=|=\s*["']?\s*(?:(?:javascript|vbscript)\s*:|data:\s*(?:text\/html|application\/|image\/svg))/giu;
/** What document heads of mails carry. */
const HEAD_ONLY = /^<(?:meta|link)\b/i;

function codepoints(text: string): string {
  return Array.from(
    text,
    (c) => `U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`,
  ).join(' ');
}

function characters(draft: readonly FieldText[]): Contribution[] {
  return KINDS.flatMap(({ code, weight, pattern, what }) => {
    const findings = new Findings();
    for (const part of draft) {
      const text = part.text.replace(FLAG, (flag) => ' '.repeat(flag.length));
      for (const match of matchesOf(text, pattern))
        findings.add(
          match[0],
          codepoints(match[0].slice(0, 8)),
          part.span(match.index, match.index + match[0].length),
        );
    }
    return findings.contribute(code, weight, (found) => `${found} ${what}.`);
  });
}

function activeHtml(html: string): Contribution[] {
  const findings = new Findings();
  for (const match of matchesOf(html, ACTIVE)) {
    if (HEAD_ONLY.test(match[0]) && !/refresh|stylesheet/i.test(match[0])) continue;
    const start = match.index;
    findings.add(match[0], match[0].trim().slice(0, 60), {
      field: 'html',
      start,
      end: start + match[0].length,
      text: match[0],
    });
  }
  return findings.contribute('hidden-text.active', 0.9, (found) => `“${found}” does more than show text.`);
}

/** What a reviewer cannot see by reading: invisible and direction-changing characters, letters of another script, active html. */
export const hiddenText: Check = {
  name: 'hidden-text',
  run: ({ draft, content }) => [
    ...characters(draft),
    ...(content.html === null ? [] : activeHtml(content.html)),
  ],
};
