import { checkTemplate } from '../shared/liquid.js';
import { type PlaybookError } from './bundle.js';
import { BUILTIN_FACT_FIELDS, eventNames, fieldPaths } from './fields.js';
import { suggestion } from './nearest.js';
import {
  type Action,
  type AdviceSettings,
  type Brand,
  type Channel,
  type EngineSettings,
  type FieldSpec,
  type Guardrail,
  isWritten,
  promptFor,
  type Template,
  type Trigger,
  type VocabularySpec,
  wordingsOf,
} from './playbook.js';
import { type Declarations, type Located } from './playbook-files.js';
import { type PlaybookTest, PROFILE_TRAITS, SIGNAL_PROPERTIES } from './playbook-test.js';
import { RESERVED_NAMES } from './records.js';

type Report = (error: PlaybookError) => void;

/** What does not fit together: names that nothing carries, ids used twice, settings that contradict each other. All of it. */
export function referenceErrors(declarations: Declarations): PlaybookError[] {
  const errors: PlaybookError[] = [];
  new References(declarations, (error) => errors.push(error)).check();
  return errors;
}

class References {
  private readonly tags: ReadonlySet<string>;
  private readonly segments: ReadonlySet<string>;
  private readonly events: ReadonlySet<string> | null;

  constructor(
    private readonly all: Declarations,
    private readonly report: Report,
  ) {
    this.tags = new Set(all.actions.flatMap(({ spec }) => spec.tags));
    this.segments = new Set(all.segments.map(({ spec }) => spec.id));
    this.events = all.vocabulary === null ? null : new Set(eventNames(all.vocabulary.spec));
  }

  check(): void {
    const { all } = this;
    for (const kind of ['channels', 'segments', 'actions', 'triggers', 'guardrails', 'templates'] as const)
      this.checkUnique<{ readonly id: string }>(all[kind], 'id', ({ id }) => id);
    this.checkUnique(all.tests, 'test', ({ test }) => test);
    if (all.brand !== null) this.checkBrand(all.brand);
    if (all.engine !== null) this.checkEngine(all.engine);
    if (all.vocabulary !== null) this.checkVocabulary(all.vocabulary);
    for (const channel of all.channels) this.checkChannel(channel);
    for (const action of all.actions) this.checkAction(action);
    for (const trigger of all.triggers) this.checkTrigger(trigger);
    for (const guardrail of all.guardrails) this.checkGuardrail(guardrail);
    for (const template of all.templates) this.checkTemplate(template);
    this.checkTests();
  }

  private checkUnique<T>(
    items: readonly Located<T>[],
    member: 'id' | 'test',
    nameOf: (spec: T) => string,
  ): void {
    const first = new Map<string, PlaybookError>();
    for (const item of items) {
      const here = item.error([member], '');
      const name = nameOf(item.spec);
      const earlier = first.get(name);
      if (earlier === undefined) first.set(name, here);
      else {
        const message = `the ${member} "${name}" is taken already: ${earlier.file}, line ${earlier.line}`;
        this.report({ ...here, message });
      }
    }
  }

  /** Each name at `path` of a list, or the name itself, is one of the known. */
  private checkNames<T>(
    item: Located<T>,
    path: readonly (string | number)[],
    names: readonly string[],
    known: ReadonlySet<string>,
    what: string,
  ): void {
    for (const [index, name] of names.entries())
      if (!known.has(name))
        this.report(item.error([...path, index], `there is no ${what} "${name}"${suggestion(name, known)}`));
  }

  /** Each key of the object at `path` is one of the known. */
  private checkKeys<T>(
    item: Located<T>,
    path: readonly (string | number)[],
    members: Readonly<Record<string, unknown>>,
    known: ReadonlySet<string>,
    what: string,
  ): void {
    for (const name of Object.keys(members))
      if (!known.has(name))
        this.report(item.errorAtKey(path, name, `there is no ${what} "${name}"${suggestion(name, known)}`));
  }

  private checkName<T>(
    item: Located<T>,
    path: readonly (string | number)[],
    name: string,
    known: ReadonlySet<string>,
    what: string,
  ): void {
    // prettier-ignore
    if (!known.has(name))
      this.report(item.error(path, `there is no ${what} "${name}"${suggestion(name, known)}`));
  }

  private checkEvent<T>(
    item: Located<T>,
    path: readonly (string | number)[],
    name: string | undefined,
  ): void {
    if (name === undefined || this.events === null || this.events.has(name)) return;
    const message = `the event "${name}" is not declared in vocabulary.yaml${suggestion(name, this.events)}`;
    this.report(item.error(path, message));
  }

  private checkBrand(brand: Located<Brand>): void {
    const { website, linkHosts } = brand.spec;
    const host = new URL(website).hostname;
    const covered = linkHosts.some((allowed) => host === allowed || host.endsWith(`.${allowed}`));
    if (!covered) this.report(brand.error(['linkHosts'], `should hold the website's own host, ${host}`));
    for (const [index, allowed] of linkHosts.entries())
      if (URL.parse(`https://${allowed}/`)?.host !== allowed)
        this.report(
          brand.error(['linkHosts', index], 'should be a host name alone, such as shop.example.com'),
        );
  }

  private checkEngine(engine: Located<EngineSettings>): void {
    const { riskThreshold, secondPersonFrom } = engine.spec;
    if (secondPersonFrom < riskThreshold)
      this.report(engine.error(['secondPersonFrom'], 'should not be below riskThreshold'));
  }

  private checkVocabulary(vocabulary: Located<VocabularySpec>): void {
    const { spec } = vocabulary;
    const properties = new Map<string, { event: string; field: FieldSpec }>();
    for (const section of ['traits', 'context', 'facts'] as const)
      for (const [name, field] of Object.entries(spec[section]))
        this.checkField(vocabulary, [section, name], name, field);
    for (const [event, { properties: fields }] of Object.entries(spec.events)) {
      this.checkFieldName(vocabulary, ['events', event], event);
      for (const [name, field] of Object.entries(fields)) {
        this.checkField(vocabulary, ['events', event, 'properties', name], name, field);
        const earlier = properties.get(name);
        if (earlier === undefined) properties.set(name, { event, field });
        else if (shapeOf(earlier.field) !== shapeOf(field)) {
          const message = `"${name}" is ${earlier.field.type} in "${earlier.event}": a property means the same everywhere`;
          this.report(vocabulary.error(['events', event, 'properties', name], message));
        }
      }
    }
  }

  private checkFieldName(vocabulary: Located<VocabularySpec>, path: readonly string[], name: string): void {
    if (RESERVED_NAMES.has(name) || name.trim() !== name || name === '')
      this.report(vocabulary.error(path, `"${name}" cannot be used as a name`));
  }

  private checkField(
    vocabulary: Located<VocabularySpec>,
    path: readonly string[],
    name: string,
    field: FieldSpec,
  ): void {
    // prettier-ignore
    this.checkFieldName(vocabulary, path, name);
    this.checkDefault(vocabulary, path, field);
    this.checkWritten(vocabulary, path, field);
    if (field.type !== 'list<object>') return;
    for (const [member, item] of Object.entries(field.items)) {
      this.checkFieldName(vocabulary, [...path, 'items', member], member);
      this.checkDefault(vocabulary, [...path, 'items', member], item);
    }
  }

  private checkWritten(vocabulary: Located<VocabularySpec>, path: readonly string[], field: FieldSpec): void {
    if (!isWritten(field)) return;
    const at = [...path, 'written'];
    if (path[0] !== 'events')
      this.report(vocabulary.error(at, 'only what an event carries is looked through when it comes'));
    else if (field.type !== 'string' && field.type !== 'list<string>')
      this.report(vocabulary.error(at, `should stand at a text: nobody writes a ${field.type}`));
  }

  private checkDefault(
    vocabulary: Located<VocabularySpec>,
    path: readonly string[],
    field: Pick<FieldSpec, 'type' | 'absent'>,
  ): void {
    if (field.absent === 'unknown') return;
    const value = field.absent.default;
    const at = [...path, 'absent', 'default'];
    if (field.type === 'timestamp')
      this.report(vocabulary.error(at, 'a timestamp has no default: its absence is unknown'));
    else if (field.type === 'list<string>' || field.type === 'list<object>') {
      if (!Array.isArray(value)) this.report(vocabulary.error(at, 'should be a list'));
      else if (field.type === 'list<object>' && value.length > 0)
        this.report(vocabulary.error(at, 'should be the empty list'));
    } else if (typeof value !== field.type) {
      this.report(vocabulary.error(at, `should be a ${field.type}, like the field`));
    }
  }

  private checkChannel(channel: Located<Channel>): void {
    const { spec } = channel;
    if (spec.kind === 'webhook') {
      if (spec.url === undefined) this.report(channel.error(['kind'], 'a webhook needs a "url"'));
      if (spec.secretVariable === undefined)
        this.report(
          channel.error(['kind'], 'a webhook needs a "secretVariable" that names where its secret is'),
        );
      return;
    }
    for (const member of ['url', 'secretVariable'] as const)
      if (spec[member] !== undefined)
        this.report(channel.error([member], `only a webhook has a "${member}"`));
  }

  private checkAction(action: Located<Action>): void {
    const { spec } = action;
    this.checkNames(action, ['channels'], spec.channels, this.all.ids.channels, 'channel');
    this.checkEvent(action, ['goalEvent'], spec.goalEvent);
    if (spec.class === 'transactional' && spec.holdout > 0)
      this.report(action.error(['holdout'], 'nobody is held out from a transactional message'));
    if (spec.offer !== undefined)
      this.checkName(action, ['offer'], spec.offer, new Set(Object.keys(spec.facts)), 'fact slot');
    for (const slot of Object.keys(spec.facts))
      if (!/^[a-z][A-Za-z0-9_]*$/.test(slot))
        this.report(action.errorAtKey(['facts'], slot, `"${slot}" cannot be written as facts.${slot}`));
    this.checkDraft(action);
  }

  private checkDraft(action: Located<Action>): void {
    const { spec } = action;
    const { draft } = spec;
    const named = [draft.prompt, draft.prompts?.webhook, draft.prompts?.onsite].filter(
      (prompt) => prompt !== undefined,
    );
    if (draft.mode === 'model' && named.length === 0)
      this.report(action.error(['draft', 'mode'], 'a draft by the model needs a "prompt"'));
    this.checkDraftVariants(action);
    this.checkAllowedFields(action, 'draft', draft.allowedFields);
    for (const [index, channel] of spec.channels.entries()) {
      const isWritten = named.length === 0 || this.isWritten(spec, channel);
      if (draft.mode === 'model' && draft.fallback === 'hold' && isWritten) continue;
      const has = this.all.templates.some(
        (template) => template.spec.action === spec.id && template.spec.channel === channel,
      );
      if (has || !this.all.ids.channels.has(channel)) continue;
      const why = draft.mode === 'model' ? 'to fall back on when the model is gone' : 'to be drafted from';
      this.report(action.error(['channels', index], `has no template on "${channel}" ${why}`));
    }
  }

  private checkDraftVariants(action: Located<Action>): void {
    const { draft } = action.spec;
    if (draft.variants === undefined) return;
    if (draft.mode !== 'model')
      this.report(
        action.error(['draft', 'variants'], 'only the model writes variants; a template has its own'),
      );
    if (typeof draft.variants === 'number') return;
    const names = draft.variants.map((each) => each.id);
    for (const [index, name] of names.entries())
      if (names.indexOf(name) < index)
        this.report(
          action.error(['draft', 'variants', index, 'id'], `the variant "${name}" is there already`),
        );
  }

  /** Whether the action names a prompt for what goes over a channel. */
  private isWritten(action: Action, channel: string): boolean {
    const kind = this.all.channels.find(({ spec }) => spec.id === channel)?.spec.kind;
    return kind !== undefined && promptFor(action, kind) !== undefined;
  }

  private checkAllowedFields<T>(item: Located<T>, member: string, allowed: readonly string[]): void {
    if (this.all.vocabulary === null) return;
    const paths = fieldPaths(this.all.vocabulary.spec);
    for (const [index, path] of allowed.entries()) {
      const field = paths.get(path);
      const at = [member, 'allowedFields', index];
      if (field === undefined)
        this.report(item.error(at, `there is no field "${path}"${suggestion(path, paths.keys())}`));
      else if (field.sensitive)
        this.report(item.error(at, `"${path}" is sensitive: the model never sees it`));
    }
  }

  private checkTrigger(trigger: Located<Trigger>): void {
    const { spec } = trigger;
    this.checkNames(trigger, ['actions'], spec.actions, this.all.ids.actions, 'action');
    if ('event' in spec) this.checkEvent(trigger, ['event'], spec.event);
    if (spec.kind === 'inaction')
      for (const [index, event] of spec.unless.entries()) this.checkEvent(trigger, ['unless', index], event);
    if (spec.advice !== undefined) this.checkAdvice(trigger, spec.advice);
  }

  private checkAdvice(trigger: Located<Trigger>, advice: AdviceSettings): void {
    this.checkAllowedFields(trigger, 'advice', advice.allowedFields);
    for (const [index, event] of advice.activity.entries())
      this.checkEvent(trigger, ['advice', 'activity', index], event);
    const actions = this.all.actions.filter(({ spec }) => trigger.spec.actions.includes(spec.id));
    if (actions.length > 0 && actions.every(({ spec }) => spec.class === 'transactional'))
      this.report(
        trigger.error(
          ['advice'],
          'has nothing to say: all its actions are transactional, so they are owed and leave at once',
        ),
      );
    if (advice.prompt === undefined && advice.allowedFields.length > 0)
      this.report(
        trigger.error(['advice', 'allowedFields'], 'are for the model, which is asked with a "prompt" only'),
      );
  }

  private checkGuardrail(guardrail: Located<Guardrail>): void {
    const { spec } = guardrail;
    const { scope } = spec;
    const { channels, actions } = this.all.ids;
    this.checkNames(guardrail, ['scope', 'actions'], scope.actions, actions, 'action');
    this.checkNames(guardrail, ['scope', 'exceptActions'], scope.exceptActions, actions, 'action');
    this.checkNames(guardrail, ['scope', 'channels'], scope.channels, channels, 'channel');
    this.checkNames(guardrail, ['scope', 'tags'], scope.tags, this.tags, 'action with the tag');
    this.checkNames(guardrail, ['scope', 'segments'], scope.segments, this.segments, 'segment');
    this.checkNames(guardrail, ['scope', 'exceptTags'], scope.exceptTags, this.tags, 'action with the tag');
    if (spec.asOf !== undefined && spec.expires !== undefined && spec.expires <= spec.asOf)
      this.report(guardrail.error(['expires'], 'should be later than asOf'));
    if (spec.effect === 'limit') this.checkLimit(guardrail, spec);
  }

  private checkLimit(guardrail: Located<Guardrail>, spec: Extract<Guardrail, { effect: 'limit' }>): void {
    const { channels } = this.all.ids;
    const limits = [
      spec.caps.length > 0,
      spec.hours !== undefined,
      spec.notOn.length > 0,
      spec.channels !== undefined,
      spec.requiredText.length > 0,
      spec.forbiddenText.length > 0,
      spec.maxDiscountPercent !== undefined,
    ];
    if (!limits.includes(true))
      this.report(
        guardrail.error(['effect'], 'limits nothing: give caps, hours, days, channels, texts or a discount'),
      );
    if (spec.channels !== undefined)
      this.checkNames(guardrail, ['channels'], spec.channels, channels, 'channel');
    for (const [index, cap] of spec.caps.entries()) {
      if (cap.of === 'cost' && cap.over === 'person')
        this.report(
          guardrail.error(
            ['caps', String(index), 'of'],
            'a budget is over everybody: write "over: everybody"',
          ),
        );
      this.checkNames(guardrail, ['caps', String(index), 'channels'], cap.channels, channels, 'channel');
      this.checkNames(guardrail, ['caps', String(index), 'tags'], cap.tags, this.tags, 'action with the tag');
    }
    for (const [index, { from, to }] of (spec.hours ?? []).entries())
      if (from >= to)
        this.report(
          guardrail.error(['hours', index, 'to'], `"${to}" should be later than "${from}", on the same day`),
        );
  }

  private checkTemplate(template: Located<Template>): void {
    const { spec } = template;
    this.checkName(template, ['action'], spec.action, this.all.ids.actions, 'action');
    this.checkName(template, ['channel'], spec.channel, this.all.ids.channels, 'channel');
    const action = this.all.actions.find((candidate) => candidate.spec.id === spec.action);
    if (action?.spec.channels.includes(spec.channel) === false && this.all.ids.channels.has(spec.channel))
      this.report(template.error(['channel'], `the action "${spec.action}" does not use "${spec.channel}"`));
    const channel = this.all.channels.find((candidate) => candidate.spec.id === spec.channel);
    for (const [index, { content }] of wordingsOf(spec).entries()) {
      const at = index === 0 ? [] : ['variants', index - 1];
      if (channel !== undefined && channel.spec.kind !== content.kind)
        this.report(
          template.error(
            [...at, 'content', 'kind'],
            `should be "${channel.spec.kind}", as the channel "${spec.channel}" is`,
          ),
        );
      for (const { path, message } of checkTemplate({ ...spec, content }))
        if (index === 0 || path[0] === 'content') this.report(template.error([...at, ...path], message));
    }
    this.checkVariantNames(template);
  }

  private checkVariantNames(template: Located<Template>): void {
    const names = wordingsOf(template.spec).map((each) => each.id);
    for (const [index, name] of names.entries())
      if (names.indexOf(name) < index)
        this.report(template.error(['variants', index - 1, 'id'], `the variant "${name}" is there already`));
  }

  private checkTests(): void {
    const { vocabulary, guardrails, triggers } = this.all;
    const known = {
      // Names of rules that could not be read are no mistakes of their own.
      guardrails: this.all.errors.some(({ file }) => file.startsWith('guardrails/'))
        ? null
        : new Set(guardrails.map(({ spec }) => spec.id)),
      triggers: new Set(triggers.map(({ spec }) => spec.id)),
      traits:
        vocabulary === null ? null : new Set([...Object.keys(vocabulary.spec.traits), ...PROFILE_TRAITS]),
    };
    for (const test of this.all.tests) {
      const { actions, trigger } = test.spec;
      this.checkNames(test, ['actions'], actions ?? [], this.all.ids.actions, 'action');
      if (trigger !== undefined) this.checkName(test, ['trigger'], trigger, known.triggers, 'trigger');
      this.checkGiven(test, known.traits);
      this.checkExpected(test, known.guardrails);
    }
  }

  private checkGiven(test: Located<PlaybookTest>, traits: ReadonlySet<string> | null): void {
    const { given } = test.spec;
    const { actions, channels } = this.all.ids;
    if (traits !== null) this.checkKeys(test, ['given', 'person'], given.person, traits, 'trait');
    this.checkGivenFields(test);
    for (const event of Object.keys(given.events)) this.checkEvent(test, ['given', 'events', event], event);
    this.checkEvent(test, ['given', 'signal', 'event'], given.signal?.event);
    for (const [index, { action, channel }] of given.messages.entries()) {
      this.checkName(test, ['given', 'messages', index, 'action'], action, actions, 'action');
      this.checkName(test, ['given', 'messages', index, 'channel'], channel, channels, 'channel');
    }
    for (const key of Object.keys(given.consents))
      this.checkName(test, ['given', 'consents', key], key.split('/')[0] ?? '', channels, 'channel');
    for (const channel of Object.keys(given.suppressed))
      this.checkName(test, ['given', 'suppressed', channel], channel, channels, 'channel');
    for (const [index, { channel }] of given.answers.entries())
      this.checkName(test, ['given', 'answers', index, 'channel'], channel, channels, 'channel');
    this.checkNames(test, ['given', 'enabled'], given.enabled, channels, 'channel');
    this.checkNames(test, ['given', 'heldOut'], given.heldOut, actions, 'action');
  }

  /** What no expression can read says nothing: a rule that matches all the same matches because the field it does read is unknown. */
  private checkGivenFields(test: Located<PlaybookTest>): void {
    if (this.all.vocabulary === null) return;
    const { spec: vocabulary } = this.all.vocabulary;
    const { signal, context, facts } = test.spec.given;
    this.checkKeys(test, ['given', 'context'], context, new Set(Object.keys(vocabulary.context)), 'context member'); // prettier-ignore
    const members = new Set([...Object.keys(BUILTIN_FACT_FIELDS), ...Object.keys(vocabulary.facts)]);
    for (const [index, { data }] of facts.entries())
      this.checkKeys(test, ['given', 'facts', index, 'data'], data, members, "member of a fact's data");
    // Of an event that is not declared that is said, and of Countersign's own nothing is.
    const declared = signal === undefined ? undefined : vocabulary.events[signal.event]?.properties;
    if (signal === undefined || declared === undefined) return;
    const at = ['given', 'signal', 'properties'];
    const names = new Set([...Object.keys(declared), ...SIGNAL_PROPERTIES]);
    this.checkKeys(test, at, signal.properties, names, 'property');
    for (const [name, value] of Object.entries(signal.properties)) {
      const field = declared[name];
      if (field?.type !== 'list<object>' || !Array.isArray(value)) continue;
      const items = new Set([...Object.keys(field.items), 'product_id']);
      for (const [index, item] of value.entries())
        if (typeof item === 'object' && item !== null && !Array.isArray(item))
          this.checkKeys(test, [...at, name, index], item, items, 'property');
    }
  }

  private checkExpected(test: Located<PlaybookTest>, guardrails: ReadonlySet<string> | null): void {
    const { expect } = test.spec;
    const { actions, channels } = this.all.ids;
    const checkRules = (path: readonly string[], rules: readonly string[]): void => {
      if (guardrails !== null) this.checkNames(test, path, rules, guardrails, 'guardrail');
    };
    for (const member of ['matches', 'matchesNot'] as const) checkRules(['expect', member], expect[member]);
    if (expect.action !== undefined)
      this.checkName(test, ['expect', 'action'], expect.action, actions, 'action');
    if (expect.channel !== undefined)
      this.checkName(test, ['expect', 'channel'], expect.channel, channels, 'channel');
    for (const [name, candidate] of Object.entries(expect.candidates)) {
      const path = ['expect', 'candidates', name];
      const [action = '', channel = ''] = name.split(' by ');
      this.checkName(test, path, action, actions, 'action');
      this.checkName(test, path, channel, channels, 'channel');
      for (const member of ['matches', 'matchesNot'] as const)
        checkRules([...path, member], candidate[member]);
    }
  }
}

/** Type and members: what has to agree where the same name is declared twice. */
function shapeOf(field: FieldSpec): string {
  return field.type === 'list<object>' ? JSON.stringify([field.type, field.items]) : field.type;
}
