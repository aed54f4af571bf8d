import { canonicalJson, type Json } from '../shared/canonical-json.js';
import { type Bundle } from './bundle.js';
import { isStricter } from './findings.js';
import { silently } from './gravity.js';
import { type Guardrail } from './playbook.js';

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A member that is otherwise; null where it is not there at all. */
interface MemberChange {
  readonly member: string;
  readonly before: Json;
  readonly after: Json;
}

/** One thing of a playbook that is otherwise, whatever file it stands in. */
export interface ItemChange {
  /** Such as `guardrails/minors`, `brand`, `vocabulary/traits/age`. */
  readonly item: string;
  readonly title: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** What it does to what may be sent; null where that cannot be told from the rule alone. */
  readonly effect: 'tightened' | 'loosened' | null;
  readonly severity: Severity;
  readonly owner: string | null;
  /** Of what was added or removed all of them. */
  readonly members: readonly MemberChange[];
}

/** Something with a name, as both playbooks hold it. */
interface Item {
  readonly title: string;
  readonly severity: Severity;
  readonly owner: string | null;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly rule?: Guardrail;
}

/** What is otherwise in one playbook than in the other, by what it means: moving a rule to another file or line is no change. */
export function changesBetween(before: Bundle, after: Bundle): ItemChange[] {
  const [old, now] = [itemsOf(before), itemsOf(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].sort();
  return names.flatMap((item) => {
    const [was, is] = [old.get(item), now.get(item)];
    const members = membersBetween(was?.spec ?? {}, is?.spec ?? {});
    if (members.length === 0 && was !== undefined && is !== undefined) return [];
    const known = is ?? was;
    if (known === undefined) return [];
    return [
      {
        item,
        title: known.title,
        change: was === undefined ? 'added' : is === undefined ? 'removed' : 'changed',
        effect: effectOf(was?.rule, is?.rule),
        severity: gravest([
          was?.severity ?? 'low',
          is?.severity ?? 'low',
          ...silently({ item, members }, before, after),
        ]),
        owner: known.owner,
        members,
      } as const,
    ];
  });
}

/** The gravest of these; low when there is none. */
export function gravest(severities: readonly Severity[]): Severity {
  return severities.reduce<Severity>(
    (worst, each) => (SEVERITIES.indexOf(each) > SEVERITIES.indexOf(worst) ? each : worst),
    'low',
  );
}

function itemsOf(bundle: Bundle): Map<string, Item> {
  const items = new Map<string, Item>();
  const add = (
    item: string,
    title: string,
    severity: Severity,
    spec: object,
    more: Partial<Item> = {},
  ): void => {
    items.set(item, { title, severity, owner: null, spec: spec as Item['spec'], ...more });
  };
  add('brand', 'Who speaks', 'high', bundle.brand);
  add('engine', 'How decisions are made', 'high', bundle.engine);
  const { traits, events, context, facts } = bundle.vocabulary;
  for (const [section, fields] of Object.entries({ traits, events, context, facts }))
    for (const [name, field] of Object.entries<object>(fields))
      add(`vocabulary/${section}/${name}`, name, 'medium', field);
  for (const channel of bundle.channels.values()) add(`channels/${channel.id}`, channel.id, 'high', channel);
  for (const segment of bundle.segments.values())
    add(`segments/${segment.id}`, segment.title, 'high', segment, { owner: segment.owner });
  for (const { spec } of bundle.actions.values())
    add(`actions/${spec.id}`, spec.title, 'medium', spec, { owner: spec.owner });
  for (const { spec } of bundle.triggers.values())
    add(`triggers/${spec.id}`, spec.title, 'medium', spec, { owner: spec.owner });
  for (const { spec } of bundle.guardrails)
    add(`guardrails/${spec.id}`, spec.title, spec.severity, spec, { owner: spec.owner, rule: spec });
  for (const { spec } of bundle.templates.values())
    add(`templates/${spec.id}`, spec.id, 'medium', spec, { owner: spec.owner });
  for (const { spec } of bundle.tests) add(`tests/${spec.test}`, spec.test, 'low', spec);
  return items;
}

function membersBetween(before: Item['spec'], after: Item['spec']): MemberChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((member) => {
    const [was, is] = [jsonOf(before[member]), jsonOf(after[member])];
    return canonicalJson(was) === canonicalJson(is) ? [] : [{ member, before: was, after: is }];
  });
}

function jsonOf(value: unknown): Json {
  return value === undefined ? null : (JSON.parse(JSON.stringify(value)) as Json);
}

/** What adding, dropping or changing a rule does. Only the rule's own part is compared: its place and condition have to be the same. */
function effectOf(before: Guardrail | undefined, after: Guardrail | undefined): ItemChange['effect'] {
  if (before === undefined && after === undefined) return null;
  if (before === undefined) return 'tightened';
  if (after === undefined) return 'loosened';
  const isAsked = (rule: Guardrail): string => canonicalJson([rule.scope, rule.when, rule.expires ?? null]);
  if (isAsked(before) !== isAsked(after)) return null;
  const [tighter, looser] = [isStricter(after, before), isStricter(before, after)];
  return tighter === looser ? null : tighter ? 'tightened' : 'loosened';
}

/** A change as a sentence, such as “The rule marketing-pressure was loosened: caps.” */
export function changeWords(change: ItemChange): string {
  if (change.change !== 'changed') return `${headOf(change)}.`;
  return `${headOf(change)}: ${change.members.map(({ member }) => member).join(', ')}.`;
}

/**
 * The same with what was and would be, such as “… loosened: caps from [{"max":6}] to [{"max":7}].”, of what was added or removed the whole
 * of it: “… added: effect "suppress", when "true".”
 */
export function changeInFull(change: ItemChange): string {
  const values = change.members.map(({ member, before, after }) => {
    if (change.change === 'added') return `${member} ${shortJson(after)}`;
    if (change.change === 'removed') return `${member} ${shortJson(before)}`;
    return `${member} from ${shortJson(before)} to ${shortJson(after)}`;
  });
  // A proposal of an earlier version did not keep what was added or removed.
  return values.length === 0 ? `${headOf(change)}.` : `${headOf(change)}: ${values.join(', ')}.`;
}

function headOf({ item, change, effect }: ItemChange): string {
  const [kind = '', ...rest] = item.split('/');
  const what = rest.length === 0 ? kind : `${SINGULAR[kind] ?? kind} ${rest.join('/')}`;
  return `The ${what} was ${change === 'changed' ? (effect ?? 'changed') : change}`;
}

const SHOWN_OF_A_VALUE = 300;

function shortJson(value: Json): string {
  if (value === null) return 'nothing';
  const text = canonicalJson(value);
  return text.length <= SHOWN_OF_A_VALUE ? text : `${text.slice(0, SHOWN_OF_A_VALUE)}…`;
}

const SINGULAR: Readonly<Record<string, string>> = {
  vocabulary: 'field',
  channels: 'channel',
  segments: 'segment',
  actions: 'action',
  triggers: 'trigger',
  guardrails: 'rule',
  templates: 'template',
  tests: 'test',
};
