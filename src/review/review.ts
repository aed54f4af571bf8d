import { z } from 'zod';
import { type DecisionResult } from '../decisions/decision.js';
import { type Claim } from '../messages/content.js';
import { type Contribution } from '../risk/assessment.js';

export const REVIEW_STATES = [
  'pending',
  'claimed',
  'awaiting_second',
  'approved',
  'rejected',
  'handed_off',
  'expired',
] as const;
export const reviewStateSchema = z.enum(REVIEW_STATES);
export type ReviewState = z.output<typeof reviewStateSchema>;

/** Why a person must see it. */
export interface Why {
  readonly code: string;
  readonly text: string;
}

/** One person's answer, as kept. */
export interface VerdictRecord {
  readonly verdict: Verdict;
  readonly personId: string;
  readonly name: string;
  readonly at: string;
  readonly contentHash: string;
  readonly reasons: readonly string[];
  readonly note: string | null;
  /** From claim to answer. */
  readonly secondsLooked: number | null;
}

export const verdictSchema = z.enum(['edit', 'approve', 'reject', 'handoff', 'skip']);
export type Verdict = z.output<typeof verdictSchema>;

/** What a reviewer may change. What is left out stays. */
export const contentEditSchema = z.strictObject({
  subject: z.string().min(1).max(500).optional(),
  preheader: z.string().max(500).optional(),
  text: z.string().min(1).max(100_000).optional(),
  html: z.string().min(1).max(400_000).optional(),
});
export type ContentEditInput = z.output<typeof contentEditSchema>;

/** Reasons the console offers for a rejection; others may be given. */
export const REASON_CODES = [
  'wrong-facts',
  'wrong-person',
  'wrong-moment',
  'wrong-offer',
  'tone',
  'too-many',
  'not-allowed',
  'quality',
  'other',
] as const;

/** Body of `POST /v1/reviews/:id/verdict`. */
export const verdictRequestSchema = z
  .strictObject({
    verdict: verdictSchema,
    contentHash: z.string().min(1),
    content: contentEditSchema.optional(),
    reasons: z
      .array(z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,59}$/i, 'write a code such as "wrong-facts"'))
      .max(20)
      .optional(),
    note: z.string().max(2_000).optional(),
  })
  .refine((request) => request.verdict !== 'edit' || request.content !== undefined, {
    path: ['content'],
    error: 'an edit needs the new content',
  })
  .refine((request) => request.verdict === 'edit' || request.content === undefined, {
    path: ['content'],
    error: 'only an edit carries content: edit first, then approve what came of it',
  });
export type VerdictRequest = z.output<typeof verdictRequestSchema>;

export interface RiskView {
  readonly score: number;
  readonly threshold: number;
  readonly contributions: readonly Contribution[];
}

/** One item of the queue, for lists. Times ISO 8601 UTC. */
export interface ReviewSummary {
  readonly id: string;
  readonly state: ReviewState;
  readonly tier: 1 | 2;
  readonly messageId: string;
  readonly profileId: string;
  readonly userId: string | null;
  readonly action: string;
  readonly channel: string;
  readonly subject: string | null;
  readonly recipient: string;
  readonly why: readonly Why[];
  readonly risk: RiskView;
  readonly contentHash: string;
  /** Set while somebody holds it. */
  readonly claimedBy: { readonly personId: string; readonly name: string } | null;
  readonly claimExpiresAt: string | null;
  readonly sendAt: string;
  readonly expiresAt: string;
  readonly createdAt: string;
  readonly closedAt: string | null;
}

/** One item, whole. */
export interface ReviewDetail extends ReviewSummary {
  readonly draft: {
    readonly channel: string;
    readonly sender: string;
    readonly replyTo: string | null;
    readonly subject: string | null;
    readonly preheader: string | null;
    readonly text: string;
    readonly html: string | null;
    readonly payload: Readonly<Record<string, unknown>> | null;
    readonly links: readonly string[];
    readonly claims: readonly Claim[];
    readonly origin: 'template' | 'model' | 'person';
    readonly versions: {
      readonly bundle: string;
      readonly template: { readonly id: string; readonly hash: string } | null;
      readonly prompt: { readonly id: string; readonly version: string; readonly model: string } | null;
    };
  };
  readonly decision: {
    readonly id: string;
    readonly createdAt: string;
    readonly trigger: string | null;
    readonly seed: string;
    readonly bundle: string;
    readonly engine: string;
  } & DecisionResult;
  readonly verdicts: readonly VerdictRecord[];
}

/** Answer to a verdict: what the item is now. After an edit `contentHash` and `risk` are those of the new content. */
export type VerdictAnswer = ReviewDetail;
