import { type Fact } from '../../policies/fact.js';
import { type ReviewDetail } from '../../review/review.js';
import { type DecisionView } from '../decisions/decision.read-model.js';

/** Everything the page of one review shows. */
export interface ReviewProps {
  /** With the wording that is looked at in place of the words it holds. */
  readonly review: ReviewDetail;
  /** Hash of the words that the item holds, whichever are looked at. */
  readonly held: string;
  /** Null when the decision is gone, for instance with an erased person. */
  readonly decision: DecisionView | null;
  readonly facts: readonly Fact[];
  /** Person id of the reader; null for a machine. */
  readonly me: string | null;
  readonly queue: {
    readonly position: number | null;
    readonly length: number;
    readonly next: string | null;
    readonly previous: string | null;
  };
  readonly editing: boolean;
  /** What went against the last attempt, said above the content. */
  readonly problem: { readonly stale: boolean; readonly text: string } | null;
}
