import { type Candidate, type DecisionResult, HOLD } from '../decisions/decision.js';

/** What one guardrail did in one decision. */
export interface RuleUse {
  readonly rule: string;
  /** It stood in the way of a candidate, or asked for a person to look at what was chosen. */
  readonly stood: boolean;
  /** And nothing else did: but for it, something worth doing would have been allowed, or would have gone unseen. */
  readonly alone: boolean;
  /** By how much the best of what it alone held back was expected to be worth more than what was done; millionths of a minor unit, 0 or more. */
  readonly costMicros: number;
}

const MICROS = 1e6;
const BY_RULE = 'guardrail:';
/** Reasons of limits name their rules in words. */
const OF_LIMITS: ReadonlySet<string> = new Set([
  'cap',
  'hours',
  'limit_channels',
  'limits_conflict',
  'zone_unknown',
]);

/**
 * Every guardrail that matched in a decision, with what it did there.
 * @param isOwed whether an action is one that is done whatever it is worth, once it was called for.
 */
export function usesOf(result: DecisionResult, isOwed: (action: string) => boolean): RuleUse[] {
  const candidates = result.candidates
    .filter(({ action }) => action !== HOLD)
    .map((candidate) => ({ candidate, against: rulesAgainst(candidate) }));
  const matched = new Set(
    candidates.flatMap(({ candidate }) =>
      candidate.guardrails.filter((each) => each.matched).map(({ id }) => id),
    ),
  );
  const done = worthOf(result);
  return [...matched].map((rule) => {
    const hidden = candidates
      .filter(({ against }) => against !== null && isOnly(rule, [...against, ...handoffsOf(result)]))
      .map(({ candidate }) => candidate)
      .filter(({ action, score }) => score.total > 0 || isOwed(action));
    const asked = result.review?.why.map(({ code }) => code) ?? [];
    return {
      rule,
      stood:
        asked.includes(rule) ||
        handoffsOf(result).includes(rule) ||
        candidates.some(({ candidate }) => standsAgainst(rule, candidate)),
      alone: hidden.length > 0 || isOnly(rule, asked),
      costMicros: Math.max(0, ...hidden.map(({ score }) => Math.round((score.total - done) * MICROS))),
    };
  });
}

/** Under what the facts of an action are counted, beside guardrails. */
const factsOfAction = (action: string): string => `actions/${action}`;

/**
 * Actions that came up with all of their facts there: whether one of them was not valid any more. Where no fact is named, as by a signal that is
 * about something else, nothing is said.
 * @param byCase actions for which it depends on the case which fact that is; what is named outright is looked at by itself.
 */
export function factUsesOf(result: DecisionResult, byCase: ReadonlySet<string>): RuleUse[] {
  const stale = new Map<string, boolean>();
  for (const { action, blockedBy } of result.candidates) {
    const codes = blockedBy.map(({ code }) => code);
    if (action === HOLD || !byCase.has(action) || codes.includes('missing_fact')) continue;
    stale.set(action, codes.includes('stale_fact'));
  }
  return [...stale].map(([action, stood]) => ({
    rule: factsOfAction(action),
    stood,
    alone: false,
    costMicros: 0,
  }));
}

/** Expected value of what was done; nothing is worth nothing, and so is a task. */
function worthOf({ outcome, action, channel, candidates }: DecisionResult): number {
  if (outcome !== 'act') return 0;
  return candidates.find((each) => each.action === action && each.channel === channel)?.score.total ?? 0;
}

/** The rules that made a person take over: with one of them gone the others still would. */
function handoffsOf({ outcome, reasons }: DecisionResult): string[] {
  if (outcome !== 'handoff') return [];
  return reasons.map(({ code }) => (code.startsWith(BY_RULE) ? code.slice(BY_RULE.length) : code));
}

function isOnly(rule: string, rules: readonly string[]): boolean {
  return rules.length > 0 && rules.every((each) => each === rule);
}

/** The rules that block a candidate; null when something else does too. */
function rulesAgainst(candidate: Candidate): string[] | null {
  const rules: string[] = [];
  for (const reason of candidate.blockedBy) {
    const behind = rulesBehind(reason, candidate);
    if (behind.length === 0) return null;
    rules.push(...behind);
  }
  return rules;
}

function standsAgainst(rule: string, candidate: Candidate): boolean {
  return candidate.blockedBy.some((reason) => rulesBehind(reason, candidate).includes(rule));
}

function rulesBehind({ code, text }: Candidate['blockedBy'][number], { guardrails }: Candidate): string[] {
  if (code.startsWith(BY_RULE)) return [code.slice(BY_RULE.length)];
  if (!OF_LIMITS.has(code)) return [];
  const words = new Set(text.split(/[^a-z0-9-]+/));
  return guardrails
    .filter(({ id, effect, matched }) => matched && effect === 'limit' && words.has(id))
    .map(({ id }) => id);
}
