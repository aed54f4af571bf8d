import { type Bundle } from '../policies/bundle.js';
import { type Action } from '../policies/playbook.js';
import { type Moment } from '../profiles/sensitive-moments.js';

/** A task that somebody looks after. */
export interface OpenTask {
  readonly id: string;
  /** Its reason code: the guardrail that handed over, the moment that was written of, or what a person chose. */
  readonly code: string;
  readonly reason: string;
}

/** What the codes of moments begin with; a guardrail's id holds no full stop. */
const MOMENT = 'moment.';

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
 * Whether an open task keeps an action from being done: every action, except that what somebody wrote of grief, anger and the like says nothing
 * against what is owed to them, such as an order confirmation.
 */
export function keepsFrom({ code }: Pick<OpenTask, 'code'>, { class: cls }: Pick<Action, 'class'>): boolean {
  return cls === 'marketing' || !code.startsWith(MOMENT);
}
