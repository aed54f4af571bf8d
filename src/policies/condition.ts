import { type ASTNode, parse, serialize } from '@marcbachmann/cel-js';
import { childrenOf, MACROS, pathOf } from './expression-syntax.js';

/** More alternatives than this are not looked through: nothing is then said about the condition. */
const MOST_ALTERNATIVES = 256;

type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';
const OPPOSITE: Readonly<Record<Comparison, Comparison>> = {
  '==': '!=',
  '!=': '==',
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>',
};
const MIRRORED: Readonly<Record<Comparison, Comparison>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '>': '<',
  '<=': '>=',
  '>=': '<=',
};

/** One thing a condition asks: a comparison of something with literals, or something that is simply true or false. */
type Atom =
  | { readonly kind: 'number'; readonly of: string; readonly op: Comparison; readonly value: number }
  | { readonly kind: 'text'; readonly of: string; readonly among: readonly string[]; readonly is: boolean }
  | { readonly kind: 'truth'; readonly of: string; readonly is: boolean };

/** Any of these sets of atoms, all of which hold; null when there are too many. */
type Alternatives = readonly (readonly Atom[])[] | null;

/** A condition of the playbook, read for what it can and cannot be: sound, and silent where it does not know. */
export class Condition {
  /** No known values make it true. */
  readonly isImpossible: boolean;
  /** No known values make it false. */
  readonly isCertain: boolean;
  private readonly tree: ASTNode;
  private readonly whenTrue: Alternatives;
  private readonly whenFalse: Alternatives;

  /** @param source a checked expression that gives true or false. */
  constructor(readonly source: string) {
    this.tree = parse(source).ast;
    this.whenTrue = alternatives(this.tree, true);
    this.whenFalse = alternatives(this.tree, false);
    this.isImpossible = contradicts(this.whenTrue);
    this.isCertain = contradicts(this.whenFalse);
  }

  /** Wherever this holds on known values, the other holds too. */
  implies(other: Condition): boolean {
    if (this.source === other.source || this.isImpossible || other.isCertain) return true;
    return neverTogether(this.whenTrue, other.whenFalse);
  }

  /**
   * Wherever this holds or is unknown, the other holds or is unknown too. Told only of one conjunction that asks about nothing twice: there
   * what is unknown might always make it true, and with it the other, so it is unknown only where the other is not false.
   */
  impliesWithUnknowns(other: Condition): boolean {
    return this.asksOnce && this.implies(other);
  }

  private get asksOnce(): boolean {
    const asked = conjunction(this.tree, true)?.map(({ of }) => of);
    return asked !== undefined && new Set(asked).size === asked.length;
  }

  /** No known values make both true. */
  excludes(other: Condition): boolean {
    if (this.isImpossible || other.isImpossible) return true;
    return neverTogether(this.whenTrue, other.whenTrue);
  }

  /** How many pairs of alternatives `implies` or `excludes` may have to look through. */
  effortOf(other: Condition): number {
    const others = Math.max(other.whenTrue?.length ?? 0, other.whenFalse?.length ?? 0);
    return Math.min(MOST_ALTERNATIVES, (this.whenTrue?.length ?? 0) * others);
  }

  /** Paths of the fields it reads, such as `profile.traits.age`. */
  get reads(): ReadonlySet<string> {
    return new Set(pathsIn(this.tree));
  }

  /** Literal texts in it. */
  get texts(): readonly string[] {
    return textsIn(this.tree);
  }

  /** Literal texts that stand where a time zone is asked for: compared with, or looked for among, `profile.zones` or a field called a time zone. */
  get zoneTexts(): readonly string[] {
    return zoneTextsIn(this.tree, new Set());
  }
}

function pathsIn(node: ASTNode): string[] {
  const path = pathOf(node);
  if (path !== null) return [path];
  // Whether something is there at all is never unknown.
  if (node.op === 'call' && node.args[0] === 'has') return [];
  return childrenOf(node).flatMap(pathsIn);
}

function textsIn(node: ASTNode): string[] {
  if (node.op === 'value') return typeof node.args === 'string' ? [node.args] : [];
  return childrenOf(node).flatMap(textsIn);
}

const ZONE_FIELD = /^profile\.zones$|^profile\.traits\.(timezone|time_zone|timeZone)$/;

/** @param items names under which walks over `profile.zones` know one of them */
function zoneTextsIn(node: ASTNode, items: ReadonlySet<string>): string[] {
  if (node.op === 'rcall' && asksZone(node.args[1], items)) {
    const [name, , args] = node.args;
    const [item] = args;
    // How a zone's name begins or ends is no name of a zone.
    if (!MACROS.has(name)) return [];
    const within = item?.op === 'id' ? new Set([...items, item.args]) : items;
    return args.slice(1).flatMap((each) => zoneTextsIn(each, within));
  }
  const parts = childrenOf(node);
  const isAsked = (isComparison(node) || node.op === 'in') && parts.some((part) => asksZone(part, items));
  return parts.flatMap((part) => (isAsked ? textsIn(part) : zoneTextsIn(part, items)));
}

/** Whether a part is a time zone or a list of them, such as `profile.zones`, `profile.zones[0]`, `lower(zone)`. */
function asksZone(node: ASTNode, items: ReadonlySet<string>): boolean {
  const path = pathOf(node);
  if (path !== null) return ZONE_FIELD.test(path) || items.has(path);
  return ['[]', 'call', 'rcall'].includes(node.op) && childrenOf(node).some((part) => asksZone(part, items));
}

function alternatives(node: ASTNode, wanted: boolean): Alternatives {
  switch (node.op) {
    case '!_':
      return alternatives(node.args, !wanted);
    case '&&':
    case '||': {
      const [a, b] = node.args.map((each) => alternatives(each, wanted));
      return (node.op === '&&') === wanted ? both(a ?? null, b ?? null) : either(a ?? null, b ?? null);
    }
    case '?:': {
      const [test, then, otherwise] = node.args;
      return either(
        both(alternatives(test, true), alternatives(then, wanted)),
        both(alternatives(test, false), alternatives(otherwise, wanted)),
      );
    }
    case 'value':
      return typeof node.args === 'boolean' && node.args !== wanted ? [] : [[]];
    default:
      return [[atomOf(node, wanted)]];
  }
}

/** What has to hold, each on its own, for a condition to be as wanted; null where it is not one conjunction as it is written. */
function conjunction(node: ASTNode, wanted: boolean): readonly Atom[] | null {
  switch (node.op) {
    case '!_':
      return conjunction(node.args, !wanted);
    case '&&':
    case '||': {
      if ((node.op === '&&') !== wanted) return null;
      const [a, b] = node.args.map((each) => conjunction(each, wanted));
      return a == null || b == null ? null : [...a, ...b];
    }
    case '?:':
      return null;
    case 'value':
      return node.args === wanted ? [] : null;
    default:
      return [atomOf(node, wanted)];
  }
}

function either(a: Alternatives, b: Alternatives): Alternatives {
  if (a === null || b === null || a.length + b.length > MOST_ALTERNATIVES) return null;
  return [...a, ...b];
}

function both(a: Alternatives, b: Alternatives): Alternatives {
  // One that cannot be settles it, whatever the other is.
  if (contradicts(a) || contradicts(b)) return [];
  if (a === null || b === null || a.length * b.length > MOST_ALTERNATIVES) return null;
  return a.flatMap((one) => b.map((other) => [...one, ...other]));
}

function atomOf(node: ASTNode, wanted: boolean): Atom {
  const compared = isComparison(node) ? comparison(node, wanted) : null;
  if (compared !== null) return compared;
  if (node.op === 'in') {
    const [value, list] = node.args;
    const among = list.op === 'list' ? list.args.map(literal) : [];
    if (among.length > 0 && among.every((each) => typeof each === 'string'))
      return { kind: 'text', of: nameOf(value), among, is: wanted };
  }
  return { kind: 'truth', of: nameOf(node), is: wanted };
}

type ComparisonNode = Extract<ASTNode, { op: Comparison }>;

function isComparison(node: ASTNode): node is ComparisonNode {
  return Object.hasOwn(OPPOSITE, node.op);
}

function comparison(node: ComparisonNode, wanted: boolean): Atom | null {
  const [left, right] = node.args;
  const swapped = literal(left) !== undefined;
  const [of, value] = swapped ? [right, literal(left)] : [left, literal(right)];
  if (value === undefined || literal(of) !== undefined) return null;
  const stated = swapped ? MIRRORED[node.op] : node.op;
  const op = wanted ? stated : OPPOSITE[stated];
  if (typeof value === 'number') return { kind: 'number', of: nameOf(of), op, value };
  if (op !== '==' && op !== '!=') return null;
  return typeof value === 'string'
    ? { kind: 'text', of: nameOf(of), among: [value], is: op === '==' }
    : { kind: 'truth', of: nameOf(of), is: (op === '==') === value };
}

function literal(node: ASTNode): string | number | boolean | undefined {
  if (node.op === '-_') {
    const value = literal(node.args);
    return typeof value === 'number' ? -value : undefined;
  }
  if (node.op !== 'value') return undefined;
  if (typeof node.args === 'bigint') return Number(node.args);
  return typeof node.args === 'string' || typeof node.args === 'number' || typeof node.args === 'boolean'
    ? node.args
    : undefined;
}

/** How a part is told from others: what reads the same is the same. */
function nameOf(node: ASTNode): string {
  return pathOf(node) ?? serialize(node);
}

/** Whether none of the one agrees with any of the other; false when there are too many to look through. */
function neverTogether(a: Alternatives, b: Alternatives): boolean {
  if (a === null || b === null || a.length * b.length > MOST_ALTERNATIVES) return false;
  return a.every((one) => b.every((other) => isContradiction([...one, ...other])));
}

function contradicts(all: Alternatives): boolean {
  return all !== null && all.every(isContradiction);
}

function isContradiction(atoms: readonly Atom[]): boolean {
  const names = new Set(atoms.map(({ of }) => of));
  return [...names].some((of) => {
    const own = atoms.filter((atom) => atom.of === of);
    return isEmptyRange(of, own) || isNoText(own) || isTrueAndFalse(own);
  });
}

function isTrueAndFalse(atoms: readonly Atom[]): boolean {
  const said = atoms.flatMap((atom) => (atom.kind === 'truth' ? [atom.is] : []));
  return said.includes(true) && said.includes(false);
}

function isNoText(atoms: readonly Atom[]): boolean {
  const texts = atoms.filter((atom) => atom.kind === 'text');
  const allowed = texts.filter(({ is }) => is).map(({ among }) => among);
  const [first, ...rest] = allowed;
  if (first === undefined) return false;
  const refused = new Set(texts.filter(({ is }) => !is).flatMap(({ among }) => among));
  return !first.some((text) => !refused.has(text) && rest.every((each) => each.includes(text)));
}

/** Counts are never below nothing. */
const COUNTS = /^profile\.events\..+\.(total|count\d+d)$|^history\.count|^openTasks$|^size\(/;

function isEmptyRange(of: string, atoms: readonly Atom[]): boolean {
  const numbers = atoms.filter((atom) => atom.kind === 'number');
  if (numbers.length === 0) return false;
  let [least, most] = [COUNTS.test(of) ? 0 : -Infinity, Infinity];
  let [leastOpen, mostOpen] = [false, false];
  const raise = (value: number, open: boolean): void => {
    if (value > least) [least, leastOpen] = [value, open];
    else if (value === least) leastOpen ||= open;
  };
  const lower = (value: number, open: boolean): void => {
    if (value < most) [most, mostOpen] = [value, open];
    else if (value === most) mostOpen ||= open;
  };
  for (const { op, value } of numbers) {
    if (op === '>' || op === '>=') raise(value, op === '>');
    if (op === '<' || op === '<=') lower(value, op === '<');
    if (op === '==') {
      raise(value, false);
      lower(value, false);
    }
  }
  if (least > most) return true;
  if (least < most) return false;
  return leastOpen || mostOpen || numbers.some(({ op, value }) => op === '!=' && value === least);
}
