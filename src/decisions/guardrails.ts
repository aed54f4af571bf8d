import { type CompiledGuardrail, type Evaluation, type ExpressionInput } from '../policies/bundle.js';
import { type Guardrail } from '../policies/playbook.js';
import { keepText } from '../shared/canonical-json.js';
import { type Candidate } from './decision.js';
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

const EXPIRED = 'expired';
const NO = 'no';
const YES = 'yes';
const YES_FOR_WANT_OF_A_COUNTRY = 'yes: country';
/** Stands before what was not known. */
const UNKNOWN = 'unknown: ';

/** What a guardrail says about a candidate, in one line. */
function say(
  { spec, when }: CompiledGuardrail,
  target: GuardrailTarget,
  answers: Answers,
  now: string,
): string {
  if (hasExpired(spec, now)) return EXPIRED;
  const answer = answers(when);
  if (!answer.known) return UNKNOWN + JSON.stringify(answer.reads);
  if (!answer.value) return NO;
  return spec.scope.countries.length > 0 && target.country === null ? YES_FOR_WANT_OF_A_COUNTRY : YES;
}

function verdictOf({ spec }: CompiledGuardrail, said: string): GuardrailVerdict {
  const verdict = (matched: boolean, reason: string): GuardrailVerdict => ({
    guardrail: spec,
    matched,
    reason,
  });
  switch (said) {
    case EXPIRED:
      return verdict(false, `It expired on ${spec.expires ?? ''}.`);
    case NO:
      return verdict(false, 'Its condition does not hold.');
    case YES:
      return verdict(true, spec.reason);
    case YES_FOR_WANT_OF_A_COUNTRY:
      return verdict(true, `${spec.reason} (The country is not known, so the rule applies.)`);
    default: {
      const reads = JSON.parse(said.slice(UNKNOWN.length)) as string;
      return verdict(true, `${spec.reason} (${reads} is not known, so the rule applies.)`);
    }
  }
}

/** What guardrails said together, by their lines: for most people it is what they said for somebody else. */
let remembered = new WeakMap<readonly CompiledGuardrail[], Map<string, readonly GuardrailVerdict[]>>();
let inMemory = 0;
const MOST_IN_MEMORY = 5_000;

/**
 * What every guardrail in scope says about a candidate, all of them evaluated, ordered by id so that their order in the files means nothing.
 * The same array for the same answers, as long as it is remembered.
 */
export function judgeAll(
  guardrails: readonly CompiledGuardrail[],
  target: GuardrailTarget,
  answers: Answers,
  now: string,
): readonly GuardrailVerdict[] {
  const asked = guardrailsFor(guardrails, target);
  const said = asked.map((each) => say(each, target, answers, now));
  const key = said.join('\n');
  const known = remembered.get(asked)?.get(key);
  if (known !== undefined) return known;
  const verdicts = asked.map((each, i) => verdictOf(each, said[i] ?? NO));
  remember(asked, key, verdicts);
  written.set(verdicts, keepText(verdicts.map(writeDown)));
  return verdicts;
}

function remember(
  asked: readonly CompiledGuardrail[],
  key: string,
  verdicts: readonly GuardrailVerdict[],
): void {
  if (inMemory >= MOST_IN_MEMORY) {
    remembered = new WeakMap();
    inMemory = 0;
  }
  inMemory += 1;
  const known = remembered.get(asked);
  if (known === undefined) remembered.set(asked, new Map([[key, verdicts]]));
  else known.set(key, verdicts);
}

const written = new WeakMap<readonly GuardrailVerdict[], Candidate['guardrails']>();

function writeDown({ guardrail, matched, reason }: GuardrailVerdict): Candidate['guardrails'][number] {
  return { id: guardrail.id, effect: guardrail.effect, matched, reason };
}

/** Verdicts as they are stored with a candidate. They are most of a decision, and the same for many. */
export function writtenDown(verdicts: readonly GuardrailVerdict[]): Candidate['guardrails'] {
  return written.get(verdicts) ?? verdicts.map(writeDown);
}

/** The same verdicts without those of some rules. */
export function withoutRules(
  verdicts: readonly GuardrailVerdict[],
  rules: ReadonlySet<string>,
): readonly GuardrailVerdict[] {
  const left = verdicts.filter(({ guardrail }) => !rules.has(guardrail.id));
  written.set(
    left,
    writtenDown(verdicts).filter(({ id }) => !rules.has(id)),
  );
  return left;
}

type Effect = Guardrail['effect'];
/** A verdict that matched. */
interface Matched<E extends Effect> {
  readonly guardrail: Extract<Guardrail, { effect: E }>;
  readonly reason: string;
}

const byEffect = new WeakMap<readonly GuardrailVerdict[], { readonly [E in Effect]: Matched<E>[] }>();

/** The verdicts that matched with one effect. Sorted out once: verdicts are the same array for many candidates. */
export function matchedOf<E extends Effect>(
  verdicts: readonly GuardrailVerdict[],
  effect: E,
): readonly Matched<E>[] {
  let matched = byEffect.get(verdicts);
  if (matched === undefined) {
    matched = { suppress: [], handoff: [], review: [], limit: [] };
    for (const { guardrail, matched: matches, reason } of verdicts)
      if (matches)
        (matched[guardrail.effect] as { guardrail: Guardrail; reason: string }[]).push({ guardrail, reason });
    byEffect.set(verdicts, matched);
  }
  return matched[effect];
}
