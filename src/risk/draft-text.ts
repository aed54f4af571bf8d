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

/** The parts of a draft that a recipient reads. */
export function readDraft(content: MessageContent): DraftText {
  const parts: FieldText[] = [];
  if (content.subject !== null) parts.push(plain('subject', content.subject));
  if (content.preheader !== null) parts.push(plain('preheader', content.preheader));
  parts.push(plain('text', content.text));
  if (content.html !== null) parts.push(html(content.html));
  if (content.payload !== null) parts.push(plain('payload', canonicalJson(content.payload)));
  return parts;
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

/** The phrase as a word of its own: letters and digits may not touch it. */
export function wordPattern(phrase: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])${literalPattern(phrase)}(?![\\p{L}\\p{N}])`, 'giu');
}
