import { type Bundle } from '../policies/bundle.js';
import { durationMs } from '../shared/clock.js';
import { actionsUp } from './candidates.js';
import { expressionInputs } from './expression-source.js';
import { type Situation } from './situation.js';

const HISTORY_MS = 90 * 86_400_000;
const LONGEST_FACT_ID = 200;

/** What a playbook asks to be gathered for a situation, besides what every situation holds. */
export interface Needs {
  /** Ids of the facts that the actions in question name. */
  readonly facts: readonly string[];
  /** How far back messages are looked at, in milliseconds. */
  readonly historyMs: number;
}

export function needsOf(bundle: Bundle, situation: Situation): Needs {
  return { facts: factIds(bundle, situation), historyMs: historyMs(bundle) };
}

/** 90 days, or longer when a cap looks back further. */
export function historyMs(bundle: Bundle): number {
  const windows = bundle.guardrails.flatMap(({ spec }) =>
    spec.effect === 'limit' ? spec.caps.map((cap) => durationMs(cap.per)) : [],
  );
  return Math.max(HISTORY_MS, ...windows);
}

/** Ids that the actions in question ask for. */
export function factIds(bundle: Bundle, situation: Situation): string[] {
  const input = expressionInputs(bundle, situation)();
  const asked = actionsUp(bundle, situation).flatMap((id) =>
    [...(bundle.actions.get(id)?.facts.values() ?? [])].flatMap((expression) => {
      const answer = expression.evaluate(input);
      return answer.known ? [answer.value] : [];
    }),
  );
  return [...new Set(asked)].filter(
    (id) => id.length > 0 && id.length <= LONGEST_FACT_ID && !id.includes('\0'),
  );
}
