import {
  type ASTNode,
  type Environment,
  EvaluationError,
  ParseError,
  serialize,
  type TypeError as CheckError,
} from '@marcbachmann/cel-js';
import { type CompiledExpression, type Evaluation, type ExpressionInput } from './bundle.js';
import {
  CHECKED_HAS,
  engineFor,
  FUNCTIONS,
  isAbsence,
  lastStep,
  LINEAR_MATCHES,
  linearPattern,
} from './expression-engine.js';
import { type Struct, structsOf, TIMESTAMP } from './fields.js';
import { suggestion } from './nearest.js';
import { type VocabularySpec } from './playbook.js';
import { FactDataRecord } from './records.js';
import { trialInputs } from './trial.js';

/** Variables that only some places have; `now` and `profile` are everywhere. */
type Variable = 'signal' | 'context' | 'history' | 'openTasks' | 'facts';

const TYPES: Readonly<Record<Variable | 'now' | 'profile', string>> = {
  now: TIMESTAMP,
  profile: 'Profile',
  signal: 'Signal',
  context: 'Context',
  history: 'History',
  openTasks: 'double',
  facts: 'Facts',
};

/** Where an expression stands: what it may read there. */
export interface ExpressionScope {
  /** For messages: `a trigger`. */
  readonly place: string;
  readonly variables: readonly Variable[];
  /** Events whose properties `signal` may carry; null for any. */
  readonly events: readonly string[] | null;
  readonly slots: readonly string[];
  /** Whether sensitive fields may be read. Only where the effect can restrict and nothing else. */
  readonly sensitive: boolean;
}

/** Names of the playbook that expressions mention as text. */
export interface KnownNames {
  readonly actions: ReadonlySet<string>;
  readonly channels: ReadonlySet<string>;
  readonly tags: ReadonlySet<string>;
  readonly topics: ReadonlySet<string>;
}

/** What an expression has to give. */
export type Expected = 'boolean' | 'number' | 'money' | 'string' | 'time' | 'list';

const RESULTS: Readonly<Record<Expected, readonly string[]>> = {
  boolean: ['bool'],
  number: ['double', 'int'],
  /** Minor units; or a fact's data, which knows its currency. */
  money: ['double', 'int', 'FactData'],
  string: ['string'],
  time: [TIMESTAMP, 'string'],
  list: ['list<string>'],
};

/** A mistake at an offset into the expression's text. */
interface Mistake {
  readonly offset: number;
  readonly message: string;
}

export type ExpressionResult<T> =
  | { readonly ok: true; readonly expression: CompiledExpression<T> }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] };

const LONGEST = 4_000;
const DEEPEST_MACROS = 2;
const STAGES = new Set(['anonymous', 'lead', 'new_customer', 'active', 'at_risk', 'lapsed']);
const SIGNAL_TYPES = new Set(['track', 'identify', 'page', 'screen', 'group', 'alias']);
const CONSENT_STATES = new Set(['granted', 'denied']);
const MACROS = new Set(['exists', 'all', 'exists_one', 'filter', 'map']);
/** They would step around the types. */
const FORBIDDEN: ReadonlySet<string> = new Set(['dyn', 'type', 'bytes', 'bind', 'uint']);

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
    const checked = new Check(source, scope, engine, structs, this.names).run(expected);
    if ('mistakes' in checked) return { ok: false, mistakes: checked.mistakes };
    return { ok: true, expression: new Program<T>(source, checked.program) };
  }

  private engineFor(scope: ExpressionScope): { engine: Environment; structs: readonly Struct[] } {
    const key = JSON.stringify([scope.variables, scope.events, scope.slots]);
    const known = this.engines.get(key);
    if (known !== undefined) return known;
    const structs = structsOf(this.vocabulary, [...this.names.channels], scope);
    const variables = Object.fromEntries(
      (['now', 'profile', ...scope.variables] as const).map((name) => [name, TYPES[name]]),
    );
    const made = { engine: engineFor(structs, variables), structs };
    this.engines.set(key, made);
    return made;
  }
}

type RunnableProgram = (input: ExpressionInput) => unknown;

/** A checked expression. Reading something absent makes the whole unknown, unless `&&`, `||` or `? :` settle it without. */
class Program<T> implements CompiledExpression<T> {
  constructor(
    readonly source: string,
    private readonly program: RunnableProgram,
  ) {}

  evaluate(input: ExpressionInput): Evaluation<T> {
    let value: unknown;
    try {
      value = plainValue(this.program(input));
    } catch (error) {
      return { known: false, reads: this.whatWasMissing(error) };
    }
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

/** The engine's value as plain data: whole numbers as numbers, times as ISO text; `undefined` for NaN and infinities. */
function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof FactDataRecord)
    return { amount: value.get('price') ?? value.get('amount'), currency: value.get('currency') };
  return value;
}

/** The check of one expression. */
class Check {
  private readonly mistakes: Mistake[] = [];
  private rewritten: string;

  constructor(
    private readonly source: string,
    private readonly scope: ExpressionScope,
    private readonly engine: Environment,
    private readonly structs: readonly Struct[],
    private readonly names: KnownNames,
  ) {
    this.rewritten = source;
  }

  run(expected: Expected): { program: RunnableProgram } | { mistakes: readonly Mistake[] } {
    const tree = this.parse(this.source);
    if (tree === null) return { mistakes: this.mistakes };
    this.walk(tree, { macros: 0, messages: new Set() }, null);
    const program = this.engine.parse(this.rewritten);
    const result = program.check();
    if (result.error !== undefined) {
      const found = this.typeMistakes(program.ast);
      this.mistakes.push(...(found.length > 0 ? found : [this.explain(result.error)]));
    } else if (!RESULTS[expected].includes(result.type ?? '')) {
      this.report(0, `should give ${SAID[expected]}, not ${inWords(result.type ?? 'nothing')}`);
    }
    if (this.mistakes.length > 0) return { mistakes: inOrder(this.mistakes) };
    const run: RunnableProgram = (input) => program(input) as unknown;
    this.tryOut(run);
    return this.mistakes.length > 0 ? { mistakes: this.mistakes } : { program: run };
  }

  private report(offset: number, message: string): void {
    this.mistakes.push({ offset, message });
  }

  private parse(source: string): ASTNode | null {
    try {
      return this.engine.parse(source).ast;
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      this.report(error.range?.start ?? 0, error.summary);
      return null;
    }
  }

  /** What the engine's own check does not see. */
  private walk(node: ASTNode, inside: Inside, parent: ASTNode | null): void {
    switch (node.op) {
      case 'id':
        if (node.args.startsWith('__')) this.report(node.start, `"${node.args}" is not a name`);
        break;
      case 'call':
        this.checkCall(node.args[0], node.args[1], node.start);
        if (node.args[0] === 'has') this.overwrite(node.start, CHECKED_HAS);
        break;
      case 'rcall':
        this.checkMethod(node, inside.macros);
        break;
      case '==':
      case '!=':
      case 'in':
        this.checkComparison(node.args[0], node.args[1], inside);
        break;
      default:
        break;
    }
    if (this.isConstant(node)) {
      this.checkConstant(node);
      return;
    }
    this.checkAccess(node, parent);
    const deeper = node.op === 'rcall' && MACROS.has(node.args[0]) ? within(inside, node) : inside;
    for (const child of childrenOf(node)) this.walk(child, deeper, node);
  }

  private checkCall(name: string, args: readonly ASTNode[], offset: number): void {
    if (FORBIDDEN.has(name)) this.report(offset, `${name}() is not available`);
    else if (name === 'has' && args.length !== 1) this.report(offset, 'has() takes one field');
  }

  private checkMethod(node: Extract<ASTNode, { op: 'rcall' }>, macros: number): void {
    const [name, receiver, args] = node.args;
    const offset = this.methodOffset(name, receiver, node);
    if (FORBIDDEN.has(name)) this.report(offset, `${name}() is not available`);
    if (MACROS.has(name) && macros >= DEEPEST_MACROS)
      this.report(
        offset,
        `${name}() inside ${DEEPEST_MACROS} others could take very long; two are the limit`,
      );
    if (name === 'matches') this.checkPattern(args, offset);
    const known = { countAction: this.names.actions, countChannel: this.names.channels, countTag: this.names.tags, countTopic: this.names.topics }[name]; // prettier-ignore
    if (known !== undefined && pathOf(receiver) === 'history') this.checkName(args[0], known);
  }

  private checkPattern(args: readonly ASTNode[], offset: number): void {
    const [pattern] = args;
    if (pattern?.op !== 'value' || typeof pattern.args !== 'string') {
      this.report(offset, 'matches() takes its pattern as a literal text');
      return;
    }
    try {
      linearPattern(pattern.args);
      this.overwrite(offset, LINEAR_MATCHES);
    } catch (error) {
      this.report(pattern.start, error instanceof Error ? error.message : String(error));
    }
  }

  /** Fields that hold one of a few words are compared with those words only. */
  private checkComparison(left: ASTNode, right: ASTNode, inside: Inside): void {
    for (const [field, words] of [
      [left, right],
      [right, left],
    ] as const) {
      const known = this.wordsOf(field, inside);
      if (known === null) continue;
      for (const word of words.op === 'list' ? words.args : [words]) this.checkName(word, known);
    }
  }

  private wordsOf(node: ASTNode, inside: Inside): ReadonlySet<string> | null {
    const path = pathOf(node) ?? '';
    if (path === 'profile.stage') return STAGES;
    if (path === 'signal.type') return SIGNAL_TYPES;
    if (path.startsWith('profile.consents.')) return CONSENT_STATES;
    const step = lastStep(node);
    if (step?.of.op !== 'id' || !inside.messages.has(step.of.args)) return null;
    switch (step.name) {
      case 'action':
        return this.names.actions;
      case 'channel':
        return this.names.channels;
      case 'topic':
        return this.names.topics;
      default:
        return null;
    }
  }

  private checkName(node: ASTNode | undefined, known: ReadonlySet<string>): void {
    if (node?.op !== 'value' || typeof node.args !== 'string' || known.has(node.args)) return;
    this.report(node.start, `there is no "${node.args}"${suggestion(node.args, known)}`);
  }

  private checkAccess(node: ASTNode, parent: ASTNode | null): void {
    const path = pathOf(node);
    if (path === null) {
      if (node.op === '[]' && ['profile.events', 'profile.consents'].includes(pathOf(node.args[0]) ?? ''))
        this.report(node.args[1].start, 'write the name as a literal text, so that it can be checked');
      return;
    }
    const whole = WHOLES.get(path);
    if (whole !== undefined && (parent === null || lastStep(parent)?.of !== node)) {
      const takesMethod = parent?.op === 'rcall' && parent.args[1] === node;
      const dynamicIndex = parent?.op === '[]' && parent.args[0] === node;
      if (!takesMethod && !dynamicIndex)
        this.report(node.start, `"${path}" is not a value: name one of its fields`);
    }
    if (this.scope.sensitive) return;
    const step = lastStep(node);
    const struct =
      step === null ? undefined : this.structs.find((s) => s.name === WHOLES.get(pathOf(step.of) ?? ''));
    if (step !== null && struct?.fields.get(step.name)?.sensitive === true)
      this.report(node.start, `"${path}" is sensitive: only guardrails may read it, not ${this.scope.place}`);
  }

  private isConstant(node: ASTNode): boolean {
    if (node.op === 'value' || node.op === 'id') return false;
    if (node.op === 'list' || node.op === 'map') return false;
    const children = childrenOf(node);
    return children.length > 0 && children.every((child) => child.op === 'value');
  }

  /** A wrong literal, such as `duration("30d")`, fails only when it is evaluated: so it is, once, here. */
  private checkConstant(node: ASTNode): void {
    if (node.op === 'rcall' && node.args[0] === 'matches') return;
    try {
      const text = serialize(node);
      if (this.engine.check(text).valid) this.engine.evaluate(text);
    } catch (error) {
      this.report(node.start, error instanceof EvaluationError ? error.summary : String(error));
    }
  }

  private overwrite(offset: number, name: string): void {
    this.rewritten = this.rewritten.slice(0, offset) + name + this.rewritten.slice(offset + name.length);
  }

  /** Where a method's name stands: the engine gives only the whole call. */
  private methodOffset(name: string, receiver: ASTNode, call: ASTNode): number {
    const from = receiver.range.end;
    const gap = /^[\s)]*\.\s*/.exec(this.source.slice(from));
    const offset = from + (gap?.[0].length ?? 0);
    return this.source.startsWith(name, offset) ? offset : call.start;
  }

  /** The engine stops at the first mistake; the parts of `&&`, `||`, `!` and `? :` are checked one by one to find them all. */
  private typeMistakes(node: ASTNode): Mistake[] {
    if (node.op === '&&' || node.op === '||' || node.op === '?:' || node.op === '!_')
      return childrenOf(node).flatMap((child) => this.typeMistakes(child));
    const { start, end } = wholeParentheses(this.rewritten, node);
    const alone = ' '.repeat(start) + this.rewritten.slice(start, end);
    try {
      const { error } = this.engine.check(alone);
      return error === undefined || error instanceof ParseError ? [] : [this.explain(error)];
    } catch {
      return []; // The whole expression's own mistake is reported instead.
    }
  }

  private explain(error: ParseError | CheckError): Mistake {
    const node = error.node !== undefined && 'op' in error.node ? (error.node as ASTNode) : null;
    const offset = error.range?.start ?? 0;
    switch (error.code) {
      case 'unknown_variable':
        return { offset, message: this.unknownVariable(node?.op === 'id' ? node.args : '') };
      case 'no_such_key': {
        const step = node === null ? null : lastStep(node);
        return step === null ? { offset, message: error.summary } : this.unknownField(node, step);
      }
      case 'no_matching_overload':
        return this.unknownFunction(node, offset, error.summary);
      case 'no_such_overload':
        return { offset, message: overloadInWords(error.summary) };
      default:
        return { offset, message: inWords(error.summary) };
    }
  }

  private unknownVariable(name: string): string {
    if (Object.hasOwn(TYPES, name)) return `"${name}" cannot be read in ${this.scope.place}`;
    const here = ['now', 'profile', ...this.scope.variables];
    return `"${name}" is not known${suggestion(name, here)}`;
  }

  private unknownField(node: ASTNode | null, step: { of: ASTNode; name: string }): Mistake {
    const at = node?.op === '[]' ? node.args[1].start : (node?.pos ?? 0);
    // The checker leaves the type it found on the node; without it every field is a candidate.
    const { checkedType } = step.of as { checkedType?: { name: string } };
    const struct = this.structs.find((candidate) => candidate.name === checkedType?.name);
    const known = struct?.fields.keys() ?? this.structs.flatMap((candidate) => [...candidate.fields.keys()]);
    const owner = this.source.slice(step.of.range.start, step.of.range.end);
    const undeclared = DECLARED.get(struct?.name ?? '');
    const what = undeclared === undefined ? `"${owner}" has no field "${step.name}"` : `${undeclared} "${step.name}" is not declared`; // prettier-ignore
    return { offset: at, message: what + suggestion(step.name, known) };
  }

  private unknownFunction(node: ASTNode | null, offset: number, summary: string): Mistake {
    if (node?.op !== 'call' && node?.op !== 'rcall') return { offset, message: inWords(summary) };
    const [name] = node.args;
    const shown = name === LINEAR_MATCHES ? 'matches' : name;
    const at = node.op === 'rcall' ? this.methodOffset(shown, node.args[1], node) : offset;
    const taken = /\(([^)]*)\)'$/.exec(summary)?.[1] ?? '';
    if (FUNCTIONS.includes(shown)) {
      const on = /overload for '([^.(]*)\./.exec(summary.replaceAll(TIMESTAMP, 'timestamp'))?.[1];
      const target = on === undefined ? '' : ` on ${inWords(on)}`;
      return { offset: at, message: `${shown}(${inWords(taken)}) does not work${target}` };
    }
    return { offset: at, message: `there is no function ${shown}()${suggestion(shown, FUNCTIONS)}` };
  }

  /** Runs it once with everything present and once with everything absent, so that no mismatch with the engine waits for a customer. */
  private tryOut(program: RunnableProgram): void {
    for (const input of trialInputs(this.structs)) {
      try {
        program(input);
      } catch (error) {
        if (error instanceof EvaluationError && !MISMATCHES.has(error.code)) continue;
        this.report(
          0,
          `cannot be evaluated: ${error instanceof EvaluationError ? error.summary : String(error)}`,
        );
        return;
      }
    }
  }
}

/** What surrounds a part of an expression. */
interface Inside {
  /** How many macros. */
  readonly macros: number;
  /** Variables that stand for messages of the history. */
  readonly messages: ReadonlySet<string>;
}

function within(inside: Inside, macro: Extract<ASTNode, { op: 'rcall' }>): Inside {
  const [, list, [variable]] = macro.args;
  const isMessage = pathOf(list) === 'history.messages' && variable?.op === 'id';
  return {
    macros: inside.macros + 1,
    messages: isMessage ? new Set([...inside.messages, variable.args]) : inside.messages,
  };
}

const MISMATCHES: ReadonlySet<string> = new Set([
  'no_such_overload',
  'no_matching_overload',
  'unsupported_type',
  'variable_type_mismatch',
  'field_type_mismatch',
  'list_item_type_mismatch',
  'invalid_condition_type',
  'invalid_logical_operand',
]);

/** Paths that hold fields and are no value themselves, with the struct behind them. */
const WHOLES: ReadonlyMap<string, string> = new Map([
  ['profile', 'Profile'],
  ['profile.traits', 'Traits'],
  ['profile.events', 'Events'],
  ['profile.consents', 'Consents'],
  ['signal', 'Signal'],
  ['signal.properties', 'Properties'],
  ['context', 'Context'],
  ['facts', 'Facts'],
]);

/** How a missing field of these is called. */
const DECLARED: ReadonlyMap<string, string> = new Map([
  ['Traits', 'trait'],
  ['Events', 'event'],
  ['Properties', 'property'],
  ['Context', 'context member'],
  ['Facts', 'fact slot'],
  ['FactData', "member of a fact's data"],
  ['Consents', 'channel'],
]);

const SAID: Readonly<Record<Expected, string>> = {
  boolean: 'true or false',
  number: 'a number',
  money: "minor units or a fact's data",
  string: 'a text',
  time: 'a timestamp',
  list: 'a list of texts',
};

/** The engine's type names as the playbook's language has them. */
function inWords(text: string): string {
  return text
    .replaceAll(TIMESTAMP, 'timestamp')
    .replaceAll('google.protobuf.Duration', 'duration')
    .replaceAll(/\bdouble\b/g, 'number')
    .replaceAll(/\bint\b/g, 'whole number')
    .replaceAll(/\bbool\b/g, 'boolean')
    .replaceAll(CHECKED_HAS, 'has');
}

function overloadInWords(summary: string): string {
  const binary = /^no such overload: (.+) (==|!=|<=|>=|<|>|\+|-|\*|\/|%|in) (.+)$/.exec(summary);
  if (binary === null) return inWords(summary);
  return `"${binary[2] ?? ''}" does not work between ${inWords(binary[1] ?? '')} and ${inWords(binary[3] ?? '')}`;
}

/** `profile.traits.x`, `profile.events["X"].lastAt` as `profile.events.X.lastAt`; null for anything that is no chain of names. */
function pathOf(node: ASTNode): string | null {
  if (node.op === 'id') return node.args;
  const step = lastStep(node);
  if (step === null) return null;
  const owner = pathOf(step.of);
  return owner === null ? null : `${owner}.${step.name}`;
}

function childrenOf(node: ASTNode): ASTNode[] {
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

const PARENTHESES_AND_TEXTS = /"""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\/\/.*|[()]/g;

/** A node's text with the parentheses that the engine leaves out of its range: `(a + b) * c` starts at `a` for it. */
function wholeParentheses(source: string, node: ASTNode): { start: number; end: number } {
  let { start, end } = node.range;
  let open = 0;
  let unopened = 0;
  for (const [token] of source.slice(start, end).matchAll(PARENTHESES_AND_TEXTS)) {
    if (token === '(') open++;
    else if (token === ')' && open > 0) open--;
    else if (token === ')') unopened++;
  }
  for (; unopened > 0; unopened--) start = source.lastIndexOf('(', start - 1);
  for (; open > 0; open--) end = source.indexOf(')', end) + 1;
  return { start: Math.max(0, start), end };
}

function inOrder(mistakes: readonly Mistake[]): Mistake[] {
  const seen = new Set<string>();
  return [...mistakes]
    .sort((a, b) => a.offset - b.offset)
    .filter(({ offset, message }) => {
      const key = `${offset}:${message}`;
      return !seen.has(key) && seen.add(key);
    });
}
