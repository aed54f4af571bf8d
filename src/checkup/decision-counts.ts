import { type DecisionResult } from '../decisions/decision.js';
import { type DecisionDay, type RuleDay } from './health-days.js';
import { factUsesOf, usesOf } from './rule-use.js';

/** An executed decision, as far as it is counted. */
export interface Counted {
  /** ISO 8601. */
  readonly at: string;
  readonly outcome: DecisionResult['outcome'];
  readonly triggerId: string | null;
  /** Null when nobody can read it any more: the person was erased. */
  readonly result: DecisionResult | null;
}

export interface Counts {
  readonly rules: readonly RuleDay[];
  readonly decisions: readonly DecisionDay[];
}

/** What some executed decisions add to the counts of their days. @param isOwed as in `usesOf`. @param byCase as in `factUsesOf`. */
export function countsOf(
  decided: readonly Counted[],
  isOwed: (action: string) => boolean,
  byCase: ReadonlySet<string>,
): Counts {
  const rules = new Map<string, RuleDay>();
  const decisions = new Map<string, DecisionDay>();
  for (const { at, outcome, triggerId, result } of decided) {
    const day = at.slice(0, 10);
    const trigger_id = triggerId ?? '';
    const key = `${day} ${trigger_id} ${outcome}`;
    const known = decisions.get(key)?.decisions ?? 0;
    decisions.set(key, { day, trigger_id, outcome, decisions: known + 1 });
    if (result === null) continue;
    for (const { rule, stood, alone, costMicros } of [
      ...usesOf(result, isOwed),
      ...factUsesOf(result, byCase),
    ]) {
      const before = rules.get(`${day} ${rule}`);
      rules.set(`${day} ${rule}`, {
        rule,
        day,
        matched: (before?.matched ?? 0) + 1,
        stood: (before?.stood ?? 0) + Number(stood),
        alone: (before?.alone ?? 0) + Number(alone),
        cost_micros: (before?.cost_micros ?? 0) + costMicros,
      });
    }
  }
  return { rules: [...rules.values()], decisions: [...decisions.values()] };
}
