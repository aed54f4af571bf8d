import { z } from 'zod';
import { type DecisionResult } from '../decisions/decision.js';
import { type VariantsReport } from '../drafting/draft.js';
import { type Making } from '../drafting/making.js';
import { type Claim, type MessageContent } from '../messages/content.js';
import { type Contribution } from '../risk/assessment.js';

const REVIEW_STATES = [
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

export const OPEN_REVIEW_STATES: readonly ReviewState[] = ['pending', 'claimed', 'awaiting_second'];

/** Why a person must see it. */
export interface Why {
  readonly code: string;
  readonly text: string;
  /**
   * Set for what stands against it at the moment of asking, whatever it was put in the queue for: what the look before sending would make of it.
   * `review`: once signed it would come back to be signed again.
   */
  readonly stops?: 'suppress' | 'expire' | 'review';
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
  /** With an approval of one of several wordings: content hashes of others that would have been signed as well. */
  readonly alsoFine: readonly string[];
}

export const verdictSchema = z.enum(['edit', 'approve', 'reject', 'handoff', 'skip']);
export type Verdict = z.output<typeof verdictSchema>;

/** What a reviewer may change. What is left out stays. */
const contentEditSchema = z.strictObject({
  subject: z.string().min(1).max(500).optional(),
  preheader: z.string().max(500).optional(),
  text: z.string().min(1).max(100_000).optional(),
  html: z.string().min(1).max(100_000).optional(),
  /** Of a webhook the members that change, of what is shown on site `title`, `body` and `url`. */
  payload: z
    .record(z.string().max(100), z.union([z.string().max(20_000), z.number(), z.boolean(), z.null()]))
    .optional(),
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
    /** With an approval of one of several wordings: content hashes of others that would have been signed as well. */
    alsoFine: z.array(z.string().min(1)).max(4).optional(),
  })
  .refine((request) => request.verdict !== 'edit' || request.content !== undefined, {
    path: ['content'],
    error: 'an edit needs the new content',
  })
  .refine((request) => request.verdict === 'edit' || request.content === undefined, {
    path: ['content'],
    error: 'only an edit carries content: edit first, then approve what came of it',
  })
  .refine((request) => request.verdict === 'approve' || request.alsoFine === undefined, {
    path: ['alsoFine'],
    error: 'only an approval says which others are fine',
  });
export type VerdictRequest = z.output<typeof verdictRequestSchema>;

/** A queue item as it stands. Times ISO 8601 UTC. */
export interface Review {
  readonly id: string;
  readonly messageId: string;
  readonly profileId: string;
  readonly state: ReviewState;
  readonly tier: 1 | 2;
  /** What is asked for whatever the words say; other words cannot lower the tier beneath it. */
  readonly minimumTier: 1 | 2;
  readonly why: readonly Why[];
  readonly draftId: string;
  readonly bundleHash: string;
  readonly contentHash: string;
  readonly risk: number;
  readonly priority: number;
  /** Also set while `awaiting_second`, by the second person. */
  readonly claimedBy: string | null;
  readonly claimedAt: string | null;
  readonly claimExpiresAt: string | null;
  readonly expiresAt: string;
  readonly createdAt: string;
  readonly closedAt: string | null;
}

/** Why somebody may not do what they asked. */
export interface Refusal {
  readonly status: 409 | 410;
  readonly code: string;
  readonly text: string;
}

/** Whose approval of these words stands: given since the words last were others, each person once, in order. */
export function standingApprovals(
  review: Pick<Review, 'contentHash'>,
  verdicts: readonly Pick<VerdictRecord, 'verdict' | 'personId' | 'name' | 'at' | 'contentHash'>[],
): { personId: string; name: string; at: string }[] {
  const since =
    verdicts.findLastIndex(
      (each) =>
        each.verdict === 'edit' ||
        // Another of several wordings was signed.
        (each.verdict === 'approve' && each.contentHash !== review.contentHash),
    ) + 1;
  const approvals = verdicts.slice(since).filter((each) => each.verdict === 'approve');
  return [...new Map(approvals.map(({ personId, name, at }) => [personId, { personId, name, at }])).values()];
}

/** Who holds an item now; a claim that ran out holds nothing. */
export function holderOf(review: Review, now: string): string | null {
  if (review.claimedBy === null || review.claimExpiresAt === null) return null;
  return now < review.claimExpiresAt ? review.claimedBy : null;
}

/** Why an item takes no answer at all any more; null while it does. */
export function closedRefusal(review: Review, now: string): Refusal | null {
  if (review.state === 'expired' || (OPEN_REVIEW_STATES.includes(review.state) && review.expiresAt <= now))
    return {
      status: 410,
      code: 'review-expired',
      text:
        review.expiresAt <= now
          ? `It expired on ${review.expiresAt}.`
          : 'It was withdrawn before anybody answered: the message does not leave any more.',
    };
  if (!OPEN_REVIEW_STATES.includes(review.state))
    return { status: 409, code: 'review-closed', text: `It was closed already: ${review.state}.` };
  return null;
}

/** Why a person may not take an item; null when they may. Taking it again renews the lease. */
export function claimRefusal(
  review: Review,
  approvals: readonly { personId: string }[],
  personId: string,
  now: string,
): Refusal | null {
  const closed = closedRefusal(review, now);
  if (closed !== null) return closed;
  if (approvals.some((each) => each.personId === personId))
    return { status: 409, code: 'same-person', text: 'You approved it; now another person has to look.' };
  const holder = holderOf(review, now);
  if (holder !== null && holder !== personId)
    return { status: 409, code: 'review-claimed', text: 'Somebody else is looking at it.' };
  return null;
}

/**
 * Why a person may not give this verdict; null when they may. Whoever approved first may take it back (reject, hand off, edit) but not
 * approve again.
 */
export function verdictRefusal(
  review: Review,
  approvals: readonly { personId: string }[],
  personId: string,
  request: { readonly verdict: Verdict; readonly contentHash: string },
  now: string,
): Refusal | null {
  const mine = approvals.some((each) => each.personId === personId);
  const isTakingBack = mine && ['reject', 'handoff', 'edit'].includes(request.verdict);
  const refusal = claimRefusal(review, isTakingBack ? [] : approvals, personId, now);
  if (refusal !== null) return refusal;
  if (request.contentHash !== review.contentHash)
    return {
      status: 409,
      code: 'stale-content',
      text: 'The words have changed since you read them; read them again.',
    };
  return null;
}

interface RiskView {
  readonly score: number;
  readonly threshold: number;
  readonly contributions: readonly Contribution[];
  /** What judged it: the checks by a name of their own, and after a slash the learned model, where there is one. */
  readonly model: string | null;
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

/** A draft as it is shown. */
export interface DraftView {
  readonly channel: string;
  readonly kind: MessageContent['kind'];
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
    readonly template: MessageContent['versions']['template'];
    readonly prompt: MessageContent['versions']['prompt'];
  };
}

/** One of several wordings that the model wrote, with its own risk. A verdict names it by its `contentHash`. */
export interface VariantView {
  readonly label: string;
  readonly contentHash: string;
  readonly tier: 1 | 2;
  readonly risk: RiskView;
  readonly draft: DraftView;
}

/** The wordings of an item whose message has several. */
export interface VariantsView {
  readonly asked: readonly string[];
  readonly leftOut: VariantsReport['leftOut'];
  /** The one that chance drew, and that would go where drafts go without a person; null where that is not known. */
  readonly drawn: string | null;
  /** Whether a verdict may name any of them: not any more once one was signed and came back. */
  readonly open: boolean;
  readonly wordings: readonly VariantView[];
}

/** One item, whole. */
export interface ReviewDetail extends ReviewSummary {
  readonly draft: DraftView;
  /** Null where the message has one wording. */
  readonly variants: VariantsView | null;
  /** What a model was given and what it cost; null where none was to write. */
  readonly making: Making | null;
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
