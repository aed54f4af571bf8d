import { type ASTNode, type ParseError, type TypeError as CheckError } from '@marcbachmann/cel-js';
import { writtenName } from './expression-engine.js';
import { FUNCTION_NAMES } from './expression-language.js';
import { type ExpressionScope, type Mistake, VARIABLE_TYPES } from './expression-scope.js';
import { lastStep, methodOffset } from './expression-syntax.js';
import { type Struct, TIMESTAMP } from './fields.js';
import { suggestion } from './nearest.js';

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

/** Puts what the engine finds wrong with one expression into the playbook's own words, with what was probably meant. */
export class Explainer {
  constructor(
    private readonly source: string,
    private readonly scope: ExpressionScope,
    private readonly structs: readonly Struct[],
  ) {}

  /** The engine's finding as a mistake at its place. */
  explain(error: ParseError | CheckError): Mistake {
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
    if (Object.hasOwn(VARIABLE_TYPES, name)) return `"${name}" cannot be read in ${this.scope.place}`;
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
    const shown = writtenName(name);
    const at = node.op === 'rcall' ? (methodOffset(this.source, node, shown) ?? offset) : offset;
    const taken = /\(([^)]*)\)'$/.exec(summary)?.[1] ?? '';
    if (FUNCTION_NAMES.includes(shown)) {
      const on = /overload for '([^.(]*)\./.exec(summary.replaceAll(TIMESTAMP, 'timestamp'))?.[1];
      const target = on === undefined ? '' : ` on ${inWords(on)}`;
      return { offset: at, message: `${shown}(${inWords(taken)}) does not work${target}` };
    }
    return { offset: at, message: `there is no function ${shown}()${suggestion(shown, FUNCTION_NAMES)}` };
  }
}

/** The engine's type names as the playbook's language has them. */
export function inWords(text: string): string {
  return text
    .replaceAll(TIMESTAMP, 'timestamp')
    .replaceAll('google.protobuf.Duration', 'duration')
    .replaceAll(/\bdouble\b/g, 'number')
    .replaceAll(/\bint\b/g, 'whole number')
    .replaceAll(/\bbool\b/g, 'boolean')
    .replaceAll(/\b__\w+/g, writtenName);
}

function overloadInWords(summary: string): string {
  const binary = /^no such overload: (.+) (==|!=|<=|>=|<|>|\+|-|\*|\/|%|in) (.+)$/.exec(summary);
  if (binary === null) return inWords(summary);
  return `"${binary[2] ?? ''}" does not work between ${inWords(binary[1] ?? '')} and ${inWords(binary[3] ?? '')}`;
}
