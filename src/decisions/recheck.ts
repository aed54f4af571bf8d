import { type Bundle } from '../policies/bundle.js';
import { type Fact } from '../policies/fact.js';
import { type Situation } from './situation.js';

/** What is looked at again before it leaves; a `Message` fits, with what its content rests on beside it. */
export interface DueMessage {
  readonly id: string;
  readonly action: string;
  readonly channel: string;
  readonly sendAt: string;
  readonly expiresAt: string;
  /** When it was decided. */
  readonly createdAt: string;
  /** `versions.facts` of its content. */
  readonly facts: readonly { readonly id: string; readonly version: number }[];
  /** The facts of the decision's situation, so that a change can be told in figures. */
  readonly decidedFacts?: readonly Fact[];
  /** A named person has read it: review rules have been answered. */
  readonly readByPerson?: boolean;
  /** Its words, for rules on required and forbidden text. */
  readonly text?: string;
}

export interface RecheckResult {
  readonly verdict: 'send' | 'postpone' | 'suppress' | 'expire' | 'review';
  /** The next allowed time, for `postpone`. ISO 8601 UTC. */
  readonly at?: string;
  readonly reasons: readonly { readonly code: string; readonly text: string }[];
  /** A hand-off rule matched: its task is to be opened although the message does not leave. */
  readonly handoff: { readonly owner: string; readonly reasonCode: string; readonly reason: string } | null;
}

/** Looks again just before sending: guardrails only, the action fixed, the message's own place in the caps left out. */
export function recheck(_bundle: Bundle, _situation: Situation, _message: DueMessage): RecheckResult {
  throw new Error('soon');
}
