import { type Fact } from '../../policies/fact.js';
import { type ReviewDetail } from '../../review/review.js';
import { type DecisionView } from '../decisions/decision.read-model.js';

/** Everything the page of one review shows. */
export interface ReviewProps {
  readonly review: ReviewDetail;
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
