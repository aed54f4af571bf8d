import { contentHash } from '../shared/hash.js';
import {
  type Bundle,
  type CompiledAction,
  type CompiledExpression,
  type CompiledGuardrail,
  type CompiledTemplate,
  type CompiledTrigger,
  type CompileResult,
  type Place,
  type Plain,
  type PlaybookError,
} from './bundle.js';
import { DECIDING, type Expected, type ExpressionScope, OF_PERSON } from './expression-scope.js';
import { ExpressionCompiler } from './expressions.js';
import { eventNames, eventsLeadingTo } from './fields.js';
import { findingsOf } from './findings.js';
import {
  type Action,
  type Guardrail,
  reachOf,
  type Scope,
  type Segment,
  type Slot,
  type Template,
  type Trigger,
  type VocabularySpec,
} from './playbook.js';
import {
  bundleHash,
  type Declarations,
  type Located,
  normaliseFiles,
  readDeclarations,
} from './playbook-files.js';
import { referenceErrors } from './references.js';
import { bestNeeds, type Need, needsOf } from './requirements.js';

/**
 * Compiles a whole playbook: paths relative to the playbook's folder, and their text. Every mistake is reported with file, line and
 * column, not only the first. The same files give the same bundle, named by their hash.
 */
export function compilePlaybook(files: Readonly<Record<string, string>>): CompileResult {
  const normalised = normaliseFiles(files);
  const declarations = readDeclarations(normalised);
  const errors = [...declarations.errors, ...referenceErrors(declarations)];
  const { brand, engine, vocabulary } = declarations;
  // Without a vocabulary every expression would be wrong: one mistake is enough.
  const compiler = vocabulary === null ? null : new Compiler(declarations, vocabulary.spec);
  const parts = compiler?.compile();
  errors.push(...(compiler?.errors ?? []));
  if (errors.length > 0 || brand === null || engine === null || vocabulary === null || parts === undefined)
    return { ok: false, errors: inOrder(errors) };
  const bundle: Bundle = Object.freeze({
    hash: bundleHash(files),
    files: normalised,
    brand: brand.spec,
    engine: engine.spec,
    vocabulary: vocabulary.spec,
    channels: new Map(declarations.channels.map(({ spec }) => [spec.id, spec])),
    segments: new Map(declarations.segments.map(({ spec }) => [spec.id, spec])),
    tests: declarations.tests.map((test) => ({ spec: test.spec, place: placeOf(test, 'test') })),
    places: placesOf(declarations),
    ...parts,
  });
  return { ok: true, bundle, warnings: inOrder(findingsOf(bundle)) };
}

const KEPT = 8;
const kept = new Map<string, CompileResult>();

/** As `compilePlaybook`; of the last few that compiled, what came of it then. */
export function compileOnce(files: Readonly<Record<string, string>>): CompileResult {
  const hash = bundleHash(files);
  const known = kept.get(hash);
  if (known !== undefined) return known;
  const result = compilePlaybook(files);
  if (!result.ok) return result;
  kept.set(hash, result);
  const [oldest] = kept.keys();
  if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
  return result;
}

function placeOf(item: Pick<Located<unknown>, 'error'>, member: string): Place {
  const { file, line, column } = item.error([member], '');
  return { file, line, column };
}

function placesOf(declared: Declarations): ReadonlyMap<string, Place> {
  const kinds = ['channels', 'segments', 'actions', 'triggers', 'guardrails', 'templates'] as const;
  return new Map(
    kinds.flatMap((kind) =>
      declared[kind].map((item: Located<{ readonly id: string }>): [string, Place] => [
        `${kind}/${item.spec.id}`,
        placeOf(item, 'id'),
      ]),
    ),
  );
}

type Parts = Pick<
  Bundle,
  'actions' | 'triggers' | 'triggersByEvent' | 'triggersForAnySignal' | 'guardrails' | 'templates'
>;

const byId = <T extends { readonly spec: { readonly id: string } }>(items: readonly T[]): Map<string, T> =>
  new Map(items.map((item) => [item.spec.id, item]));

/** Where a mistake stands that the expression has. */
type Locate = (offset: number, message: string) => PlaybookError;

const SLOT_RESULTS: Readonly<Record<Slot['type'], Expected>> = {
  text: 'string',
  url: 'string',
  number: 'number',
  money: 'money',
  date: 'time',
  list: 'list',
};

/** Stands in a scope that no channel fits, where an empty list would mean all of them. No channel can be called so. */
const NO_CHANNEL = '-';

const IN_SEGMENT: ExpressionScope = {
  place: 'a segment',
  variables: OF_PERSON,
  events: null,
  slots: [],
  sensitive: true,
};

/** Compiles the expressions of everything that was declared. */
class Compiler {
  readonly errors: PlaybookError[] = [];
  private readonly expressions: ExpressionCompiler;

  constructor(
    private readonly declared: Declarations,
    vocabulary: VocabularySpec,
  ) {
    const actions = declared.actions.map(({ spec }) => spec);
    this.expressions = new ExpressionCompiler(vocabulary, {
      actions: declared.ids.actions,
      channels: declared.ids.channels,
      tags: new Set(actions.flatMap((action) => action.tags)),
      topics: new Set(actions.map((action) => action.topic)),
    });
  }

  compile(): Parts {
    for (const segment of this.declared.segments) this.segment(segment);
    const triggers = this.declared.triggers.map((trigger) => this.trigger(trigger));
    return {
      actions: byId(this.declared.actions.map((action) => this.action(action))),
      triggers: byId(triggers),
      triggersByEvent: groupByEvent(triggers),
      triggersForAnySignal: triggers.filter(({ spec }) => spec.kind === 'threshold' || spec.kind === 'inactivity'), // prettier-ignore
      guardrails: this.withRequirements(this.declared.guardrails.map((each) => this.guardrail(each))),
      templates: byId(this.declared.templates.map((template) => this.template(template))),
    };
  }

  private expression<T>(
    source: string,
    scope: ExpressionScope,
    expected: Expected,
    place: Locate,
  ): CompiledExpression<T> {
    // prettier-ignore
    const result = this.expressions.compile<T>(source, scope, expected);
    if (result.ok) return result.expression;
    for (const { offset, message } of result.mistakes) this.errors.push(place(offset, message));
    // Never evaluated: with an error there is no bundle.
    return { source, evaluate: () => ({ known: false, reads: source }) };
  }

  private trigger(trigger: Located<Trigger>): CompiledTrigger {
    const { spec } = trigger;
    const at =
      (member: string): Locate =>
      (offset, message) =>
        trigger.errorInside([member], offset, message);
    const scope: ExpressionScope = {
      place: spec.kind === 'threshold' ? 'a threshold' : 'a trigger',
      variables: 'event' in spec ? ['signal'] : [],
      events: 'event' in spec ? [spec.event] : null,
      slots: [],
      sensitive: false,
    };
    if (spec.kind === 'threshold')
      return {
        spec,
        when: this.expression<boolean>('true', scope, 'boolean', at('value')),
        value: this.expression<number>(spec.value, scope, 'number', at('value')),
      };
    return { spec, when: this.expression<boolean>(spec.when, scope, 'boolean', at('when')), value: null };
  }

  private action(action: Located<Action>): CompiledAction {
    const { spec } = action;
    const scope = this.scopeOfAction(spec, 'an action');
    const eligible = this.expression<boolean>(spec.eligible, scope, 'boolean', (offset, message) =>
      action.errorInside(['eligible'], offset, message),
    );
    // Facts are looked up by these, so they cannot read them.
    const factScope: ExpressionScope = {
      ...scope,
      place: 'the choice of a fact',
      variables: DECIDING.filter((variable) => variable !== 'facts'),
    };
    const facts = Object.entries(spec.facts).map(([slot, source]): [string, CompiledExpression<string>] => [
      slot,
      this.expression<string>(source, factScope, 'string', (offset, message) =>
        action.errorInside(['facts', slot], offset, message),
      ),
    ]);
    return { spec, eligible, facts: new Map(facts) };
  }

  private segment(segment: Located<Segment>): void {
    this.expression<boolean>(segment.spec.when, IN_SEGMENT, 'boolean', (offset, message) =>
      segment.errorInside(['when'], offset, message),
    );
  }

  private guardrail(guardrail: Located<Guardrail>): CompiledGuardrail {
    const spec = this.onChannels(guardrail.spec);
    const scope = this.scopeOfGuardrail(spec);
    const when = this.expression<boolean>(spec.when, scope, 'boolean', (offset, message) =>
      guardrail.errorInside(['when'], offset, message),
    );
    if (spec.scope.segments.length === 0) return { spec, when, requires: null };
    // Belonging to a segment is a part of the condition: what is unknown of one is unknown of the other, and then the rule applies.
    const source = `(${this.segmentsIn(spec.scope.segments)}) && (${spec.when})`;
    return {
      spec,
      when: this.expression<boolean>(source, scope, 'boolean', (_offset, message) =>
        guardrail.error(['scope', 'segments'], `with the conditions of its segments: ${message}`),
      ),
      requires: null,
    };
  }

  private scopeOfGuardrail(spec: Guardrail): ExpressionScope {
    return {
      place: 'a guardrail',
      variables: DECIDING,
      events: null,
      slots: this.slotsInScope(spec),
      sensitive: true,
    };
  }

  /** The rules with what each is filed by. What several look at is compiled once, so that it can be asked once. */
  private withRequirements(rules: readonly CompiledGuardrail[]): readonly CompiledGuardrail[] {
    // Conditions that cannot be read need nothing: with a mistake there is no bundle.
    if (this.errors.length > 0) return rules;
    const looks = new Map<string, CompiledExpression<Plain> | null>();
    const look = ({ of, type }: Need, spec: Guardrail): CompiledExpression<Plain> | null => {
      let known = looks.get(of);
      if (known === undefined) {
        const result = this.expressions.compile<Plain>(of, this.scopeOfGuardrail(spec), type);
        looks.set(of, (known = result.ok ? result.expression : null));
      }
      return known;
    };
    const needs = bestNeeds(rules.map(({ when }) => needsOf(when.source)));
    return rules.map((rule, i) => {
      const need = needs[i] ?? null;
      const of = need === null ? null : look(need, rule.spec);
      return need === null || of === null ? rule : { ...rule, requires: { of, among: need.among } };
    });
  }

  private segmentsIn(ids: readonly string[]): string {
    const conditions = this.declared.segments.filter(({ spec }) => ids.includes(spec.id));
    // One that does not exist is a mistake of its own.
    return conditions.length === 0 ? 'true' : conditions.map(({ spec }) => `(${spec.when})`).join(' || ');
  }

  /** The rule with what its scope and caps say of reach resolved to channels: deciding knows channels alone. */
  private onChannels(spec: Guardrail): Guardrail {
    const scope = { ...spec.scope, channels: this.channelsReaching(spec.scope) };
    if (spec.effect !== 'limit') return { ...spec, scope };
    return {
      ...spec,
      scope,
      caps: spec.caps.map((cap) => ({ ...cap, channels: this.channelsReaching(cap) })),
    };
  }

  private channelsReaching({ channels, reaches }: Pick<Scope, 'channels' | 'reaches'>): string[] {
    if (reaches.length === 0) return channels;
    const ids = this.declared.channels
      .filter(
        ({ spec }) =>
          reaches.includes(reachOf(spec)) && (channels.length === 0 || channels.includes(spec.id)),
      )
      .map(({ spec }) => spec.id);
    return ids.length === 0 ? [NO_CHANNEL] : ids;
  }

  private template(template: Located<Template>): CompiledTemplate {
    const { spec } = template;
    const action = this.declared.actions.find((candidate) => candidate.spec.id === spec.action);
    const scope: ExpressionScope =
      action === undefined
        ? { place: 'a template', variables: DECIDING, events: null, slots: [], sensitive: false }
        : this.scopeOfAction(action.spec, 'a template');
    const when = this.expression<boolean>(spec.when, scope, 'boolean', (offset, message) =>
      template.errorInside(['when'], offset, message),
    );
    const slots = Object.entries(spec.slots).map(([name, slot]): [string, CompiledExpression<unknown>] => [
      name,
      this.expression(slot.from, scope, SLOT_RESULTS[slot.type], (offset, message) =>
        template.errorInside(['slots', name, 'from'], offset, message),
      ),
    ]);
    return { spec, contentHash: contentHash(spec), when, slots: new Map(slots) };
  }

  private scopeOfAction(action: Action, place: string): ExpressionScope {
    return {
      place,
      variables: DECIDING,
      events: eventsLeadingTo(
        this.declared.triggers.map(({ spec }) => spec),
        action.id,
      ),
      slots: Object.keys(action.facts),
      sensitive: false,
    };
  }

  private slotsInScope({ scope }: Guardrail): string[] {
    const inScope = this.declared.actions.filter(
      ({ spec }) =>
        (scope.actions.length === 0 || scope.actions.includes(spec.id)) &&
        (scope.classes.length === 0 || scope.classes.includes(spec.class)) &&
        (scope.tags.length === 0 || scope.tags.some((tag) => spec.tags.includes(tag))) &&
        !scope.exceptActions.includes(spec.id),
    );
    return [...new Set(inScope.flatMap(({ spec }) => Object.keys(spec.facts)))].sort();
  }
}

function groupByEvent(triggers: readonly CompiledTrigger[]): Map<string, CompiledTrigger[]> {
  const groups = new Map<string, CompiledTrigger[]>();
  for (const trigger of triggers) {
    if (!('event' in trigger.spec)) continue;
    const group = groups.get(trigger.spec.event);
    if (group === undefined) groups.set(trigger.spec.event, [trigger]);
    else group.push(trigger);
  }
  return groups;
}

function inOrder<T extends PlaybookError>(errors: readonly T[]): T[] {
  return [...errors].sort(
    (a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column,
  );
}

/** How much a bundle holds, for lists of bundles. */
export function countsOf(bundle: Bundle): Record<string, number> {
  return {
    channels: bundle.channels.size,
    actions: bundle.actions.size,
    triggers: bundle.triggers.size,
    guardrails: bundle.guardrails.length,
    templates: bundle.templates.size,
    events: eventNames(bundle.vocabulary).length,
    traits: Object.keys(bundle.vocabulary.traits).length,
  };
}
