import { type ASTNode, type Environment, EvaluationError, ParseError, serialize } from '@marcbachmann/cel-js';
import { isZone, zoneNames } from '../shared/zones.js';
import { type ExpressionInput } from './bundle.js';
import { CHECKED_HAS, clockMethod, LINEAR_MATCHES } from './expression-engine.js';
import { Explainer, inWords } from './expression-errors.js';
import { CLOCK_PARTS, linearPattern } from './expression-functions.js';
import {
  type Expected,
  type ExpressionScope,
  type KnownNames,
  type Mistake,
  RESULTS,
  SAID,
} from './expression-scope.js';
import {
  childrenOf,
  lastStep,
  MACROS,
  methodOffset,
  pathOf,
  textPartsOf,
  wholeParentheses,
} from './expression-syntax.js';
import { CONSENT_STATES, SIGNAL_TYPES, STAGES } from './expression-language.js';
import { type Struct } from './fields.js';
import { suggestion } from './nearest.js';
import { trialInputs } from './trial.js';

const DEEPEST_MACROS = 2;
/** They would step around the types. */
const FORBIDDEN: ReadonlySet<string> = new Set(['dyn', 'type', 'bytes', 'bind', 'uint']);

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

/** Runs a checked expression on prepared values. */
export type RunnableProgram = (input: ExpressionInput) => unknown;

/** The check of one expression: everything the engine's own check sees, and what it does not. */
export class ExpressionCheck {
  private readonly mistakes: Mistake[] = [];
  private readonly explainer: Explainer;
  private rewritten: string;
  /** Something that had to be rewritten could not be: what is left must not run. */
  private misplaced = false;

  constructor(
    private readonly source: string,
    private readonly scope: ExpressionScope,
    private readonly engine: Environment,
    private readonly structs: readonly Struct[],
    private readonly names: KnownNames,
  ) {
    this.rewritten = source;
    this.explainer = new Explainer(source, scope, structs);
  }

  /** @returns the program with its checked tree, or what is wrong. */
  run(expected: Expected): { program: RunnableProgram; tree: ASTNode } | { mistakes: readonly Mistake[] } {
    const tree = this.parse(this.source);
    if (tree === null) return { mistakes: this.mistakes };
    this.walk(tree, { macros: 0, messages: new Set() }, null);
    if (this.misplaced) return { mistakes: inOrder(this.mistakes) };
    const program = this.engine.parse(this.rewritten);
    const result = program.check();
    if (result.error !== undefined) {
      const found = this.typeMistakes(program.ast);
      this.mistakes.push(...(found.length > 0 ? found : [this.explainer.explain(result.error)]));
    } else if (!RESULTS[expected].includes(result.type ?? '')) {
      this.report(0, `should give ${SAID[expected]}, not ${inWords(result.type ?? 'nothing')}`);
    }
    if (this.mistakes.length > 0) return { mistakes: inOrder(this.mistakes) };
    const run: RunnableProgram = (input) => program(input) as unknown;
    this.tryOut(run);
    return this.mistakes.length > 0 ? { mistakes: this.mistakes } : { program: run, tree: program.ast };
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
    const found = methodOffset(this.source, node, name);
    const offset = found ?? node.start;
    if (FORBIDDEN.has(name)) this.report(offset, `${name}() is not available`);
    if (MACROS.has(name) && macros >= DEEPEST_MACROS)
      this.report(
        offset,
        `${name}() inside ${DEEPEST_MACROS} others could take very long; two are the limit`,
      );
    if (name === 'matches') this.checkPattern(args, found);
    if (Object.hasOwn(CLOCK_PARTS, name) && (args.length === 1 || name === 'getDayOfYear'))
      this.checkClock(name, node, found);
    const known = { countAction: this.names.actions, countChannel: this.names.channels, countTag: this.names.tags, countTopic: this.names.topics }[name]; // prettier-ignore
    if (known !== undefined && pathOf(receiver) === 'history') this.checkName(args[0], known);
  }

  private checkPattern(args: readonly ASTNode[], offset: number | null): void {
    const [pattern] = args;
    if (offset === null || pattern?.op !== 'value' || typeof pattern.args !== 'string') {
      this.misplaced = true;
      this.report(offset ?? pattern?.start ?? 0, 'matches() takes its pattern as a literal text');
      return;
    }
    try {
      linearPattern(pattern.args);
      this.overwrite(offset, LINEAR_MATCHES);
    } catch (error) {
      this.misplaced = true;
      this.report(pattern.start, error instanceof Error ? error.message : String(error));
    }
  }

  private checkClock(name: string, node: Extract<ASTNode, { op: 'rcall' }>, offset: number | null): void {
    const [, , [zone]] = node.args;
    // Trying it out may never get there.
    for (const { start, args } of zone === undefined ? [] : textPartsOf(zone))
      if (!isZone(args)) this.report(start, `"${args}" is not a time zone${suggestion(args, zoneNames())}`);
    if (offset !== null) this.overwrite(offset, clockMethod(name));
    else {
      this.misplaced = true;
      this.report(node.start, `${name}() cannot stand behind a comment`);
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
    if (path === 'profile.stage') return new Set(STAGES);
    if (path === 'signal.type') return new Set(SIGNAL_TYPES);
    if (path.startsWith('profile.consents.')) return new Set(CONSENT_STATES);
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
    if (node.op === '[]' && node.args[1].op !== 'value')
      this.report(node.args[1].start, 'write the name or the number as a literal, so that it can be checked');
    if (path === null) return;
    const whole = WHOLES.get(path);
    if (whole !== undefined && (parent === null || lastStep(parent)?.of !== node)) {
      const takesMethod = parent?.op === 'rcall' && parent.args[1] === node;
      const takesIndex = parent?.op === '[]' && parent.args[0] === node;
      if (!takesMethod && !takesIndex)
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

  /** The engine stops at the first mistake; the parts of `&&`, `||`, `!` and `? :` are checked one by one to find them all. */
  private typeMistakes(node: ASTNode): Mistake[] {
    if (node.op === '&&' || node.op === '||' || node.op === '?:' || node.op === '!_')
      return childrenOf(node).flatMap((child) => this.typeMistakes(child));
    const { start, end } = wholeParentheses(this.rewritten, node);
    const alone = ' '.repeat(start) + this.rewritten.slice(start, end);
    try {
      const { error } = this.engine.check(alone);
      return error === undefined || error instanceof ParseError ? [] : [this.explainer.explain(error)];
    } catch {
      return []; // The whole expression's own mistake is reported instead.
    }
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

function inOrder(mistakes: readonly Mistake[]): Mistake[] {
  const seen = new Set<string>();
  return [...mistakes]
    .sort((a, b) => a.offset - b.offset)
    .filter(({ offset, message }) => {
      const key = `${offset}:${message}`;
      return !seen.has(key) && seen.add(key);
    });
}
