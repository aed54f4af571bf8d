import { parse } from '@marcbachmann/cel-js';
import { type Bundle, type CompiledGuardrail } from './bundle.js';
import { pathsIn } from './expression-syntax.js';
import { covers } from './findings.js';
import { type Guardrail, type VocabularySpec } from './playbook.js';

type Severity = Guardrail['severity'];

/** Something that is otherwise, such as `vocabulary/traits/age`, and in which of its members. */
interface Changed {
  readonly item: string;
  readonly members: readonly { readonly member: string }[];
}

/**
 * Severities that a change has for what it is to others: as grave as the rules that it may silence. Otherwise a field's meaning, a segment or
 * an action's class would be a way around the people whom a critical rule needs.
 */
export function silently({ item, members }: Changed, before: Bundle, after: Bundle): Severity[] {
  const [kind = '', ...rest] = item.split('/');
  const bundles = [before, after];
  const isOf = (member: string): boolean => members.some((each) => each.member === member);
  switch (kind) {
    case 'engine':
      return isOf('approvals') ? ['critical'] : [];
    case 'actions':
      // Consent is asked for marketing alone, whatever the rules say.
      return isOf('class') ? ['critical'] : rulesThatMoved(rest.join('/'), before, after);
    case 'segments':
      return severities(bundles, ({ spec }) => spec.scope.segments.includes(rest.join('/')));
    case 'vocabulary': {
      if (members.length > 0 && members.every(({ member }) => member === 'description')) return [];
      const [section = '', ...name] = rest;
      return bundles.flatMap((bundle) =>
        severities([bundle], (rule) => readsField(rule, bundles, section, name.join('/'))),
      );
    }
    default:
      return [];
  }
}

function severities(bundles: readonly Bundle[], fits: (rule: CompiledGuardrail) => boolean): Severity[] {
  return bundles.flatMap(({ guardrails }) => guardrails.filter(fits).map(({ spec }) => spec.severity));
}

/** Of rules that cover an action in one of the playbooks only. */
function rulesThatMoved(id: string, before: Bundle, after: Bundle): Severity[] {
  const [was, is] = [before.actions.get(id)?.spec, after.actions.get(id)?.spec];
  if (was === undefined || is === undefined) return [];
  return severities([before], ({ spec }) => covers(spec.scope, was) && !covers(spec.scope, is));
}

function readsField(
  { when }: CompiledGuardrail,
  bundles: readonly Bundle[],
  section: string,
  name: string,
): boolean {
  const paths = pathsIn(parse(when.source).ast);
  const reads = (field: string): boolean =>
    paths.some((path) => path === field || path.startsWith(`${field}.`));
  switch (section as keyof VocabularySpec) {
    case 'traits':
      return reads(`profile.traits.${name}`);
    case 'context':
      return reads(`context.${name}`);
    case 'events':
      return (
        reads(`profile.events.${name}`) ||
        bundles
          .flatMap(({ vocabulary }) => Object.keys(vocabulary.events[name]?.properties ?? {}))
          .some((property) => reads(`signal.properties.${property}`))
      );
    case 'facts':
      return paths
        .flatMap((path) => /^facts\.[^.]+\.data\.(.+)$/.exec(path)?.[1] ?? [])
        .some((field) => field === name || field.startsWith(`${name}.`));
  }
}
