import { type Bundle, type CompiledExpression } from '../policies/bundle.js';
import { type Action } from '../policies/playbook.js';
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
  return {
    facts: idsBy(factExpressions(bundle, situation), bundle, situation),
    historyMs: historyMs(bundle),
  };
}

const windows = new WeakMap<Bundle, number>();

/** 90 days, or longer when a cap looks back further. */
export function historyMs(bundle: Bundle): number {
  let longest = windows.get(bundle);
  if (longest === undefined) {
    const caps = bundle.guardrails.flatMap(({ spec }) =>
      spec.effect === 'limit' ? spec.caps.map((cap) => durationMs(cap.per)) : [],
    );
    windows.set(bundle, (longest = Math.max(HISTORY_MS, ...caps)));
  }
  return longest;
}

/** Channels on which an action in question waits for a better hour, each once. */
export function hourChannels(bundle: Bundle, situation: Situation): string[] {
  const channels = actionsUp(bundle, situation).flatMap((id) => {
    const spec = bundle.actions.get(id)?.spec;
    return spec?.bestHours === true && spec.class === 'marketing' ? spec.channels : [];
  });
  return [...new Set(channels)].filter((id) => bundle.channels.get(id)?.enabled === true);
}

/** Actions in question for whose reviews the playbook leaves time. */
export function reviewedActions(bundle: Bundle, situation: Situation): Action[] {
  return actionsUp(bundle, situation).flatMap((id) => {
    const spec = bundle.actions.get(id)?.spec;
    return spec === undefined || (spec.reviewTime ?? bundle.engine.reviewTime) === undefined ? [] : [spec];
  });
}

/** What the actions in question choose their facts by. */
export function factExpressions(bundle: Bundle, situation: Situation): CompiledExpression<string>[] {
  return actionsUp(bundle, situation).flatMap((id) => [...(bundle.actions.get(id)?.facts.values() ?? [])]);
}

/** Ids of the facts that these expressions choose. */
export function idsBy(
  expressions: readonly CompiledExpression<string>[],
  bundle: Bundle,
  situation: Situation,
): string[] {
  if (expressions.length === 0) return [];
  const input = expressionInputs(bundle, situation)();
  const asked = expressions.flatMap((expression) => {
    const answer = expression.evaluate(input);
    return answer.known ? [answer.value] : [];
  });
  return [...new Set(asked)].filter(
    (id) => id.length > 0 && id.length <= LONGEST_FACT_ID && !id.includes('\0'),
  );
}
