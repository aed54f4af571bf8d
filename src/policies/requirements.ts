import { type ASTNode, parse, serialize } from '@marcbachmann/cel-js';
import { type Plain } from './bundle.js';

/** A part of a condition without which the whole is false: that something has one of a few values. */
export interface Need {
  /** Source of what is looked at, such as `profile.country`. */
  readonly of: string;
  readonly type: 'string' | 'number' | 'boolean';
  readonly among: readonly Plain[];
}

/** What a condition needs, by the parts that `&&` joins: where one is known not to hold, the condition is false whatever the others say. */
export function needsOf(source: string): Need[] {
  return conjuncts(parse(source).ast).flatMap((part) => {
    const need = part.op === 'value' ? null : (comparison(part) ?? truth(part));
    return need === null ? [] : [need];
  });
}

function conjuncts(node: ASTNode): ASTNode[] {
  return node.op === '&&' ? node.args.flatMap(conjuncts) : [node];
}

function truth(node: ASTNode): Need {
  const [of, holds] = node.op === '!_' ? [node.args, false] : [node, true];
  return { of: serialize(of), type: 'boolean', among: [holds] };
}

/** Something compared with texts or with numbers that stand there; null for anything else. */
function comparison(node: ASTNode): Need | null {
  switch (node.op) {
    case '==': {
      const [left, right] = node.args;
      return oneOf(left, [right]) ?? oneOf(right, [left]);
    }
    case 'in': {
      const [value, list] = node.args;
      return list.op === 'list' ? oneOf(value, list.args) : null;
    }
    case '||': {
      const [a, b] = node.args.map(comparison);
      if (a == null || b == null || a.of !== b.of || a.type !== b.type) return null;
      return { ...a, among: [...a.among, ...b.among] };
    }
    default:
      return null;
  }
}

function oneOf(of: ASTNode, values: readonly ASTNode[]): Need | null {
  const among = values.map(literal);
  const [first] = among;
  if (of.op === 'value' || (typeof first !== 'string' && typeof first !== 'number')) return null;
  if (among.some((each) => typeof each !== typeof first)) return null;
  const type = typeof first === 'string' ? 'string' : 'number';
  return { of: serialize(of), type, among: among as Plain[] };
}

function literal(node: ASTNode): Plain | undefined {
  if (node.op !== 'value') return undefined;
  const { args: value } = node;
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : undefined;
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

/** What it is about is not known beforehand: as often as not it has a value that somebody asks for. */
const HALF = 0.5;

/**
 * Which of their needs rules are best filed by: one whose value many of them look at, each for another. Null where filing would save nothing.
 * @param needs of each rule.
 */
export function bestNeeds(needs: readonly (readonly Need[])[]): (Need | null)[] {
  const looking = new Map<string, number>();
  const there = new Map<string, number>();
  for (const { of, among } of needs.flat()) {
    count(looking, of);
    for (const value of new Set(among)) count(there, placeOf(of, value));
  }
  /** What is left to be asked of a rule: its share in looking, and how many of those who look are asked with it. */
  const costOf = ({ of, type, among }: Need): number => {
    const all = looking.get(of) ?? 1;
    const asked = [...new Set(among)].reduce<number>(
      (sum, value) => sum + (there.get(placeOf(of, value)) ?? 0),
      0,
    );
    return (type === 'boolean' ? 1 : Math.min(1, asked / all)) * HALF + 1 / all;
  };
  return needs.map((own) => {
    let [best, least]: [Need | null, number] = [null, 1];
    for (const need of own) {
      const cost = costOf(need);
      if (cost < least) [best, least] = [need, cost];
    }
    return best;
  });
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function placeOf(of: string, value: Plain): string {
  return JSON.stringify([of, value]);
}
