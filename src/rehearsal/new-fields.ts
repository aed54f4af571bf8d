import { parse } from '@marcbachmann/cel-js';
import { type Situation } from '../decisions/situation.js';
import { type Bundle } from '../policies/bundle.js';
import { pathsIn } from '../policies/expression-syntax.js';
import { type VocabularySpec } from '../policies/playbook.js';
import { toFeatures } from '../profiles/features.js';

/** A field that a playbook reads and an earlier one did not know. */
interface NewField {
  /** Such as `profile.traits.loyalty`. */
  readonly path: string;
  readonly isIn: (situation: Situation) => boolean;
}

const known = new WeakMap<Bundle, WeakMap<Bundle, readonly NewField[]>>();

/** Fields that a playbook reads, that an earlier one did not declare, and that a situation of that day does not hold. */
export function newFieldsMissing(bundle: Bundle, then: Bundle, situation: Situation): string[] {
  let since = known.get(bundle);
  if (since === undefined) known.set(bundle, (since = new WeakMap()));
  let fields = since.get(then);
  if (fields === undefined) since.set(then, (fields = newFields(bundle, then)));
  return fields.filter(({ isIn }) => !isIn(situation)).map(({ path }) => path);
}

function newFields(bundle: Bundle, then: Bundle): NewField[] {
  const conditions = [...bundle.triggers.values()].flatMap(({ when, value }) => [when, value ?? when]);
  const sources = [...sourcesOf(bundle), ...conditions.map(({ source }) => source)];
  const read = [...new Set(sources.flatMap((source) => pathsIn(parse(source).ast)))];
  return [...declared(bundle.vocabulary, then.vocabulary), ...keptLater(then)].filter(({ path }) =>
    read.some((each) => each === path || each.startsWith(`${path}.`)),
  );
}

/** What profiles did not keep at first. A playbook that read it then was told that it is unknown, and decided by that. */
function keptLater(then: Bundle): NewField[] {
  const bought: NewField = {
    path: 'profile.bought30d',
    isIn: ({ profile, now }) => toFeatures(profile, now).bought30d !== null,
  };
  const readThen = sourcesOf(then).some((source) => pathsIn(parse(source).ast).includes(bought.path));
  return readThen ? [] : [bought];
}

function sourcesOf({ guardrails, actions }: Bundle): string[] {
  return [
    ...guardrails.map(({ when }) => when.source),
    ...[...actions.values()].flatMap(({ eligible, facts }) =>
      [eligible, ...facts.values()].map(({ source }) => source),
    ),
  ];
}

/** What one vocabulary declares and the other does not. */
function declared(vocabulary: VocabularySpec, then: VocabularySpec): NewField[] {
  const added = (fields: object, before: object): string[] =>
    Object.keys(fields).filter((name) => !Object.hasOwn(before, name));
  const traits = added(vocabulary.traits, then.traits).map((name): NewField => ({
    path: `profile.traits.${name}`,
    isIn: ({ profile }) => Object.hasOwn(profile.traits, name),
  }));
  const context = added(vocabulary.context, then.context).map((name): NewField => ({
    path: `context.${name}`,
    // Only who asks over HTTP gives any: a decision that a trigger calls for has none under every playbook.
    isIn: ({ trigger, context }) => trigger !== null || Object.hasOwn(context, name),
  }));
  const properties = Object.entries(vocabulary.events).flatMap(([event, spec]) =>
    added(spec.properties, then.events[event]?.properties ?? {}).map((name): NewField => ({
      path: `signal.properties.${name}`,
      isIn: ({ signal }) => signal?.event !== event || Object.hasOwn(signal.properties, name),
    })),
  );
  return [...traits, ...context, ...properties];
}
