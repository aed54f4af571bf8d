import {
  type CompiledExpression,
  type CompiledGuardrail,
  type Evaluation,
  type ExpressionInput,
  type Plain,
} from '../policies/bundle.js';
import { type Guardrail } from '../policies/playbook.js';
import { keepText } from '../shared/canonical-json.js';
import { remembered } from '../shared/remembered.js';
import { type Candidate } from './decision.js';
import { type Answers, type Filed, filed, placesToAsk } from './filed.js';
import { guardrailsFor, type GuardrailTarget } from './scope.js';

/** What one guardrail says about one candidate. */
export interface GuardrailVerdict {
  readonly guardrail: Guardrail;
  readonly matched: boolean;
  readonly reason: string;
}

/**
 * Answers for the candidates of one situation. Only facts differ between its candidates, so what reads none is evaluated once.
 * @param common the input without any facts.
 */
export function answersFor(common: ExpressionInput): (own: ExpressionInput) => Answers {
  const known = new Map<CompiledExpression<Plain>, Evaluation<Plain>>();
  return (own) => (expression) => {
    const earlier = known.get(expression);
    if (earlier !== undefined) return earlier;
    if (readsFacts(expression)) return expression.evaluate(own);
    const answer = expression.evaluate(common);
    known.set(expression, answer);
    return answer;
  };
}

/** Too often true (the word may stand in a text literal) and never wrongly false. */
const READS_FACTS = /\bfacts\b/;
const readers = new WeakMap<CompiledExpression<Plain>, boolean>();

function readsFacts(expression: CompiledExpression<Plain>): boolean {
  return remembered(readers, expression, () => READS_FACTS.test(expression.source));
}

const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;

/** The gravest first, then by id. */
export function bySeverity(a: Guardrail, b: Guardrail): number {
  return SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || (a.id < b.id ? -1 : 1);
}

const EXPIRED = 'expired';
const NO = 'no';
const YES = 'yes';
const YES_FOR_WANT_OF_A_COUNTRY = 'yes: country';
/** Stands before what was not known. */
const UNKNOWN = 'unknown: ';

/** What a guardrail whose time is not over says about a candidate, in one line. */
function say({ spec, when }: CompiledGuardrail, target: GuardrailTarget, answers: Answers): string {
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

/** What the rules that match say, one after the other: for most people it is what was said for somebody else. */
interface Said {
  readonly before: Said | null;
  readonly place: number;
  readonly line: string;
  /** By the next rule that matches; by what it says as well, where that is more than yes. */
  readonly next: Map<number | string, Said>;
  /** What all rules say where no other one matches. */
  verdicts: readonly GuardrailVerdict[] | null;
}

const nothing = (): Said => ({ before: null, place: -1, line: NO, next: new Map(), verdicts: null });

function saidNext(before: Said, place: number, line: string): Said {
  const key = line === YES ? place : `${place} ${line}`;
  let next = before.next.get(key);
  if (next === undefined)
    before.next.set(key, (next = { before, place, line, next: new Map(), verdicts: null }));
  return next;
}

/** Rules in scope, and what was said of them. */
interface Memory {
  /** As where nothing matches: what is otherwise is put in its place. */
  readonly silent: readonly GuardrailVerdict[];
  readonly silentWritten: Candidate['guardrails'];
  readonly said: Said;
}

let memories = new WeakMap<Filed, Memory>();
let inMemory = 0;
/** Verdicts, some 60 MB once all of them were written down. */
const MOST_IN_MEMORY = 500_000;

/**
 * What every guardrail in scope says about a candidate, ordered by id so that their order in the files means nothing. Those that are filed under
 * something else need not be evaluated for it: the result is that of evaluating all of them.
 * The same array for the same answers, as long as it is remembered.
 */
export function judgeAll(
  guardrails: readonly CompiledGuardrail[],
  target: GuardrailTarget,
  answers: Answers,
  now: string,
): readonly GuardrailVerdict[] {
  const asked = filed(guardrailsFor(guardrails, target), now);
  const memory = memoryOf(asked);
  let { said } = memory;
  for (const places of placesToAsk(asked, answers))
    for (const place of places) {
      const rule = asked.rules[place];
      const line = rule === undefined ? NO : say(rule, target, answers);
      if (line !== NO) said = saidNext(said, place, line);
    }
  if (said.verdicts !== null) return said.verdicts;
  makeRoom(asked);
  return (said.verdicts = verdictsFrom(asked, memory, said));
}

function verdictsFrom(
  { rules }: Filed,
  { silent, silentWritten }: Memory,
  said: Said,
): readonly GuardrailVerdict[] {
  const verdicts = [...silent];
  const written = [...silentWritten];
  for (let each: Said | null = said; each !== null; each = each.before) {
    const { place, line } = each;
    const rule = rules[place];
    if (rule === undefined) continue;
    const verdict = verdictOf(rule, line);
    verdicts[place] = verdict;
    written[place] = writeDown(verdict);
  }
  writings.set(verdicts, keepText(written));
  return verdicts;
}

function makeRoom({ rules: { length } }: Filed): void {
  if (inMemory + length > MOST_IN_MEMORY) {
    memories = new WeakMap();
    inMemory = 0;
  }
  inMemory += length;
}

function memoryOf(asked: Filed): Memory {
  return remembered(memories, asked, () => {
    const silent = asked.rules.map((rule, place) =>
      verdictOf(rule, asked.isOver[place] === true ? EXPIRED : NO),
    );
    return { silent, silentWritten: silent.map(writeDown), said: nothing() };
  });
}

const writings = new WeakMap<readonly GuardrailVerdict[], Candidate['guardrails']>();

function writeDown({ guardrail, matched, reason }: GuardrailVerdict): Candidate['guardrails'][number] {
  return { id: guardrail.id, effect: guardrail.effect, matched, reason };
}

/** Verdicts as they are stored with a candidate. They are most of a decision, and the same for many. */
export function writtenDown(verdicts: readonly GuardrailVerdict[]): Candidate['guardrails'] {
  return writings.get(verdicts) ?? verdicts.map(writeDown);
}

/** The same verdicts without those of some rules. */
export function withoutRules(
  verdicts: readonly GuardrailVerdict[],
  rules: ReadonlySet<string>,
): readonly GuardrailVerdict[] {
  const left = verdicts.filter(({ guardrail }) => !rules.has(guardrail.id));
  writings.set(
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
