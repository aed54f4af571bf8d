import { type CompiledGuardrail, type Evaluation, type ExpressionInput } from '../policies/bundle.js';
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

/** What a guardrail's condition gives for one candidate. */
export type Answers = (condition: CompiledGuardrail['when']) => Evaluation<boolean>;

/**
 * Answers for the candidates of one situation. Only facts differ between its candidates, so a condition that reads none is evaluated once.
 * @param common the input without any facts.
 */
export function answersFor(common: ExpressionInput): (own: ExpressionInput) => Answers {
  const known = new Map<CompiledGuardrail['when'], Evaluation<boolean>>();
  return (own) => (condition) => {
    if (READS_FACTS.test(condition.source)) return condition.evaluate(own);
    const answer = known.get(condition) ?? condition.evaluate(common);
    known.set(condition, answer);
    return answer;
  };
}

/** Too often true (the word may stand in a text literal) and never wrongly false. */
const READS_FACTS = /\bfacts\b/;

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
  answers: Answers,
  now: string,
): GuardrailVerdict {
  const verdict = (matched: boolean, reason: string): GuardrailVerdict => ({
    guardrail: spec,
    matched,
    reason,
  });
  if (hasExpired(spec, now)) return verdict(false, `It expired on ${spec.expires ?? ''}.`);
  const answer = answers(when);
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
  answers: Answers,
  now: string,
): GuardrailVerdict[] {
  return guardrails
    .filter((each) => covers(each.spec.scope, target))
    .toSorted((a, b) => (a.spec.id < b.spec.id ? -1 : 1))
    .map((each) => judge(each, target, answers, now));
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
