import { type Json } from '../shared/canonical-json.js';
import { completeExpression } from './complete-expression.js';
import { type Completions } from './completions.js';
import { recordKindOf, type RecordKind } from './playbook-paths.js';
import { type Suggestion, type Suggestions } from './suggestions.js';
import { type Step, yamlPosition } from './yaml-position.js';

type Schema = Readonly<Record<string, Json>>;

/** What could be written at a place of a playbook's file; null when nothing is known of it. */
export function complete(known: Completions, path: string, text: string, at: number): Suggestions | null {
  const kind = recordKindOf(path);
  if (kind === null) return null;
  const position = yamlPosition(text, at);
  const root = known.records[kind] as Schema;
  const schemas = position.path.reduce<readonly Schema[]>(
    (all, step) => all.flatMap((schema) => stepped(schema, step)),
    startOf(root, kind, position.path[0]),
  );
  const here = schemas.flatMap(alternatives);
  if (here.some(({ holds }) => holds === 'expression'))
    return completeExpression(known, kind, position.written, position.from);
  const found =
    position.part === 'key'
      ? keys(known, here, position.siblings)
      : [
          ...values(known, here),
          ...(position.written.includes(':') ? [] : keys(known, here, position.siblings)),
        ];
  const word = /[^\s,[\]{}]*$/.exec(position.written)?.[0] ?? '';
  const quoted = /^["']/.test(word) ? 1 : 0;
  return { from: at - word.length + quoted, options: found };
}

/** Files of lists hold one record or several; a first step into a list stays at the record. */
function startOf(root: Schema, kind: RecordKind, first: Step | undefined): readonly Schema[] {
  const isSingle = kind === 'brand' || kind === 'engine' || kind === 'vocabulary';
  if (isSingle) return [root];
  return first === null ? [{ items: root }] : [root];
}

/** A schema without its references and choices. */
function alternatives(schema: Schema): readonly Schema[] {
  const choices = ['oneOf', 'anyOf', 'allOf'].flatMap((name) => {
    const list = schema[name];
    return Array.isArray(list) ? (list as Schema[]) : [];
  });
  return choices.length === 0 ? [schema] : choices.flatMap(alternatives);
}

function stepped(schema: Schema, step: Step): readonly Schema[] {
  return alternatives(schema).flatMap((each) => {
    if (step === null) return isSchema(each['items']) ? [each['items']] : [];
    const member = isSchema(each['properties']) ? each['properties'][step] : undefined;
    if (isSchema(member)) return [member];
    return isSchema(each['additionalProperties']) ? [each['additionalProperties']] : [];
  });
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Members that a mapping may have and has not, of the choices that agree with what it has. */
function keys(
  known: Completions,
  schemas: readonly Schema[],
  siblings: ReadonlyMap<string, string>,
): Suggestion[] {
  const fitting = schemas.filter((schema) => fits(schema, siblings));
  const found = new Map<string, Suggestion>();
  for (const schema of fitting) {
    const required = Array.isArray(schema['required']) ? schema['required'] : [];
    for (const [name, member] of Object.entries(isSchema(schema['properties']) ? schema['properties'] : {})) {
      if (siblings.has(name) || found.has(name) || !isSchema(member)) continue;
      found.set(name, {
        label: name,
        apply: `${name}: `,
        kind: 'key',
        detail: required.includes(name) ? 'required' : shape(member),
        ...info(member),
      });
    }
    const names = isSchema(schema['propertyNames']) ? namesAt(known, schema['propertyNames']) : [];
    for (const name of names)
      if (!siblings.has(name.label)) found.set(name.label, { ...name, apply: `${name.label}: ` });
  }
  return [...found.values()];
}

/** Whether the fixed words of a choice agree with what is written already. */
function fits(schema: Schema, siblings: ReadonlyMap<string, string>): boolean {
  const members = isSchema(schema['properties']) ? schema['properties'] : {};
  return Object.entries(members).every(([name, member]) => {
    const written = siblings.get(name);
    const only = isSchema(member) ? member['const'] : undefined;
    return written === undefined || only === undefined || written.trim() === only;
  });
}

function values(known: Completions, schemas: readonly Schema[]): Suggestion[] {
  const found = new Map<string, Suggestion>();
  for (const schema of schemas) {
    for (const label of wordsOf(schema)) found.set(label, { label, kind: 'value', ...info(schema) });
    for (const name of namesAt(known, schema)) found.set(name.label, name);
  }
  return [...found.values()];
}

/** The fixed words that a value is one of. */
function wordsOf(schema: Schema): string[] {
  if (schema['type'] === 'boolean') return ['true', 'false'];
  const words = Array.isArray(schema['enum']) ? schema['enum'] : [schema['const']];
  return words.filter((word) => typeof word === 'string' || typeof word === 'number').map(String);
}

function namesAt(known: Completions, schema: Schema): Suggestion[] {
  const { holds } = schema;
  if (typeof holds !== 'string' || !Object.hasOwn(known.names, holds)) return [];
  return known.names[holds as keyof Completions['names']].map(({ name, detail }) => ({
    label: name,
    kind: 'name',
    detail,
  }));
}

function info(schema: Schema): Pick<Suggestion, 'info'> {
  const { description } = schema;
  return typeof description === 'string' ? { info: description } : {};
}

/** What a member is, in a word or two. */
function shape(schema: Schema): string {
  const { type, default: left } = schema;
  if (schema['holds'] === 'expression') return 'expression';
  if (left !== undefined && (typeof left !== 'object' || left === null)) return `left out: ${String(left)}`;
  return type === 'array' ? 'list' : typeof type === 'string' && type !== 'string' ? type : '';
}
