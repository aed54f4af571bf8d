import { matchesOf } from '../shared/matches.js';
/** A step from the top of a YAML document: a member, or `null` for an item of a list. */
export type Step = string | null;

/** Where somebody writes in a YAML text that may not be whole yet. */
export interface YamlPosition {
  /** The way to what is being written: the mapping whose key it is, or the value. */
  readonly path: readonly Step[];
  /** A key of the mapping at `path`, or the value at `path` (which may turn out to be the key of a mapping there). */
  readonly part: 'key' | 'value';
  /** What was written of it so far, and where that begins. */
  readonly written: string;
  readonly from: number;
  /** Members of the mapping around it that are there already, with their plain values. */
  readonly siblings: ReadonlyMap<string, string>;
}

interface Line {
  readonly text: string;
  /** Columns of the dashes that open items on it. */
  readonly dashes: readonly number[];
  /** Where what follows the dashes begins. */
  readonly column: number;
  readonly key: string | null;
  readonly value: string;
}

const KEY = /^("(?:[^"\\]|\\.)*"|'[^']*'|[^\s#'"[\]{},:][^#:]*?)\s*:(?:\s+(.*)|)$/;

function lineOf(text: string): Line {
  const [, spaces = '', dashed = ''] = /^( *)((?:- +|-$)*)/.exec(text) ?? [];
  const dashes = matchesOf(dashed, /-/g).map(({ index }) => spaces.length + index);
  const column = spaces.length + dashed.length;
  const [, key, value = ''] = KEY.exec(text.slice(column)) ?? [];
  return { text, dashes, column, key: key === undefined ? null : unquoted(key), value };
}

function unquoted(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
}

const isSilent = (text: string): boolean => /^\s*(#.*)?$/.test(text);

/** Reads by indentation, as far as the line that is being written: what stands there needs to be no YAML yet. */
export function yamlPosition(text: string, at: number): YamlPosition {
  const lines = text.slice(0, at).split('\n');
  const own = lines.pop() ?? '';
  const start = at - own.length;
  const above = lines.map(lineOf);
  const block = blockHeader(above, own);
  if (block !== null) {
    const header = above[block];
    if (header?.key != null) {
      const { path, siblings } = around(above.slice(0, block), header);
      const from = lines.slice(0, block + 1).reduce((sum, line) => sum + line.length + 1, 0);
      return { path: [...path, header.key], part: 'value', written: text.slice(from, at), from, siblings };
    }
  }
  const line = lineOf(own);
  const { path, siblings } = around(above, line);
  const flow = line.key === null ? own.slice(line.column) : line.value;
  const inFlow = flowPosition(flow);
  const owner = line.key === null ? path : [...path, line.key];
  if (inFlow !== null)
    return { ...inFlow, path: [...owner, ...inFlow.path], from: start + own.length - inFlow.written.length };
  if (line.key !== null)
    return { path: owner, part: 'value', written: line.value, from: at - line.value.length, siblings };
  const written = own.slice(line.column);
  return { path, part: path.at(-1) === null || path.length === 0 ? 'value' : 'key', written, from: start + line.column, siblings }; // prettier-ignore
}

/** The line that opens the block of text (`key: >`) that the written line stands in; null when it stands in none. */
function blockHeader(above: readonly Line[], own: string): number | null {
  const indent = own.search(/\S|$/);
  for (let i = above.length - 1; i >= 0; i--) {
    const line = above[i];
    if (line === undefined || line.text.trim() === '') continue;
    if (/^[>|][+-]?\d?[+-]?\s*$/.test(line.value))
      return line.key !== null && line.column < indent ? i : null;
    if (line.text.search(/\S/) < indent) return null;
  }
  return null;
}

/** The way from the top to the mapping or list that a line stands in, and what else that mapping has above it. */
function around(above: readonly Line[], line: Line): { path: Step[]; siblings: ReadonlyMap<string, string> } {
  const path: Step[] = line.dashes.map(() => null);
  const siblings = new Map<string, string>();
  let isItem = line.dashes.length > 0;
  let column = line.dashes[0] ?? line.column;
  // Members beside the line: only until its mapping begins.
  let beside = !isItem;
  for (const up of above.toReversed()) {
    if (isSilent(up.text)) continue;
    const dashes = up.dashes.map(() => null);
    if (!isItem && up.column === column) {
      if (beside && up.key !== null) siblings.set(up.key, up.value);
      if (dashes.length === 0) continue;
      path.unshift(...dashes);
    } else if (up.key !== null && (isItem ? up.column <= column : up.column < column)) {
      path.unshift(...dashes, up.key);
    } else continue;
    beside = false;
    isItem = up.dashes.length > 0;
    column = up.dashes[0] ?? up.column;
  }
  return { path, siblings };
}

interface Container {
  readonly kind: '{' | '[';
  readonly members: Map<string, string>;
  /** The member or item that is being written. */
  text: string;
}

/** Where the end of `{ a: [b, …` stands; null when nothing is open there. */
function flowPosition(text: string): Omit<YamlPosition, 'from'> | null {
  const open: Container[] = [];
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    const inner = open.at(-1);
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (inner === undefined && i > 0) {
      return null;
    } else if ((character === '"' || character === "'") && inner !== undefined) quote = character;
    else if (character === '{' || character === '[') {
      open.push({ kind: character, members: new Map(), text: '' });
      continue;
    } else if (character === '}' || character === ']') {
      open.pop();
      const outer = open.at(-1);
      if (outer !== undefined) outer.text += '…';
      continue;
    } else if (character === ',' && inner !== undefined) {
      const [, key, value = ''] = KEY.exec(inner.text.trim()) ?? [];
      if (key !== undefined) inner.members.set(unquoted(key), value);
      inner.text = '';
      continue;
    }
    if (inner !== undefined) inner.text += character;
  }
  const inner = open.at(-1);
  if (inner === undefined) return null;
  const path: Step[] = [];
  for (const container of open) {
    const key = KEY.exec(container.text.trim())?.[1];
    if (container.kind === '[') path.push(null);
    else if (key !== undefined) path.push(unquoted(key));
  }
  const last = inner.text.trimStart();
  const member = KEY.exec(last);
  const isValue = inner.kind === '[' || member !== null;
  const written = inner.kind === '{' && member !== null ? (member[2] ?? '') : last;
  return { path, part: isValue ? 'value' : 'key', written, siblings: inner.members };
}
