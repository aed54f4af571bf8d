import { type ASTNode } from '@marcbachmann/cel-js';
import { matchesOf } from '../shared/matches.js';

/** Methods that bind a variable and walk over a list. */
export const MACROS: ReadonlySet<string> = new Set(['exists', 'all', 'exists_one', 'filter', 'map']);

/** The object and the field of `a.b` or `a["b"]`; null for anything else. */
export function lastStep(node: ASTNode): { readonly of: ASTNode; readonly name: string } | null {
  if (node.op === '.') return { of: node.args[0], name: node.args[1] };
  if (node.op === '[]' && node.args[1].op === 'value' && typeof node.args[1].args === 'string')
    return { of: node.args[0], name: node.args[1].args };
  return null;
}

/** `profile.traits.x`, `profile.events["X"].lastAt` as `profile.events.X.lastAt`; null for anything that is no chain of names. */
export function pathOf(node: ASTNode): string | null {
  if (node.op === 'id') return node.args;
  const step = lastStep(node);
  if (step === null) return null;
  const owner = pathOf(step.of);
  return owner === null ? null : `${owner}.${step.name}`;
}

/** The parts of an expression that are expressions themselves; a macro's variable is none. */
export function childrenOf(node: ASTNode): ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [node.args[0]];
    case 'call':
      return node.args[1];
    case 'rcall':
      return MACROS.has(node.args[0])
        ? [node.args[1], ...node.args[2].slice(1)]
        : [node.args[1], ...node.args[2]];
    case 'list':
      return node.args;
    case 'map':
      return node.args.flat();
    case '!_':
    case '-_':
      return [node.args];
    case '?:':
    case '[]':
    case '[?]':
    case '||':
    case '&&':
    case '!=':
    case '==':
    case 'in':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return node.args;
  }
}

/** Texts that an expression can come to and that stand in it; whatever else it may come to is left out. */
export function textsGivenBy(node: ASTNode): string[] {
  return textPartsOf(node).map(({ args }) => args);
}

/** The same with where they stand. */
export function textPartsOf(node: ASTNode): { readonly start: number; readonly args: string }[] {
  if (node.op === 'value')
    return typeof node.args === 'string' ? [{ start: node.start, args: node.args }] : [];
  return node.op === '?:' ? [...textPartsOf(node.args[1]), ...textPartsOf(node.args[2])] : [];
}

/** Chains of names in an expression, those it only asks to be there included. */
export function pathsIn(node: ASTNode): string[] {
  const path = pathOf(node);
  return path === null ? childrenOf(node).flatMap(pathsIn) : [path];
}

/** Where a method's name stands: the engine gives only the whole call. Null when a comment stands in between. */
export function methodOffset(
  source: string,
  call: Extract<ASTNode, { op: 'rcall' }>,
  name: string,
): number | null {
  const from = call.args[1].range.end;
  const gap = /^[\s)]*\.\s*/.exec(source.slice(from));
  const offset = from + (gap?.[0].length ?? 0);
  return source.startsWith(name, offset) ? offset : null;
}

const PARENTHESES_AND_TEXTS = /"""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\/\/.*|[()]/g;

/** A node's text with the parentheses that the engine leaves out of its range: `(a + b) * c` starts at `a` for it. */
export function wholeParentheses(source: string, node: ASTNode): { start: number; end: number } {
  let { start, end } = node.range;
  let open = 0;
  let unopened = 0;
  for (const [token] of matchesOf(source.slice(start, end), PARENTHESES_AND_TEXTS)) {
    if (token === '(') open++;
    else if (token === ')' && open > 0) open--;
    else if (token === ')') unopened++;
  }
  for (; unopened > 0; unopened--) start = source.lastIndexOf('(', start - 1);
  for (; open > 0; open--) end = source.indexOf(')', end) + 1;
  return { start: Math.max(0, start), end };
}
