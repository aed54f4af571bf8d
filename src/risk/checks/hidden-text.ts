import { type Contribution } from '../assessment.js';
import { type Check } from '../check.js';
import { type FieldText, Findings } from '../draft-text.js';
import { matchesOf } from '../../shared/matches.js';

/** Turn the reading direction around, or carry text that nobody sees. */
const OVERRIDES = /[\u{202a}-\u{202e}\u{2066}-\u{2069}]/gu;
/** Marks of direction beside something that is read; among the padding behind a preheader they do nothing. */
const DIRECTION_MARKS =
  /(?<=[^\s\p{Default_Ignorable_Code_Point}])[\u{200e}\u{200f}\u{61c}]|[\u{200e}\u{200f}\u{61c}](?=[^\s\p{Default_Ignorable_Code_Point}])/gu;
const TAGS = /[\u{e0000}-\u{e007f}]+/gu;
/**
 * Characters that nobody sees between two letters or figures split a word for filters and search; padding beside white space is harmless and
 * common in mail, and so is a soft hyphen where a long word may be broken.
 */
const SPLITTERS =
  /(?<=[\p{L}\p{N}\p{M}])(?:(?!\u{ad})[\p{Default_Ignorable_Code_Point}\p{Cf}\u{2800}])+(?=[\p{L}\p{N}\p{M}])/gu;
const SOFT_HYPHENS = /(?<![\p{L}\p{M}\u{ad}])[\p{L}\p{M}]*(?:\u{ad}+[\p{L}\p{M}]*)+/gu;
const HYPHENATED = /^\p{L}{2,}(?:\u{ad}\p{L}{2,})*$/u;
const SHORTEST_HYPHENATED = 7;
const CONTROLS = /[\u{0}-\u{8}\u{b}\u{c}\u{e}-\u{1f}\u{7f}-\u{84}\u{86}-\u{9f}]/gu;
/** Signs laid over or under letters, as in struck-out words; those that make a letter of an alphabet (é, ñ) are gone once composed.
 * U+034F, the joiner that is not seen, pads the preview of every mail. */
const OVERLAID =
  /[\p{Script=Latin}\p{N}][\u{300}-\u{34e}\u{350}-\u{36f}\u{483}-\u{489}\u{1ab0}-\u{1aff}\u{1dc0}-\u{1dff}\u{20d0}-\u{20df}\u{20e1}\u{20e4}-\u{20ff}\u{fe20}-\u{fe2f}]+/gu;
/** Words in which letters of Latin stand beside those of another script. */
const MIXED =
  /(?=[\p{L}\p{M}]*\p{Script=Latin})(?=[\p{L}\p{M}]*(?![\p{Script=Latin}µΩªº])\p{L})[\p{L}\p{M}]+/gu;
/** Words all of whose letters are Cyrillic, Greek or Armenian and look like Latin ones (Unicode’s confusables, the common ones). */
const DISGUISED =
  /(?<![\p{L}\p{M}])[\u{430}\u{435}\u{43e}\u{440}\u{441}\u{443}\u{445}\u{455}\u{456}\u{458}\u{4bb}\u{501}\u{51b}\u{51d}\u{4cf}\u{410}\u{412}\u{415}\u{405}\u{406}\u{408}\u{41a}\u{41c}\u{41d}\u{41e}\u{420}\u{421}\u{422}\u{425}\u{4ae}\u{3bf}\u{3bd}\u{3b9}\u{3c1}\u{3c5}\u{391}\u{392}\u{395}\u{396}\u{397}\u{399}\u{39a}\u{39c}\u{39d}\u{39f}\u{3a1}\u{3a4}\u{3a5}\u{3a7}\u{566}\u{570}\u{578}\u{57d}\u{585}]+(?![\p{L}\p{M}])/gu;
/** Letters made for phonetics and the like beside plain ones: ɑ, ɡ, ʙ. */
const PHONETIC =
  /(?<=[a-z])[\u{250}-\u{2af}\u{1d00}-\u{1dbf}\u{2c60}-\u{2c7f}\u{a720}-\u{a7ff}\u{ab30}-\u{ab6f}]|[\u{250}-\u{2af}\u{1d00}-\u{1dbf}\u{2c60}-\u{2c7f}\u{a720}-\u{a7ff}\u{ab30}-\u{ab6f}](?=[a-z])/giu;
/** Letters and figures that are others in disguise by Unicode’s own account: 𝐟, ｆ, ⓕ; but for the ordinary signs ², ½, ™, №, ℃, Ⅳ and ligatures. */
const DRESSED =
  /[\u{1d400}-\u{1d7ff}\u{ff10}-\u{ff19}\u{ff21}-\u{ff3a}\u{ff41}-\u{ff5a}\u{2460}-\u{24ff}\u{249c}-\u{24e9}\u{1f100}-\u{1f16f}\u{2100}-\u{2102}\u{2105}-\u{2108}\u{210a}-\u{2113}\u{2115}\u{2119}-\u{211d}\u{2124}\u{2128}\u{212a}\u{212c}-\u{2138}\u{213c}-\u{2149}\u{2b0}-\u{2b8}\u{2e0}-\u{2e3}\u{1d2c}-\u{1d6a}\u{207f}\u{2071}\u{2090}-\u{209c}\u{1fbf0}-\u{1fbf9}]+/gu;
/** Regional flags are written with tags. */
const FLAG = /\u{1f3f4}[\u{e0000}-\u{e007f}]+/gu;
/** Pictures are put together with joiners and selectors. */
const PICTURE =
  /[\p{Extended_Pictographic}\u{20e3}][\p{Emoji_Modifier}\u{fe0e}\u{fe0f}\u{200d}]+|[#*\d]\u{fe0f}?\u{20e3}/gu;
/** Without a character beyond these nothing is hidden. */
const PLAIN =
  /^[\t\n\r\x20-\x7e\u{a0}-\u{ac}\u{ae}-\u{17f}\u{2010}-\u{2027}\u{202f}-\u{205e}€™\u{2190}-\u{21ff}]*$/u;

interface Kind {
  readonly code: string;
  readonly weight: number;
  readonly pattern: RegExp;
  readonly what: string;
  /** Whether what the pattern found is harmless after all. */
  readonly isPlain?: (found: string) => boolean;
}

const LOOKALIKE = { code: 'hidden-text.lookalike', weight: 0.6 };

const KINDS: readonly Kind[] = [
  {
    code: 'hidden-text.direction',
    weight: 0.9,
    pattern: OVERRIDES,
    what: 'turns the reading direction around',
  },
  {
    code: 'hidden-text.direction',
    weight: 0.6,
    pattern: DIRECTION_MARKS,
    what: 'changes the reading direction',
  },
  { code: 'hidden-text.tags', weight: 0.9, pattern: TAGS, what: 'carries text that nobody sees' },
  { code: 'hidden-text.split', weight: 0.6, pattern: SPLITTERS, what: 'splits a word invisibly' },
  {
    code: 'hidden-text.split',
    weight: 0.6,
    pattern: SOFT_HYPHENS,
    what: 'splits a word invisibly',
    isPlain: (found) => found.replace(/\u{ad}/gu, '').length >= SHORTEST_HYPHENATED && HYPHENATED.test(found),
  },
  { code: 'hidden-text.control', weight: 0.6, pattern: CONTROLS, what: 'is a control character' },
  {
    code: 'hidden-text.overlaid',
    weight: 0.6,
    pattern: OVERLAID,
    what: 'has signs over or through its letters',
    isPlain: (found) => Array.from(found.normalize('NFC')).length === 1,
  },
  { ...LOOKALIKE, pattern: MIXED, what: 'has letters of another script inside a word' },
  {
    ...LOOKALIKE,
    pattern: DISGUISED,
    what: 'is written in letters of another script that look like Latin ones',
  },
  { ...LOOKALIKE, pattern: PHONETIC, what: 'is a letter of phonetics inside a word' },
  { ...LOOKALIKE, pattern: DRESSED, what: 'only looks like plain letters or figures' },
];

/** Html that acts or takes something in: a mail shows and links, nothing else. */
const ACTIVE =
  /<(?:script|iframe|object|embed|form|input|textarea|button|meta|link|base|svg|audio|video)\b[^>]{0,200}>?|<[a-z][^<>]{0,300}\son[a-z]{3,20}\s*=|=\s*["']?\s*(?:(?:javascript|vbscript)\s*:|data:\s*(?:text\/html|application\/|image\/svg))/giu;
/** What document heads of mails carry. */
const HEAD_ONLY = /^<(?:meta|link)\b/i;

/** The first of its characters that are not plain, by number: what they look like says nothing. */
function codepoints(text: string): string {
  return Array.from(
    text.replace(/[\x20-\x7e]/g, '').slice(0, 8),
    (c) => `U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`,
  ).join(' ');
}

const blank = (found: string): string => ' '.repeat(found.length);

function characters(draft: readonly FieldText[]): Contribution[] {
  const strange = draft.filter(({ text }) => !PLAIN.test(text));
  return KINDS.flatMap(({ code, weight, pattern, what, isPlain }) => {
    const findings = new Findings();
    for (const part of strange) {
      const text = part.text.replace(FLAG, blank).replace(PICTURE, blank);
      for (const { index, 0: found } of matchesOf(text, pattern)) {
        if (isPlain?.(found) === true) continue;
        findings.add(found, codepoints(found), part.span(index, index + found.length));
      }
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
    ...characters(draft.map(({ unfolded, ...part }) => unfolded ?? part)),
    ...(content.html === null ? [] : activeHtml(content.html)),
  ],
};
