import { escapeHtml, unescapeHtml } from '../shared/html.js';
import { matchesOf } from '../shared/matches.js';

const TAGS = new Set(
  'a b blockquote br div em h1 h2 h3 hr i li ol p s small span strong sub sup table tbody td th thead tr u ul'.split(
    ' ',
  ),
);
const VOID = new Set(['br', 'hr']);
/** Elements of which nothing may be left, their content included. */
const DROPPED =
  'script|style|head|title|iframe|object|embed|svg|math|template|noscript|textarea|select|xmp|noembed|noframes|plaintext';
const PLAIN_ATTRIBUTES = new Set([
  'align',
  'border',
  'cellpadding',
  'cellspacing',
  'dir',
  'lang',
  'role',
  'width',
]);
/** Properties that shape text and boxes in their place; nothing that positions, hides or loads. */
const STYLE =
  /^(background-color|border(-[a-z-]+)?|color|font-(family|size|style|weight)|letter-spacing|line-height|margin(-[a-z]+)?|padding(-[a-z]+)?|text-(align|decoration)|width|max-width|border-radius)$/;

/** Deeper than any mail is nested; what is opened beyond it is left out. */
const DEEPEST = 100;

/** Counts the characters looked at, so that a test can tell that the work grows with the length and not faster. */
export interface Effort {
  steps: number;
}

/**
 * Html that a person wrote, as far as it may stand in an e-mail: known elements and attributes, written anew; everything else is dropped
 * or shown as text. Elements are closed in order, so that nothing gets out of the place it is put in.
 */
export function sanitiseHtml(html: string, effort: Effort = { steps: 0 }): string {
  const source = html
    .replace(/<!--[\s\S]*?(?:-->|$)/g, '')
    .replace(new RegExp(`<(${DROPPED})\\b[\\s\\S]*?(?:</\\1\\s*>|$)`, 'gi'), '');
  const open: string[] = [];
  let out = '';
  let at = 0;
  for (;;) {
    const start = source.indexOf('<', at);
    if (start < 0) break;
    out += text(source.slice(at, start));
    const tag = readTag(source, start, effort);
    at = tag.end;
    if (tag.name === null) out += text(source.slice(start, at));
    else if (!TAGS.has(tag.name)) continue;
    else if (tag.closes) out += closing(open, open.lastIndexOf(tag.name));
    else if (VOID.has(tag.name) || open.length < DEEPEST) {
      out += `<${tag.name}${attributes(tag.name, tag.attributes, effort)}>`;
      if (!VOID.has(tag.name)) open.push(tag.name);
    }
  }
  return out + text(source.slice(at)) + closing(open, 0);
}

/** Closes every element from this depth on; nothing for a negative one. */
function closing(open: string[], depth: number): string {
  if (depth < 0) return '';
  return open
    .splice(depth)
    .reverse()
    .map((name) => `</${name}>`)
    .join('');
}

/** A tag that begins here; without a name it is none, and the text up to `end` is just text. */
interface Tag {
  readonly name: string | null;
  readonly closes: boolean;
  readonly attributes: string;
  readonly end: number;
}

/**
 * Reads on from a `<`, never back: what turns out to be no tag ends where the next could begin, so that every character is looked at once.
 * A `<` outside quotes ends it, as does a quote that nobody closes: no tag can follow in what it swallows.
 */
function readTag(source: string, start: number, effort: Effort): Tag {
  const nothing = (end: number): Tag => {
    effort.steps += end - start;
    return { name: null, closes: false, attributes: '', end };
  };
  const head = /<(\/?)([a-zA-Z][a-zA-Z0-9]*)/y;
  head.lastIndex = start;
  const opened = head.exec(source);
  if (opened === null) return nothing(start + 1);
  const from = start + opened[0].length;
  let at = from;
  for (;;) {
    const next = source[at];
    if (next === undefined || next === '<') return nothing(at);
    if (next === '>') break;
    if (next === '"' || next === "'") {
      const close = source.indexOf(next, at + 1);
      if (close < 0) return nothing(source.length);
      at = close;
    }
    at += 1;
  }
  effort.steps += at + 1 - start;
  return {
    name: (opened[2] ?? '').toLowerCase(),
    closes: opened[1] === '/',
    attributes: source.slice(from, at),
    end: at + 1,
  };
}

/** Entities stay; a bare ampersand, `<` or `>` is escaped. */
function text(raw: string): string {
  return raw
    .replace(/&(?!(?:[a-zA-Z][a-zA-Z0-9]{1,31}|#\d{1,7}|#x[0-9a-fA-F]{1,6});)/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;');
}

/** One attribute, or one character that belongs to none: each match begins where the one before ended. */
const ATTRIBUTE =
  /([a-zA-Z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?|"[^"]*"|'[^']*'|[^a-zA-Z"'-]+|["']/gy;

function attributes(tag: string, source: string, effort: Effort): string {
  let out = '';
  const seen = new Set<string>();
  for (const match of matchesOf(source, ATTRIBUTE)) {
    effort.steps += match[0].length;
    const given = match[2] ?? match[3] ?? match[4];
    const name = (match[1] ?? '').toLowerCase();
    if (given === undefined || seen.has(name)) continue;
    seen.add(name);
    const value = safeValue(tag, name, unescapeHtml(given));
    if (value !== null) out += ` ${name}="${escapeHtml(value)}"`;
  }
  return out;
}

function safeValue(tag: string, name: string, value: string): string | null {
  if (PLAIN_ATTRIBUTES.has(name)) return /^[\w %.-]{0,40}$/.test(value) ? value : null;
  if (name === 'class') return value.length <= 200 && /^(cs-[a-z]+ ?)+$/.test(value) ? value : null;
  if (name === 'href' && tag === 'a') {
    const parsed = URL.parse(value.trim());
    return parsed !== null && ['http:', 'https:'].includes(parsed.protocol) ? value.trim() : null;
  }
  if (name === 'style') {
    const kept = value.split(';').flatMap((declaration) => {
      const [property = '', given = ''] = declaration.split(/:(.*)/s).map((part) => part.trim());
      return STYLE.test(property.toLowerCase()) &&
        /^[\w\s#%.,'()!-]{1,200}$/.test(given) &&
        !/url|expression|var/i.test(given)
        ? [`${property}:${given}`]
        : [];
    });
    return kept.length === 0 ? null : `${kept.join(';')};`;
  }
  return null;
}
