import { type DecisionResult } from '../decisions/decision.js';
import { type Situation } from '../decisions/situation.js';
import { type MessageContent } from '../messages/content.js';
import { type Fact } from '../policies/fact.js';
import {
  type Action,
  type Brand,
  type EngineSettings,
  type Template,
  type VocabularySpec,
} from '../policies/playbook.js';
import { type Contribution } from './assessment.js';
import { type DraftText } from './draft-text.js';

/** A message that the same person was sent. */
export interface ToldMessage {
  readonly messageId: string;
  /** When it was sent, ISO 8601 UTC. */
  readonly at: string;
  readonly content: MessageContent;
}

/** Everything a draft is judged by. */
export interface RiskInput {
  readonly content: MessageContent;
  readonly decision: DecisionResult;
  readonly situation: Situation;
  /** The facts of the situation as they are now; only those the draft was given, and approved claims, support a claim. */
  readonly facts: readonly Fact[];
  /** Other facts of the same things: no ground for a claim, but what may contradict one. */
  readonly rivals: readonly Fact[];
  /** What its fields are: what a person wrote bears nothing out. */
  readonly vocabulary: VocabularySpec;
  readonly brand: Brand;
  readonly engine: EngineSettings;
  /** What the action is for, in the playbook's words: title, goal and brief. Empty when the action is gone. */
  readonly purpose: string;
  /** The language the recipient is to be written to in, such as `de`; null where nobody says. */
  readonly language: string | null;
  /** What the same person was sent in the 30 days before, newest first. */
  readonly told: readonly ToldMessage[];
  /** The signed template the content was filled from, or edited from. */
  readonly template: Template | null;
  /** How many people were given the same template within 24 hours, this one included; 1 for a draft of its own. */
  readonly audience: number;
  /** ISO 8601 UTC. */
  readonly now: string;
  /** When it is to leave, at the earliest now: facts have to hold then. ISO 8601 UTC. */
  readonly leavesAt: string;
}

export interface CheckContext extends RiskInput {
  readonly draft: DraftText;
}

/** One question asked of a draft. It may throw: that counts as the highest risk, never as none. */
export interface Check {
  /** Named by what it looks at, such as `foreign-links`. */
  readonly name: string;
  run(context: CheckContext): Contribution[];
}

/**
 * A check of how something is written. Words that a person signed as a template are not judged once more for each recipient; what fills
 * their slots is looked at by the other checks.
 */
export function ofWriting(check: Check): Check {
  return { name: check.name, run: (context) => (context.template === null ? check.run(context) : []) };
}

/** The weight of what must be seen by a person whatever else is said: enough to reach the threshold by itself. */
export function needsPerson(engine: EngineSettings): number {
  return Math.max(0.5, engine.riskThreshold);
}

/** What an action is for, in the playbook's words. */
export function purposeOf(action: Pick<Action, 'title' | 'goal' | 'draft'>): string {
  return [action.title, action.goal, action.draft.brief ?? ''].join('. ');
}
