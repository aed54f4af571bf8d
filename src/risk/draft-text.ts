import { canonicalJson } from '../shared/canonical-json.js';
import { type MessageContent } from '../messages/content.js';
import { type Contribution, type Span, type SpanField } from './assessment.js';
import { visibleText } from './visible-text.js';
import { matchesOf } from '../shared/matches.js';

/** One part of a draft as a reader sees it, with the way back to the bytes that are signed. */
export interface FieldText {
  readonly field: SpanField;
  readonly raw: string;
  /** What is read: for html without tags and with entities resolved. */
  readonly text: string;
  /** As it stands there, where `text` is without characters that nobody sees. */
  readonly unfolded?: Omit<FieldText, 'unfolded'>;
  /** The place in `raw` that `text.slice(start, end)` came from. */
  span(start: number, end: number): Span;
}

export type DraftText = readonly FieldText[];

function plain(field: SpanField, raw: string): FieldText {
  return {
    field,
    raw,
    text: raw,
    span: (start, end) => ({ field, start, end, text: raw.slice(start, end) }),
  };
}

function html(raw: string): FieldText {
  const { text, starts, ends } = visibleText(raw);
  return {
    field: 'html',
    raw,
    text,
    span: (from, to) => {
      const start = starts[from] ?? raw.length;
      const end = to > from ? (ends[to - 1] ?? raw.length) : start;
      return { field: 'html', start, end, text: raw.slice(start, end) };
    },
  };
}

/** Nobody sees these, whatever stands around them: soft hyphens, joiners, marks of direction, selectors. */
const UNSEEN =
  /[\u{ad}\u{34f}\u{61c}\u{180b}-\u{180f}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060}-\u{206f}\u{fe00}-\u{fe0f}\u{feff}\u{e0000}-\u{e007f}]/u;
const ALL_UNSEEN = new RegExp(UNSEEN, 'gu');

/** Words are read as a person reads them: what stands unseen between their letters is left out, and spans still name the bytes. */
function folded(part: FieldText): FieldText {
  if (!UNSEEN.test(part.text)) return part;
  const places: number[] = [];
  let text = '';
  let done = 0;
  const keep = (end: number) => {
    text += part.text.slice(done, end);
    for (let at = done; at < end; at++) places.push(at);
  };
  for (const { index, 0: unseen } of matchesOf(part.text, ALL_UNSEEN)) {
    keep(index);
    done = index + unseen.length;
  }
  keep(part.text.length);
  const span = (from: number, to: number): Span => {
    const start = places[from] ?? part.text.length;
    return part.span(start, to > from ? (places[to - 1] ?? part.text.length - 1) + 1 : start);
  };
  return { field: part.field, raw: part.raw, text, span, unfolded: part };
}

/** The parts of a draft that a recipient reads. */
export function readDraft(content: MessageContent): DraftText {
  const parts: FieldText[] = [];
  if (content.subject !== null) parts.push(plain('subject', content.subject));
  if (content.preheader !== null) parts.push(plain('preheader', content.preheader));
  parts.push(plain('text', content.text));
  if (content.html !== null) parts.push(html(content.html));
  if (content.payload !== null) parts.push(plain('payload', canonicalJson(content.payload)));
  return parts.map(folded);
}

/** Lower case, white space collapsed, typographic quotes and dashes made plain: how phrases are compared. */
export function normalised(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[‘’‛′]/g, "'")
    .replace(/[“”„«»]/g, '"')
    .replace(/[‐-―]/g, '-')
    .replace(/[\p{Cf}]/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** One thing found, at every place where it stands. */
export interface Finding {
  readonly text: string;
  readonly spans: Span[];
}

/** Gathers the same finding in several parts of a draft into one. */
export class Findings {
  private readonly byKey = new Map<string, Finding>();

  /** @param key what makes two findings the same. */
  add(key: string, text: string, span: Span): void {
    const known = this.byKey.get(key);
    if (known === undefined) this.byKey.set(key, { text, spans: [span] });
    else known.spans.push(span);
  }

  list(): Finding[] {
    return [...this.byKey.values()];
  }

  /** One contribution for each finding. */
  contribute(code: string, weight: number, say: (found: string) => string): Contribution[] {
    return this.list().map((finding) => ({
      code,
      weight,
      text: say(finding.text),
      spans: finding.spans,
    }));
  }
}

const LINE_END = /\n\s*/gu;
/** What ends a sentence, at the end of a line. */
const SENTENCE_END = /[.!?…:;][”"'’)»]?\s*$/u;

/** Where a paragraph ends: a line that ends a sentence, or an empty one. A line that merely was too long goes on. */
function isParagraphEnd(text: string, index: number, end: string): boolean {
  return end.includes('\n', 1) || SENTENCE_END.test(text.slice(Math.max(0, index - SPACE_AT_END), index));
}
/** As much space as is looked behind at the end of a line. */
const SPACE_AT_END = 40;

/** The paragraphs of a text without the space around them, which html has more of, and where each begins. */
function paragraphsOf(text: string): { readonly at: number; readonly words: string }[] {
  const paragraphs: { at: number; words: string }[] = [];
  const add = (from: number, to: number) => {
    const words = text.slice(from, to).trimStart();
    paragraphs.push({ at: to - words.length, words: words.trimEnd() });
  };
  let at = 0;
  for (const { index, 0: end } of matchesOf(text, LINE_END)) {
    if (!isParagraphEnd(text, index, end)) continue;
    add(at, index);
    at = index + end.length;
  }
  add(at, text.length);
  return paragraphs;
}

/** Something found in a text, and where. */
interface Placed {
  readonly start: number;
  readonly end: number;
}

/**
 * Looks for something that does not reach from one paragraph into the next. Html says what the text says: what was looked at once is known.
 * @returns a way to look at texts, one after the other.
 */
export function byParagraph<T extends Placed>(find: (words: string) => readonly T[]): (text: string) => T[] {
  const seen = new Map<string, readonly T[]>();
  return (text) =>
    paragraphsOf(text).flatMap(({ at, words }) => {
      const known = seen.get(words) ?? find(words);
      seen.set(words, known);
      return known.map((found) => ({ ...found, start: found.start + at, end: found.end + at }));
    });
}

/** Everything that one of the patterns (global) matches, and where. */
export function matchesOfAny(
  words: string,
  patterns: readonly RegExp[],
): (Placed & { readonly text: string })[] {
  return patterns.flatMap((pattern) =>
    matchesOf(words, pattern).map(({ index, 0: text }) => ({ text, start: index, end: index + text.length })),
  );
}

/** The same as `findPatterns` for patterns that do not reach from one paragraph into the next, in half the time. */
export function findPhrases(draft: DraftText, patterns: readonly RegExp[]): Findings {
  const findings = new Findings();
  const find = byParagraph((words) => matchesOfAny(words, patterns));
  for (const part of draft) {
    for (const { text, start, end } of find(part.text))
      if (end > start) findings.add(normalised(text), text.trim(), part.span(start, end));
  }
  return findings;
}

/** Everything that matches one of the patterns (global, case as the pattern says), the same words counted once. */
export function findPatterns(draft: DraftText, patterns: readonly RegExp[]): Findings {
  const findings = new Findings();
  for (const part of draft) {
    for (const pattern of patterns) {
      for (const match of matchesOf(part.text, pattern)) {
        if (match[0].length === 0) continue;
        findings.add(
          normalised(match[0]),
          match[0].trim(),
          part.span(match.index, match.index + match[0].length),
        );
      }
    }
  }
  return findings;
}

/** Text as part of a pattern: nothing in it is special, and any white space fits any other. */
export function literalPattern(text: string): string {
  return text
    .trim()
    .split(/\s+/)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&').replace(/['’]/g, "['’]"))
    .join('\\s+');
}
