import { type Bundle } from '../policies/bundle.js';
import { type Scope } from '../policies/playbook.js';
import { type Moment } from '../profiles/sensitive-moments.js';
import { covers, type GuardrailTarget } from './scope.js';

/** A task that somebody looks after. */
export interface OpenTask {
  readonly id: string;
  /** Its reason code: the guardrail that handed over, the moment that was written of, or what a person chose. */
  readonly code: string;
  readonly reason: string;
  /** What it keeps automation from besides marketing; everything where it is left out. */
  readonly scope?: Scope;
}

/** What the person wrote says nothing against what is owed to them. */
const NOTHING_OWED: Scope = {
  actions: [],
  classes: ['marketing'],
  channels: [],
  reaches: [],
  tags: [],
  segments: [],
  countries: [],
  exceptActions: [],
  exceptTags: [],
};
const MOMENT = 'moment.';

/** A task as a situation holds it: with the scope of the rule that handed over, where the playbook has that rule. */
export function openTask(
  { guardrails }: Pick<Bundle, 'guardrails'>,
  { id, code, reason }: Pick<OpenTask, 'id' | 'code' | 'reason'>,
): OpenTask {
  if (code.startsWith(MOMENT)) return { id, code, reason, scope: NOTHING_OWED };
  const rule = guardrails.find(({ spec }) => spec.id === code && spec.effect === 'handoff');
  return rule === undefined ? { id, code, reason } : { id, code, reason, scope: rule.spec.scope };
}

/** What is asked of a person where somebody wrote of such a moment. What they wrote is not repeated. */
export function momentTask(
  { engine }: Pick<Bundle, 'engine'>,
  { code, what }: Moment,
): { readonly owner: string; readonly reasonCode: string; readonly reason: string } {
  return {
    owner: engine.handoffOwner,
    reasonCode: code,
    reason: `What they wrote speaks of ${what}. Nothing is advertised to them until somebody has looked.`,
  };
}

/**
 * Whether an open task keeps an action from being done. Marketing always; something that is owed, such as an order confirmation, where the rule
 * that handed over is about it, or where nobody can say what the task is about.
 */
export function keepsFrom({ scope }: OpenTask, target: GuardrailTarget): boolean {
  return target.action.class === 'marketing' || scope === undefined || covers(scope, target);
}
