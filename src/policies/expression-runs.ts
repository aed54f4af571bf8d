import { type Evaluation, type ExpressionInput } from './bundle.js';
import { type Call, REFUSED } from './expression-calls.js';

/** What a closure gives where something is not there. Passed on like an error; nothing is thrown, since absence is ordinary here. */
export class Missing {
  readonly evaluation: Evaluation<never>;

  /** @param reads as it is written in the expression. */
  constructor(reads: string) {
    this.evaluation = Object.freeze({ known: false, reads });
  }
}

/** Something else went wrong, such as a division by zero: the interpreter is asked what. */
export const FAILED = new Missing('an error');

/** What walks over lists may take in one evaluation: as much as two of the longest lists inside each other, and as much again. */
const MOST_STEPS = 2_000_000;
/** What an evaluation gives that would have to take more. */
const TOO_LONG = new Missing(`the end of a walk of more than ${MOST_STEPS.toLocaleString('en')} steps`);
/** The interpreter, which counts nothing, takes many times as long: after this many nobody asks it what went wrong. */
const MOST_REPEATED = 20_000;
const WENT_WRONG = new Missing('an error in a long walk');
let steps = 0;

/**
 * Runs an expression, walks over lists only so far: what a text is split into, or lists put together, may be any number of items, and what
 * is asked about each may read a long text.
 */
export function runBounded(run: Run, input: ExpressionInput): unknown {
  steps = 0;
  const value = run(input, null);
  if (steps <= MOST_REPEATED || !(value instanceof Missing)) return value;
  if (steps > MOST_STEPS) return TOO_LONG;
  return value === FAILED ? WENT_WRONG : value;
}

/** A call that counts what it reads, and the list that it gives: to make an item takes less than to walk to it. */
export function counted(call: Call, toRead: (...values: never[]) => number): Call {
  const [apply, stepsOf] = [call as Apply, toRead as (...values: unknown[]) => number];
  return (a: unknown, b: unknown, c: unknown) => {
    steps += stepsOf(a, b, c);
    if (steps > MOST_STEPS) return TOO_LONG;
    const result = apply(a, b, c);
    if (Array.isArray(result)) steps += result.length >> 3;
    return result;
  };
}

/** The variables of the macros around a part of an expression, the innermost first. */
interface Frame {
  value: unknown;
  readonly outer: Frame | null;
}

/** A part of an expression, compiled: its value as the interpreter has it, or `Missing`. */
export type Run = (input: ExpressionInput, frame: Frame | null) => unknown;

const constants = new WeakMap<Run, { readonly value: unknown }>();

/** A value that stands in the expression: what takes it keeps it, instead of asking for it each time. */
export function constant(value: unknown): Run {
  const run: Run = () => value;
  constants.set(run, { value });
  return run;
}

type Apply = (...values: unknown[]) => unknown;

/** Applies a function to values that are all there; evaluated from the last to the first, as the interpreter does. */
export function lift(values: readonly Run[], call: Call): Run {
  const apply = call as Apply;
  const [first, second, third] = values;
  if (first === undefined || values.length > 3) throw new RangeError('one to three values');
  if (second === undefined) return liftOne(first, apply);
  const [b, c] = [constants.get(second), third === undefined ? null : constants.get(third)];
  if (b !== undefined && c !== undefined) return liftWith(first, apply, b.value, c?.value);
  return (input, frame) => {
    const z = third?.(input, frame);
    if (z instanceof Missing) return z;
    const y = second(input, frame);
    if (y instanceof Missing) return y;
    const x = first(input, frame);
    if (x instanceof Missing) return x;
    const result = apply(x, y, z);
    return result === REFUSED ? FAILED : result;
  };
}

function liftOne(value: Run, apply: Apply): Run {
  return (input, frame) => {
    const a = value(input, frame);
    if (a instanceof Missing) return a;
    const result = apply(a);
    return result === REFUSED ? FAILED : result;
  };
}

function liftWith(value: Run, apply: Apply, b: unknown, c: unknown): Run {
  return (input, frame) => {
    const a = value(input, frame);
    if (a instanceof Missing) return a;
    const result = apply(a, b, c);
    return result === REFUSED ? FAILED : result;
  };
}

/** Applies an operator to two values that are both there; the left one is evaluated first. */
export function both(left: Run, right: Run, operator: Call): Run {
  const apply = operator as Apply;
  const known = constants.get(right);
  if (known !== undefined) return liftWith(left, apply, known.value, undefined);
  return (input, frame) => {
    const a = left(input, frame);
    if (a instanceof Missing) return a;
    const b = right(input, frame);
    if (b instanceof Missing) return b;
    const result = apply(a, b);
    return result === REFUSED ? FAILED : result;
  };
}

/** Whether two values of one plain type are equal. */
export function same(left: Run, right: Run): Run {
  const [a, b] = [constants.get(left), constants.get(right)];
  if (b !== undefined) return sameAs(left, b.value);
  if (a !== undefined) return sameAs(right, a.value);
  return (input, frame) => {
    const x = left(input, frame);
    if (x instanceof Missing) return x;
    const y = right(input, frame);
    return y instanceof Missing ? y : x === y;
  };
}

function sameAs(value: Run, known: unknown): Run {
  if (typeof known === 'string')
    return (input, frame) => {
      const a = value(input, frame);
      return typeof a === 'string' ? a === known : a;
    };
  return (input, frame) => {
    const a = value(input, frame);
    return a instanceof Missing ? a : a === known;
  };
}

/** Whether a value is one of those that stand in the expression. */
export function among(value: Run, known: readonly unknown[]): Run {
  const all = new Set(known);
  return (input, frame) => {
    const a = value(input, frame);
    return a instanceof Missing ? a : all.has(a);
  };
}

/** False as soon as one side is; otherwise what is missing, of the right side before the left. */
export function and(left: Run, right: Run): Run {
  return (input, frame) => {
    const a = left(input, frame);
    if (a === false) return false;
    const b = right(input, frame);
    return b === true ? a : b;
  };
}

export function or(left: Run, right: Run): Run {
  return (input, frame) => {
    const a = left(input, frame);
    if (a === true) return true;
    const b = right(input, frame);
    return b === false ? a : b;
  };
}

export function not(value: Run): Run {
  return (input, frame) => {
    const a = value(input, frame);
    return typeof a === 'boolean' ? !a : a;
  };
}

export function choice(condition: Run, one: Run, other: Run): Run {
  return (input, frame) => {
    const chosen = condition(input, frame);
    if (chosen === true) return one(input, frame);
    return chosen === false ? other(input, frame) : chosen;
  };
}

export function has(path: Run): Run {
  return (input, frame) => {
    const value = path(input, frame);
    return value === FAILED || value === TOO_LONG ? value : !(value instanceof Missing);
  };
}

export function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a === b || (a.length === b.length && a.every((item, i) => item === b[i]));
}

type Ordered = number | bigint | string | boolean | Date;
export const ORDER: Readonly<Record<'<' | '<=' | '>' | '>=', (a: Ordered, b: Ordered) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

/** Apart from the others, since an engine compiles a comparison for what it has met there. */
const NUMBER_ORDER: Readonly<Record<keyof typeof ORDER, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

/** Compares two numbers. */
export function orderNumbers(operator: keyof typeof ORDER, left: Run, right: Run): Run {
  const known = constants.get(right)?.value;
  return typeof known === 'number'
    ? orderWith(operator, left, known)
    : both(left, right, NUMBER_ORDER[operator]);
}

function orderWith(operator: keyof typeof ORDER, left: Run, known: number): Run {
  switch (operator) {
    case '<':
      return (input, frame) => {
        const a = left(input, frame);
        return typeof a === 'number' ? a < known : a;
      };
    case '<=':
      return (input, frame) => {
        const a = left(input, frame);
        return typeof a === 'number' ? a <= known : a;
      };
    case '>':
      return (input, frame) => {
        const a = left(input, frame);
        return typeof a === 'number' ? a > known : a;
      };
    case '>=':
      return (input, frame) => {
        const a = left(input, frame);
        return typeof a === 'number' ? a >= known : a;
      };
  }
}

export const ARITHMETIC: Readonly<Record<'+' | '-' | '*' | '/' | '%', (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};

const LARGEST = 9_223_372_036_854_775_807n;
const within64Bits = (value: bigint): bigint | typeof REFUSED =>
  value <= LARGEST && value >= -LARGEST - 1n ? value : REFUSED;
export const WHOLE_ARITHMETIC: Readonly<
  Record<'+' | '-' | '*' | '/' | '%', (a: bigint, b: bigint) => unknown>
> = {
  '+': (a, b) => within64Bits(a + b),
  '-': (a, b) => within64Bits(a - b),
  '*': (a, b) => within64Bits(a * b),
  '/': (a, b) => (b === 0n ? REFUSED : a / b),
  '%': (a, b) => (b === 0n ? REFUSED : a % b),
};

/** A macro's way over a list. */
export interface Walk {
  readonly list: Run;
  readonly fits: (value: unknown) => boolean;
  readonly first: Run;
  /** What one item takes. */
  readonly steps: number;
}

/** `exists` for true, `all` for false: ends at the first item that settles it; absence counts only when none does. */
export function someOrAll({ list, fits, first: condition, steps: each }: Walk, settles: boolean): Run {
  return (input, frame) => {
    const items = list(input, frame);
    if (items instanceof Missing) return items;
    const inner: Frame = { value: undefined, outer: frame };
    let missing: Missing | null = null;
    for (const item of items as readonly unknown[]) {
      if ((steps += each) > MOST_STEPS) return TOO_LONG;
      if (!fits(item)) return FAILED;
      inner.value = item;
      const answer = condition(input, inner);
      if (answer === settles) return settles;
      if (answer instanceof Missing) missing ??= answer;
    }
    return missing ?? !settles;
  };
}

/** The items (as `to` makes them) for which `keep` is true; absence anywhere makes the whole absent. */
export function collect(keep: Run | null, to: Run | null, { list, fits, steps: each }: Walk): Run {
  return (input, frame) => {
    const items = list(input, frame);
    if (items instanceof Missing) return items;
    const inner: Frame = { value: undefined, outer: frame };
    const kept: unknown[] = [];
    for (const item of items as readonly unknown[]) {
      if ((steps += each) > MOST_STEPS) return TOO_LONG;
      if (!fits(item)) return FAILED;
      inner.value = item;
      const keeps = keep === null || keep(input, inner);
      if (keeps instanceof Missing) return keeps;
      if (keeps !== true) continue;
      const value = to === null ? item : to(input, inner);
      if (value instanceof Missing) return value;
      kept.push(value);
    }
    return kept;
  };
}
