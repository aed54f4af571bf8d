import { type ASTNode, Environment, EvaluationError } from '@marcbachmann/cel-js';
import {
  CLOCK_PARTS,
  clockPart,
  containsAny,
  COUNTED_BY,
  countMessages,
  DAY_MS,
  elapsed,
  happenedWithin,
  HOUR_MS,
  linearPattern,
  roundHalfUp,
} from './expression-functions.js';
import { lastStep } from './expression-syntax.js';
import { EVENT, HISTORY, MESSAGE, type Struct, TIMESTAMP } from './fields.js';
import { type EventRecord, type HistoryRecord } from './records.js';

/**
 * Stand-ins that the compiler writes over the engine's own names, of the same length so that places stay right: `has` lets a mistyped
 * field pass, `matches` runs JavaScript's backtracking expressions, where 26 characters can take seconds, and local time is told by way of
 * the machine's own zone, whose clock changes get in between.
 */
export const CHECKED_HAS = '__h';
export const LINEAR_MATCHES = '__match';

/** The stand-in for a method of `CLOCK_PARTS`. */
export function clockMethod(method: string): string {
  return `__${method.slice(2)}`;
}

const STAND_INS: ReadonlyMap<string, string> = new Map([
  [CHECKED_HAS, 'has'],
  [LINEAR_MATCHES, 'matches'],
  ...Object.keys(CLOCK_PARTS).map((method) => [clockMethod(method), method] as const),
]);

/** A function's name as it is written in expressions. */
export function writtenName(name: string): string {
  return STAND_INS.get(name) ?? name;
}

/** What the engine hands to a macro, as far as macros here use it. */
interface Checker {
  check(node: ASTNode, context: unknown): { readonly name: string };
  getType(name: string): unknown;
  createError(code: string, message: string, node: ASTNode): Error;
}
interface Evaluator {
  run(node: ASTNode, context: unknown): unknown;
}
interface Variables {
  getValue(name: string): unknown;
}
interface MacroCall {
  readonly args: readonly ASTNode[];
}

/** The engine with our functions and operators, before any vocabulary. Numbers are doubles; whole-number literals mix with them. */
const base = ((): Environment => {
  const environment = new Environment({ limits: { maxAstNodes: 1_000, maxDepth: 60, maxListElements: 500 } });
  registerStructs(environment, [EVENT, MESSAGE, HISTORY]);
  registerMixedNumbers(environment);
  registerTime(environment);
  registerClocks(environment);
  registerHistory(environment);
  registerText(environment);
  return environment;
})();

/** An engine that knows these object types and variables. */
export function engineFor(
  structs: readonly Struct[],
  variables: Readonly<Record<string, string>>,
): Environment {
  const environment = base.clone();
  registerStructs(
    environment,
    structs.filter((struct) => ![EVENT, MESSAGE, HISTORY].includes(struct)),
  );
  for (const [name, type] of Object.entries(variables)) environment.registerVariable(name, type);
  registerHas(environment, structs);
  return environment;
}

function registerStructs(environment: Environment, structs: readonly Struct[]): void {
  for (const struct of structs) {
    const fields = Object.fromEntries([...struct.fields].map(([name, field]) => [name, field.type]));
    environment.registerType(struct.name, { ctor: struct.record, fields });
  }
}

function registerMixedNumbers(environment: Environment): void {
  const both: Readonly<Record<string, (a: number, b: number) => number>> = {
    '+': (a, b) => a + b,
    '-': (a, b) => a - b,
    '*': (a, b) => a * b,
    '/': (a, b) => a / b,
    '%': (a, b) => a % b,
  };
  for (const [operator, apply] of Object.entries(both)) {
    environment.registerOperator(`double ${operator} int`, (a: number, b: bigint) => apply(a, Number(b)));
    environment.registerOperator(`int ${operator} double: double`, (a: bigint, b: number) =>
      apply(Number(a), b),
    );
  }
  environment.registerOperator('double % double', (a: number, b: number) => a % b);
  environment.registerOperator('double == int', (a: number, b: bigint) => a === Number(b));
  environment.registerOperator('double in list<int>', (a: number, list: readonly bigint[]) =>
    list.some((item) => Number(item) === a),
  );
  for (const type of ['double', 'int']) {
    environment.registerFunction(`round(${type}): double`, (x: number | bigint) => roundHalfUp(Number(x)), {
      async: false,
    });
    environment.registerFunction(
      `minorUnits(${type}): double`,
      (x: number | bigint) => roundHalfUp(Number(x) * 100),
      { async: false },
    );
  }
}

/** `daysSince(t)` and `hoursSince(t)` read `now`, so they are macros: plain functions do not see the variables. */
function registerTime(environment: Environment): void {
  for (const [name, unit] of [
    ['daysSince', DAY_MS],
    ['hoursSince', HOUR_MS],
  ] as const) {
    environment.registerFunction({
      signature: `${name}(ast): double`,
      async: false,
      handler: ({ args }: MacroCall) => ({
        async: false,
        typeCheck(checker: Checker, _macro: unknown, context: unknown): unknown {
          const [time] = args;
          if (time === undefined) return checker.getType('double');
          const type = checker.check(time, context).name;
          if (type !== TIMESTAMP)
            throw checker.createError('wrong_argument', `${name}() takes a timestamp, not ${type}`, time);
          return checker.getType('double');
        },
        evaluate(evaluator: Evaluator, _macro: unknown, context: Variables): number {
          const [time] = args;
          const at = time === undefined ? undefined : evaluator.run(time, context);
          const now = context.getValue('now');
          if (!(at instanceof Date) || !(now instanceof Date))
            throw new EvaluationError({ code: 'no_such_key', message: 'no time' });
          return elapsed(at, now, unit);
        },
      }),
    });
  }
  for (const type of ['double', 'int']) {
    for (const [name, unit] of [
      ['within', DAY_MS],
      ['withinHours', HOUR_MS],
    ] as const) {
      environment.registerFunction(
        `EventHistory.${name}(${type}): bool`,
        (event: EventRecord, amount: number | bigint) => happenedWithin(event, Number(amount) * unit),
        { async: false },
      );
    }
  }
}

/** What a clock shows, in a zone that is named; the engine's own functions do where none is, but for the day of the year. */
function registerClocks(environment: Environment): void {
  const tell = (method: string, at: Date, zone: string): bigint => {
    const part = clockPart(method, at, zone);
    if (part === null) throw new EvaluationError({ code: 'no_clock', message: `no clock of "${zone}" tells this time` }); // prettier-ignore
    return BigInt(part);
  };
  for (const method of Object.keys(CLOCK_PARTS))
    environment.registerFunction(
      `${TIMESTAMP}.${clockMethod(method)}(string): int`,
      (at: Date, zone: string) => tell(method, at, zone),
      { async: false },
    );
  environment.registerFunction(
    `${TIMESTAMP}.${clockMethod('getDayOfYear')}(): int`,
    (at: Date) => tell('getDayOfYear', at, 'UTC'),
    { async: false },
  );
}

/** Counts of messages sent in the last days; one that is still open counts, because it holds its place. */
function registerHistory(environment: Environment): void {
  for (const type of ['double', 'int']) {
    environment.registerFunction(
      `History.count(${type}): double`,
      (history: HistoryRecord, days: number | bigint) => countMessages(history, Number(days)),
      { async: false },
    );
    for (const [name, by] of Object.entries(COUNTED_BY)) {
      environment.registerFunction(
        `History.${name}(string, ${type}): double`,
        (history: HistoryRecord, what: string, days: number | bigint) =>
          countMessages(history, Number(days), by, what),
        { async: false },
      );
    }
  }
}

function registerText(environment: Environment): void {
  const sync = { async: false };
  environment.registerFunction('lower(string): string', (text: string) => text.toLowerCase(), sync);
  environment.registerFunction('string.containsAny(list<string>): bool', containsAny, sync);
  environment.registerFunction(
    `string.${LINEAR_MATCHES}(string): bool`,
    (text: string, pattern: string) => linearPattern(pattern).test(text),
    sync,
  );
}

/** Absent on the way to a field, or past a list's end. */
const ABSENT: ReadonlySet<string> = new Set(['no_such_key', 'index_out_of_bounds']);

export function isAbsence(error: unknown): error is EvaluationError {
  return error instanceof EvaluationError && ABSENT.has(error.code);
}

/** `has(path)`: whether there is something, with the path type-checked like any other; absence anywhere on the way is `false`. */
function registerHas(environment: Environment, structs: readonly Struct[]): void {
  const byName = new Map(structs.map((struct) => [struct.name, struct]));
  environment.registerFunction({
    signature: `${CHECKED_HAS}(ast): bool`,
    async: false,
    handler: ({ args }: MacroCall) => ({
      async: false,
      typeCheck(checker: Checker, _macro: unknown, context: unknown): unknown {
        const [path] = args;
        if (path === undefined) return checker.getType('bool');
        const access = lastStep(path);
        if (access === null)
          throw checker.createError(
            'wrong_argument',
            'has() takes a field, such as has(profile.country)',
            path,
          );
        checker.check(path, context);
        const struct = byName.get(checker.check(access.of, context).name);
        const absent = struct?.fields.get(access.name)?.absent;
        if (absent !== undefined && absent !== 'unknown') {
          const why =
            absent === 'never' ? 'it is always there' : `its absence means ${JSON.stringify(absent.default)}`;
          throw checker.createError('always_true', `has() is always true here: ${why}`, path);
        }
        return checker.getType('bool');
      },
      evaluate(evaluator: Evaluator, _macro: unknown, context: unknown): boolean {
        const [path] = args;
        try {
          return path !== undefined && evaluator.run(path, context) !== undefined;
        } catch (error) {
          if (isAbsence(error)) return false;
          throw error;
        }
      },
    }),
  });
}
