import { type Bundle } from '../policies/bundle.js';
import { type ConsentState } from '../profiles/profile.js';
import { type Situation } from './situation.js';

/** One thing that could have been otherwise. */
export type Change =
  | { readonly kind: 'guardrail_removed'; readonly guardrail: string }
  | {
      readonly kind: 'consent';
      readonly channel: string;
      readonly topic: string;
      readonly state: ConsentState;
    }
  | { readonly kind: 'suppression_lifted'; readonly channel: string }
  | { readonly kind: 'not_held_out'; readonly action: string }
  | { readonly kind: 'tasks_closed' }
  | { readonly kind: 'task_opened' }
  | { readonly kind: 'advice_withheld' }
  | { readonly kind: 'value'; readonly action: string; readonly value: number };

/** What is decided from. */
export interface Case {
  readonly bundle: Bundle;
  readonly situation: Situation;
}

/** The case with one thing otherwise. */
export function applyChange({ bundle, situation }: Case, change: Change): Case {
  switch (change.kind) {
    case 'guardrail_removed':
      return {
        bundle: {
          ...bundle,
          guardrails: bundle.guardrails.filter(({ spec }) => spec.id !== change.guardrail),
        },
        situation,
      };
    case 'consent': {
      const { channel, topic, state } = change;
      const others = situation.profile.consents.filter(
        (consent) => consent.channel !== channel || consent.topic !== topic,
      );
      const said = { channel, topic, state, source: 'what-if', at: situation.now };
      return {
        bundle,
        situation: { ...situation, profile: { ...situation.profile, consents: [...others, said] } },
      };
    }
    case 'suppression_lifted':
      return {
        bundle,
        situation: {
          ...situation,
          suppressions: situation.suppressions.filter(({ channel }) => channel !== change.channel),
        },
      };
    case 'not_held_out':
      return withAction({ bundle, situation }, change.action, { holdout: 0 });
    case 'value':
      return withAction({ bundle, situation }, change.action, { value: change.value });
    case 'tasks_closed':
      return { bundle, situation: { ...situation, openTasks: [] } };
    case 'advice_withheld':
      return { bundle, situation: { ...situation, advice: null } };
    case 'task_opened':
      return {
        bundle,
        situation: {
          ...situation,
          openTasks: [
            ...situation.openTasks,
            { id: 'what-if', code: 'what-if', reason: 'a task that is open' },
          ],
        },
      };
  }
}

function withAction(
  { bundle, situation }: Case,
  id: string,
  change: { readonly holdout?: number; readonly value?: number },
): Case {
  const action = bundle.actions.get(id);
  if (action === undefined) return { bundle, situation };
  const actions = new Map(bundle.actions).set(id, { ...action, spec: { ...action.spec, ...change } });
  return { bundle: { ...bundle, actions }, situation };
}

/** A change in plain words. */
export function changeText(change: Change): string {
  switch (change.kind) {
    case 'guardrail_removed':
      return `rule ${change.guardrail} did not apply`;
    case 'consent':
      return change.state === 'granted'
        ? `consent for ${change.topic} on ${change.channel} were granted`
        : `consent for ${change.topic} on ${change.channel} were denied`;
    case 'suppression_lifted':
      return `the address on ${change.channel} were not suppressed`;
    case 'not_held_out':
      return `the person were not held out of ${change.action}`;
    case 'tasks_closed':
      return 'the open tasks were closed';
    case 'task_opened':
      return 'a task were open for the person';
    case 'advice_withheld':
      return 'no advice had been given';
    case 'value':
      return `${change.action} were worth ${change.value}`;
  }
}
