import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  Lexer,
  LineCounter,
  Parser,
  type Scalar,
  visit,
} from 'yaml';
import { type PlaybookError } from './bundle.js';

/** Embeddings and overrides of direction: whoever agrees to a change would read other words than are sent. Marks and isolates stay. */
const TURNS_TEXT = /[\u202A-\u202E]/;

type Path = readonly (string | number)[];

/** One YAML file of the playbook, which knows where each of its values stands. */
export class YamlFile {
  private constructor(
    readonly path: string,
    private readonly text: string,
    private readonly document: Document,
    private readonly lines: LineCounter,
  ) {}

  /** Reads one document of plain YAML 1.2: no anchors, aliases, tags or merge keys, so that every value stands where it is used. */
  static parse(path: string, text: string): { file: YamlFile; value: unknown } | { errors: PlaybookError[] } {
    const lines = new LineCounter();
    const at = (offset: number, message: string): PlaybookError => ({ file: path, ...place(lines, offset), message }); // prettier-ignore
    const deep = tooDeepAt(text);
    if (deep !== null) {
      return { errors: [{ file: path, ...placeIn(text, deep), message: 'is nested too deeply' }] };
    }
    const turned = TURNS_TEXT.exec(text);
    if (turned !== null) {
      const { line, column } = placeIn(text, turned.index);
      const message = 'a character that turns the direction of text hides what stands here: write it without';
      return { errors: [{ file: path, line, column, message }] };
    }
    const { document, mistakes } = compose(text, lines);
    const errors = withTabsNamed(
      text,
      mistakes.map(({ offset, message }) => at(offset, message)),
    );
    if (document === null) return { errors };
    visit(document, (_key, node) => {
      if (isAlias(node))
        errors.push(at(node.range?.[0] ?? 0, 'aliases are not allowed: write the value where it is used'));
      else if (isNode(node) && node.anchor !== undefined)
        errors.push(at(node.range?.[0] ?? 0, 'anchors are not allowed: write the value where it is used'));
    });
    if (errors.length > 0) return { errors };
    return { file: new YamlFile(path, text, document, lines), value: document.toJS({ maxAliasCount: 0 }) };
  }

  /** An error at a value; at the nearest thing around it when it is missing. */
  error(path: Path, message: string): PlaybookError {
    return { file: this.path, ...place(this.lines, this.startOf(path)), message };
  }

  /** An error at a key of a mapping. */
  errorAtKey(path: Path, key: string, message: string): PlaybookError {
    const map = this.nodeAt(path);
    const pair = isMap(map)
      ? map.items.find((item) => isScalar(item.key) && item.key.value === key)
      : undefined;
    const offset = isNode(pair?.key) ? pair.key.range?.[0] : undefined;
    return { file: this.path, ...place(this.lines, offset ?? this.startOf(path)), message };
  }

  /** An error inside a text value, at an offset into what it says: block scalars and quotes are looked through. */
  errorInside(path: Path, offset: number, message: string): PlaybookError {
    const node = this.nodeAt(path);
    const inside = isScalar(node) && typeof node.value === 'string' ? offsetInSource(this.text, node, node.value, offset) : null; // prettier-ignore
    return { file: this.path, ...place(this.lines, inside ?? this.startOf(path)), message };
  }

  private nodeAt(path: Path): unknown {
    return path.length === 0 ? this.document.contents : this.document.getIn(path, true);
  }

  private startOf(path: Path): number {
    for (let length = path.length; length >= 0; length--) {
      const node = this.nodeAt(path.slice(0, length));
      if (isNode(node) && node.range) return node.range[0];
    }
    return 0;
  }
}

/** Mistakes of one file that are looked for: nobody reads more, and each costs as much as some lines of sound YAML. */
const MOST_MISTAKES = 200;

interface Mistake {
  readonly offset: number;
  readonly message: string;
}

/** How the composer tells of a mistake. */
type Tell = (
  where: number | readonly [number, number] | { readonly offset: number },
  code: string,
  message: string,
) => void;

/** Thrown through the composer, which would go on to the end of any text. */
class Enough extends Error {}

/** One document, and what is wrong with it; null in place of a document that has more mistakes than anybody reads. */
function compose(
  text: string,
  lines: LineCounter,
): { readonly document: Document | null; readonly mistakes: readonly Mistake[] } {
  const mistakes: Mistake[] = [];
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    strict: true,
    stringKeys: true,
    uniqueKeys: true,
    prettyErrors: false,
  });
  const tell: Tell = (where, _code, message) => {
    // The composer tells of what was thrown inside it as of another mistake, so it is thrown until it is outside.
    if (mistakes.length >= MOST_MISTAKES) throw new Enough();
    const offset = typeof where === 'number' ? where : 'offset' in where ? where.offset : where[0];
    mistakes.push({ offset, message: firstLine(message) });
  };
  // Its own would make an error with a stack for each, and has no end.
  Object.assign(composer, { onError: tell });
  let document: Document | null = null;
  try {
    for (const each of composer.compose(new Parser(lines.addNewLine).parse(text), true, text.length)) {
      if (document === null) document = each;
      else {
        mistakes.push({ offset: each.range[0], message: firstLine(SECOND_DOCUMENT) });
        break;
      }
    }
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
    return { document: null, mistakes };
  }
  return { document, mistakes };
}

function place(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function placeIn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

/** As the parser says it. */
const SECOND_DOCUMENT = 'Source contains multiple documents';
const KEY_NO_TEXT = 'With stringKeys';

/** What the parser says, without advice for those who call it. */
function firstLine(text: string): string {
  if (text.startsWith(SECOND_DOCUMENT)) return 'holds a second document: keep it in a file of its own';
  if (text.startsWith(KEY_NO_TEXT)) return 'a key should be a plain text, such as `title`';
  return text.split('\n')[0] ?? text;
}

/** A tab that indents makes the parser stumble over what follows it, in words that do not name it. */
function withTabsNamed(text: string, errors: readonly PlaybookError[]): PlaybookError[] {
  if (errors.length === 0) return [];
  const lines = text.split('\n');
  const named = new Map<number, PlaybookError>();
  const others = errors.filter((error) => {
    const tab = /^ *(?=\t)/.exec(lines[error.line - 1] ?? '');
    if (tab === null) return true;
    const message = 'a tab cannot indent: write spaces';
    named.set(error.line, { ...error, column: tab[0].length + 1, message });
    return false;
  });
  return [...named.values(), ...others];
}

/** Marks that the lexer puts between tokens; they are no part of the text. */
const LEXER_MARKS: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001f']);
const MOST_OPEN = 40;
const WIDEST_INDENT = 120;
const MOST_INDICATORS = 20;

/**
 * The offset where collections nest deeper than any playbook needs, or null. The parser recurses, and deep enough it takes the process
 * down with it instead of throwing; the lexer does not.
 */
function tooDeepAt(text: string): number | null {
  let offset = 0;
  let open = 0;
  let indicators = 0;
  let isContent = false;
  let lineStart = true;
  for (const token of new Lexer().lex(text)) {
    if (LEXER_MARKS.has(token)) {
      isContent = token === '\u001f';
      continue;
    }
    if (!isContent) {
      if (token === '[' || token === '{') open++;
      else if (token === ']' || token === '}') open--;
      else if (token === '-' || token === '?') indicators++;
      if (lineStart && /^ +$/.test(token) && token.length > WIDEST_INDENT) return offset;
      if (open > MOST_OPEN || indicators > MOST_INDICATORS) return offset;
    }
    isContent = false;
    lineStart = token.endsWith('\n');
    if (lineStart) indicators = 0;
    offset += token.length;
  }
  return null;
}

/**
 * Where the character at `offset` of a scalar's value stands in the file. Folding and indentation only ever change white space and
 * quotes only add escapes, so both texts are walked in step.
 */
function offsetInSource(text: string, node: Scalar, value: string, offset: number): number | null {
  if (!node.range) return null;
  let at = node.range[0];
  const end = node.range[1];
  const quote = node.type === 'QUOTE_DOUBLE' ? '"' : node.type === 'QUOTE_SINGLE' ? "'" : null;
  if (quote !== null) at++;
  if (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED') at = text.indexOf('\n', at) + 1;
  for (let i = 0; i <= offset && at < end; i++) {
    const character = value[i];
    if (character === undefined) return at;
    if (/\s/.test(character)) {
      if (i === offset) return at;
      if (/\s/.test(text[at] ?? '') || text[at] === '\\') at += sourceLength(text, at, quote);
      continue;
    }
    while (/\s/.test(text[at] ?? '') || (quote === '"' && /^\\\r?\n/.test(text.slice(at, at + 3)))) at++;
    if (i === offset) return at;
    at += sourceLength(text, at, quote);
  }
  return at;
}

const ESCAPE_LENGTHS: Readonly<Record<string, number>> = { x: 4, u: 6, U: 10 };

/** How many characters of the file one character of the value takes. */
function sourceLength(text: string, at: number, quote: '"' | "'" | null): number {
  if (quote === '"' && text[at] === '\\') return ESCAPE_LENGTHS[text[at + 1] ?? ''] ?? 2;
  return quote === "'" && text[at] === "'" ? 2 : 1;
}
