import { type CompiledGuardrail, type Evaluation, type ExpressionInput } from '../policies/bundle.js';
import { type Guardrail } from '../policies/playbook.js';
import { guardrailsFor, type GuardrailTarget } from './scope.js';

/** What one guardrail says about one candidate. */
export interface GuardrailVerdict {
  readonly guardrail: Guardrail;
  readonly matched: boolean;
  readonly reason: string;
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
    const earlier = known.get(condition);
    if (earlier !== undefined) return earlier;
    if (READS_FACTS.test(condition.source)) return condition.evaluate(own);
    const answer = condition.evaluate(common);
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
  return guardrailsFor(guardrails, target).map((each) => judge(each, target, answers, now));
}

/** The verdicts that matched with one effect. */
export function matchedOf<E extends Guardrail['effect']>(
  verdicts: readonly GuardrailVerdict[],
  effect: E,
): { readonly guardrail: Extract<Guardrail, { effect: E }>; readonly reason: string }[] {
  const found: { guardrail: Extract<Guardrail, { effect: E }>; reason: string }[] = [];
  for (const { guardrail, matched, reason } of verdicts) {
    if (matched && guardrail.effect === effect)
      found.push({ guardrail: guardrail as Extract<Guardrail, { effect: E }>, reason });
  }
  return found;
}
