import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/index.js';
import { type Page } from '../platform/http/index.js';
import { type WorkHandler } from '../platform/work/index.js';
import {
  type ReviewDetail,
  type ReviewState,
  type ReviewSummary,
  type VerdictAnswer,
  type VerdictRequest,
} from './review.js';

export interface ReviewQuery {
  /** All states when left out. */
  readonly state?: ReviewState | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

const notYet = () => Promise.reject(new Error('not yet'));

@Injectable()
export class ReviewService {
  readonly draftAssessed: WorkHandler = { kind: 'draft.assessed', commit: notYet };
  readonly messageNeedsReview: WorkHandler = { kind: 'message.needs_review', commit: notYet };
  readonly reviewExpires: WorkHandler = { kind: 'review.expires', commit: notYet };

  list(_query: ReviewQuery): Promise<Page<ReviewSummary>> {
    return notYet();
  }
  /** @throws Problem 404 */
  get(_id: string): Promise<ReviewDetail> {
    return notYet();
  }
  /** Takes an item for `engine.claimLease`. @throws Problem 403, 404, 409, 410 */
  claim(_id: string, _actor: Actor): Promise<ReviewDetail> {
    return notYet();
  }
  /** @throws Problem 403, 404, 409, 410 */
  release(_id: string, _actor: Actor): Promise<ReviewDetail> {
    return notYet();
  }
  /** @throws Problem 403, 404, 409, 410 */
  verdict(_id: string, _actor: Actor, _request: VerdictRequest): Promise<VerdictAnswer> {
    return notYet();
  }
}
