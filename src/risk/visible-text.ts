/** What a reader sees of html, with the way back: character i of `text` came from `html.slice(starts[i], ends[i])`. */
export interface VisibleText {
  readonly text: string;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u{a0}',
  ensp: ' ',
  emsp: ' ',
  thinsp: ' ',
  shy: '\u{ad}',
  zwnj: '\u{200c}',
  zwj: '\u{200d}',
  lrm: '\u{200e}',
  rlm: '\u{200f}',
  euro: '€',
  pound: '£',
  yen: '¥',
  cent: '¢',
  percnt: '%',
  dollar: '$',
  copy: '©',
  reg: '®',
  trade: '™',
  hellip: '…',
  ndash: '–',
  mdash: '—',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  bdquo: '„',
  sbquo: '‚',
  laquo: '«',
  raquo: '»',
  bull: '•',
  middot: '·',
  times: '×',
  rarr: '→',
  larr: '←',
  auml: 'ä',
  ouml: 'ö',
  uuml: 'ü',
  Auml: 'Ä',
  Ouml: 'Ö',
  Uuml: 'Ü',
  szlig: 'ß',
  eacute: 'é',
  egrave: 'è',
  agrave: 'à',
  ccedil: 'ç',
  deg: '°',
  frac12: '½',
  commat: '@',
  lbrace: '{',
  rbrace: '}',
  lsqb: '[',
  rsqb: ']',
  num: '#',
};

const ENTITY = /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-zA-Z][a-zA-Z0-9]{1,9}));/y;
/** These read as part of the line they stand in; every other tag ends a line. */
const INLINE = new Set([
  'a',
  'abbr',
  'b',
  'big',
  'code',
  'em',
  'font',
  'i',
  'img',
  'mark',
  'small',
  'span',
  'strong',
  'sub',
  'sup',
  'u',
  'wbr',
]);
/** Their content is never read. */
const UNREAD = new Set(['style', 'script', 'head', 'title', 'noscript', 'template']);

function entityAt(html: string, at: number): { character: string; length: number } | null {
  ENTITY.lastIndex = at;
  const match = ENTITY.exec(html);
  if (match === null) return null;
  const [whole, decimal, hex, name] = match;
  if (name !== undefined) {
    const character = NAMED[name];
    return character === undefined ? null : { character, length: whole.length };
  }
  const code = decimal === undefined ? Number.parseInt(hex ?? '0', 16) : Number(decimal);
  const legal = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return { character: legal ? String.fromCodePoint(code) : '\u{fffd}', length: whole.length };
}

/** Where a tag that opens at `at` ends, quotes respected; the end of the text when it never does. */
function tagEnd(html: string, at: number): number {
  let quote = '';
  for (let i = at + 1; i < html.length; i++) {
    const character = html.charAt(i);
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") {
      quote = character;
    } else if (character === '>') {
      return i + 1;
    }
  }
  return html.length;
}

/** Html without its tags, comments and unread parts, entities resolved. Linear in the length, whatever the html. */
export function visibleText(html: string): VisibleText {
  const characters: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  const push = (text: string, start: number, end: number) => {
    for (let unit = 0; unit < text.length; unit++) {
      characters.push(text.charAt(unit));
      starts.push(start);
      ends.push(end);
    }
  };
  const lower = html.toLowerCase();
  let at = 0;
  while (at < html.length) {
    const character = html.charAt(at);
    if (character === '<' && /[a-zA-Z/!?]/.test(html.charAt(at + 1))) {
      at = skipTag(at);
    } else if (character === '&') {
      const entity = entityAt(html, at);
      push(entity?.character ?? '&', at, at + (entity?.length ?? 1));
      at += entity?.length ?? 1;
    } else {
      push(character, at, at + 1);
      at += 1;
    }
  }
  return { text: characters.join(''), starts, ends };

  function skipTag(open: number): number {
    if (html.startsWith('<!--', open)) {
      const close = html.indexOf('-->', open + 4);
      return close < 0 ? html.length : close + 3;
    }
    const end = tagEnd(html, open);
    const name = /^<\/?([a-zA-Z][a-zA-Z0-9]*)/.exec(html.slice(open, open + 32))?.[1]?.toLowerCase() ?? '';
    if (!INLINE.has(name)) push('\n', open, end);
    if (UNREAD.has(name) && html.charAt(open + 1) !== '/') {
      const close = lower.indexOf(`</${name}`, end);
      return close < 0 ? html.length : close;
    }
    return end;
  }
}
