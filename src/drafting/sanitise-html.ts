import { escapeHtml, unescapeHtml } from '../shared/html.js';

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

/**
 * Html that a person wrote, as far as it may stand in an e-mail: known elements and attributes, written anew; everything else is dropped
 * or shown as text. Elements are closed in order, so that nothing gets out of the place it is put in.
 */
export function sanitiseHtml(html: string): string {
  const source = html
    .replace(/<!--[\s\S]*?(?:-->|$)/g, '')
    .replace(new RegExp(`<(${DROPPED})\\b[\\s\\S]*?(?:</\\1\\s*>|$)`, 'gi'), '');
  const open: string[] = [];
  let out = '';
  let at = 0;
  for (const match of source.matchAll(/<(\/?)([a-zA-Z][a-zA-Z0-9]*)((?:"[^"]*"|'[^']*'|[^'">])*)>/g)) {
    out += text(source.slice(at, match.index));
    at = match.index + match[0].length;
    const tag = (match[2] ?? '').toLowerCase();
    if (!TAGS.has(tag)) continue;
    if (match[1] === '/') {
      const depth = open.lastIndexOf(tag);
      if (depth >= 0)
        out += open
          .splice(depth)
          .reverse()
          .map((name) => `</${name}>`)
          .join('');
      continue;
    }
    out += `<${tag}${attributes(tag, match[3] ?? '')}>`;
    if (!VOID.has(tag)) open.push(tag);
  }
  out += text(source.slice(at));
  return (
    out +
    open
      .reverse()
      .map((name) => `</${name}>`)
      .join('')
  );
}

/** Entities stay; a bare ampersand, `<` or `>` is escaped. */
function text(raw: string): string {
  return raw
    .replace(/&(?!(?:[a-zA-Z][a-zA-Z0-9]{1,31}|#\d{1,7}|#x[0-9a-fA-F]{1,6});)/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;');
}

function attributes(tag: string, source: string): string {
  let out = '';
  const seen = new Set<string>();
  for (const match of source.matchAll(/([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+))/g)) {
    const name = (match[1] ?? '').toLowerCase();
    if (seen.has(name)) continue;
    seen.add(name);
    const value = safeValue(tag, name, unescapeHtml(match[2] ?? match[3] ?? match[4] ?? ''));
    if (value !== null) out += ` ${name}="${escapeHtml(value)}"`;
  }
  return out;
}

function safeValue(tag: string, name: string, value: string): string | null {
  if (PLAIN_ATTRIBUTES.has(name)) return /^[\w %.-]{0,40}$/.test(value) ? value : null;
  if (name === 'class') return /^(cs-[a-z]+ ?)+$/.test(value) ? value : null;
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
