import { type ASTNode, type Environment, EvaluationError, serialize } from '@marcbachmann/cel-js';
import { type CompiledExpression, type Evaluation, type ExpressionInput } from './bundle.js';
import { ExpressionCheck, type RunnableProgram } from './expression-check.js';
import { compileClosure, walkIn } from './expression-closures.js';
import { engineFor, isAbsence } from './expression-engine.js';
import { FAILED, Missing, type Run, runBounded } from './expression-runs.js';
import {
  type Expected,
  type ExpressionScope,
  type KnownNames,
  type Mistake,
  VARIABLE_TYPES,
} from './expression-scope.js';
import { methodOffset } from './expression-syntax.js';
import { type Struct, structsOf } from './fields.js';
import { type VocabularySpec } from './playbook.js';
import { FactDataRecord } from './records.js';

export type ExpressionResult<T> =
  | { readonly ok: true; readonly expression: CompiledExpression<T> }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] };

const LONGEST = 4_000;
const TRUE: Evaluation<boolean> = Object.freeze({ known: true, value: true });
const FALSE: Evaluation<boolean> = Object.freeze({ known: true, value: false });

/** Compiles the expressions of one playbook. */
export class ExpressionCompiler {
  private readonly engines = new Map<string, { engine: Environment; structs: readonly Struct[] }>();

  constructor(
    private readonly vocabulary: VocabularySpec,
    private readonly names: KnownNames,
  ) {}

  /** @returns the compiled expression, or every mistake in it. */
  compile<T>(source: string, scope: ExpressionScope, expected: Expected): ExpressionResult<T> {
    if (source.length > LONGEST)
      return { ok: false, mistakes: [{ offset: 0, message: `is longer than ${LONGEST} characters` }] };
    const { engine, structs } = this.engineFor(scope);
    const checked = new ExpressionCheck(source, scope, engine, structs, this.names).run(expected);
    if ('mistakes' in checked) return { ok: false, mistakes: checked.mistakes };
    const { run, notCompiled } = compileClosure(
      checked.tree,
      source,
      structs,
      (constant) => engine.evaluate(serialize(constant)) as unknown,
    );
    // The interpreter would walk to the end, however far that is.
    const walk = notCompiled === null ? null : walkIn(checked.tree);
    if (notCompiled !== null && walk !== null)
      return { ok: false, mistakes: [unboundedWalk(source, walk, notCompiled)] };
    return { ok: true, expression: new Program<T>(source, run, checked.program) };
  }

  private engineFor(scope: ExpressionScope): { engine: Environment; structs: readonly Struct[] } {
    const key = JSON.stringify([scope.variables, scope.events, scope.slots]);
    const known = this.engines.get(key);
    if (known !== undefined) return known;
    const structs = structsOf(this.vocabulary, [...this.names.channels], scope);
    const variables = Object.fromEntries(
      (['now', 'profile', ...scope.variables] as const).map((name) => [name, VARIABLE_TYPES[name]]),
    );
    const made = { engine: engineFor(structs, variables), structs };
    this.engines.set(key, made);
    return made;
  }
}

/**
 * A checked expression. Reading something absent makes the whole unknown, unless `&&`, `||` or `? :` settle it without. Runs as closures;
 * by the engine's interpreter where one of its constructs is not compiled and it walks over no list, and to say what went wrong.
 */
export class Program<T = unknown> implements CompiledExpression<T> {
  constructor(
    readonly source: string,
    private readonly closure: Run | null,
    private readonly program: RunnableProgram,
  ) {}

  /** Whether it holds a construct that is not compiled. */
  get isInterpreted(): boolean {
    return this.closure === null;
  }

  evaluate(input: ExpressionInput): Evaluation<T> {
    const value = this.closure === null ? FAILED : runBounded(this.closure, input);
    if (value === true) return TRUE as Evaluation<T>;
    if (value === false) return FALSE as Evaluation<T>;
    if (value === FAILED) return this.interpret(input);
    if (value instanceof Missing) return value.evaluation;
    return this.known(plainValue(value));
  }

  /** What the engine's own interpreter gives: the same as `evaluate`, only slower. */
  interpret(input: ExpressionInput): Evaluation<T> {
    let value: unknown;
    // The engine reports absence by throwing, which is ordinary here: without this, writing stacks costs more than evaluating.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      value = plainValue(this.program(input));
    } catch (error) {
      return { known: false, reads: this.whatWasMissing(error) };
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
    return this.known(value);
  }

  private known(value: unknown): Evaluation<T> {
    if (value === undefined) return { known: false, reads: `${this.source} (not a finite number)` };
    // The type was checked when the expression was compiled.
    return { known: true, value: value as T };
  }

  private whatWasMissing(error: unknown): string {
    if (isAbsence(error) && error.node !== undefined)
      return this.source.slice(error.node.range.start, error.node.range.end);
    return error instanceof EvaluationError ? error.summary : String(error);
  }
}

function unboundedWalk(
  source: string,
  walk: Extract<ASTNode, { op: 'rcall' }>,
  { range }: Pick<ASTNode, 'range'>,
): Mistake {
  const [name] = walk.args;
  const beside = source.slice(range.start, range.end);
  return {
    offset: methodOffset(source, walk, name) ?? walk.range.start,
    message: `${name}() could take very long beside ${beside}: what is written so runs without a limit`,
  };
}

/** The engine's value as plain data: whole numbers as numbers, times as ISO text; `undefined` for NaN and infinities. */
function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof FactDataRecord)
    return { amount: value.get('price') ?? value.get('amount'), currency: value.get('currency') };
  return value;
}
