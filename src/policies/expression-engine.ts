import { type ASTNode, Environment, EvaluationError } from '@marcbachmann/cel-js';
import {
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
 * field pass, and `matches` runs JavaScript's backtracking expressions, where 26 characters can take seconds.
 */
export const CHECKED_HAS = '__h';
export const LINEAR_MATCHES = '__match';

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
