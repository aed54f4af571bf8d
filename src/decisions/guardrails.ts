import { type CompiledGuardrail, type ExpressionInput } from '../policies/bundle.js';
import { type Action, type Guardrail, type Scope } from '../policies/playbook.js';

/** What one guardrail says about one candidate. */
export interface GuardrailVerdict {
  readonly guardrail: Guardrail;
  readonly matched: boolean;
  readonly reason: string;
}

/** What a guardrail is asked about. */
export interface GuardrailTarget {
  readonly action: Action;
  readonly channel: string | null;
  /** Null when it is not known: a rule for one country then applies. */
  readonly country: string | null;
}

const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;

/** The gravest first, then by id. */
export function bySeverity(a: Guardrail, b: Guardrail): number {
  return SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || (a.id < b.id ? -1 : 1);
}

function covers(scope: Scope, { action, channel, country }: GuardrailTarget): boolean {
  const among = (names: readonly string[], name: string | null) =>
    names.length === 0 || name === null || names.includes(name);
  return (
    among(scope.actions, action.id) &&
    among(scope.classes, action.class) &&
    among(scope.channels, channel) &&
    among(scope.countries, country) &&
    (scope.tags.length === 0 || scope.tags.some((tag) => action.tags.includes(tag))) &&
    !scope.exceptActions.includes(action.id) &&
    !scope.exceptTags.some((tag) => action.tags.includes(tag))
  );
}

/** The last day a rule applies is the one it names, in UTC. */
function hasExpired(guardrail: Guardrail, now: string): boolean {
  return guardrail.expires !== undefined && now.slice(0, 10) > guardrail.expires;
}

function judge(
  { spec, when }: CompiledGuardrail,
  target: GuardrailTarget,
  input: ExpressionInput,
  now: string,
): GuardrailVerdict {
  const verdict = (matched: boolean, reason: string): GuardrailVerdict => ({
    guardrail: spec,
    matched,
    reason,
  });
  if (hasExpired(spec, now)) return verdict(false, `It expired on ${spec.expires ?? ''}.`);
  const answer = when.evaluate(input);
  if (!answer.known)
    return verdict(true, `${spec.reason} (${answer.reads} is not known, so the rule applies.)`);
  if (!answer.value) return verdict(false, 'Its condition does not hold.');
  if (spec.scope.countries.length > 0 && target.country === null)
    return verdict(true, `${spec.reason} (The country is not known, so the rule applies.)`);
  return verdict(true, spec.reason);
}

/** What every guardrail in scope says about a candidate, all of them evaluated, ordered by id so that their order in the files means nothing. */
export function judgeAll(
  guardrails: readonly CompiledGuardrail[],
  target: GuardrailTarget,
  input: ExpressionInput,
  now: string,
): GuardrailVerdict[] {
  return guardrails
    .filter((each) => covers(each.spec.scope, target))
    .toSorted((a, b) => (a.spec.id < b.spec.id ? -1 : 1))
    .map((each) => judge(each, target, input, now));
}

/** The verdicts that matched with one effect. */
export function matchedOf<E extends Guardrail['effect']>(
  verdicts: readonly GuardrailVerdict[],
  effect: E,
): { readonly guardrail: Extract<Guardrail, { effect: E }>; readonly reason: string }[] {
  return verdicts.flatMap(({ guardrail, matched, reason }) =>
    matched && guardrail.effect === effect
      ? [{ guardrail: guardrail as Extract<Guardrail, { effect: E }>, reason }]
      : [],
  );
}
