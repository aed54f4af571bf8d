import { z } from 'zod';
import { decisionResultSchema } from '../decisions/decision.js';
import { variantsReportSchema } from '../drafting/draft.js';
import { makingSchema } from '../drafting/making.js';
import { claimSchema, messageContentSchema } from '../messages/content.js';
import { contributionSchema } from '../risk/assessment.js';
import { reviewStateSchema, verdictSchema } from './review.js';

const time = z.iso.datetime();
const why = z.array(
  z.strictObject({
    code: z.string(),
    text: z.string(),
    /** Of one item that is open: stands against it as things are now, and what would become of it if it were to leave. */
    stops: z.enum(['suppress', 'expire', 'review']).optional(),
  }),
);

const summarySchema = z.strictObject({
  id: z.string(),
  state: reviewStateSchema,
  tier: z.union([z.literal(1), z.literal(2)]),
  messageId: z.string(),
  profileId: z.string(),
  userId: z.string().nullable(),
  action: z.string(),
  channel: z.string(),
  subject: z.string().nullable(),
  recipient: z.string(),
  why,
  risk: z.strictObject({
    score: z.number(),
    threshold: z.number(),
    contributions: z.array(contributionSchema),
    /** The checks by a name of their own, and after a slash the learned model that weighed what they found, where there is one. */
    model: z.string().nullable(),
  }),
  contentHash: z.string(),
  claimedBy: z.strictObject({ personId: z.string(), name: z.string() }).nullable(),
  claimExpiresAt: time.nullable(),
  sendAt: time,
  expiresAt: time,
  createdAt: time,
  closedAt: time.nullable(),
});

/** One page of the queue. */
export const reviewPageSchema = z
  .strictObject({ data: z.array(summarySchema), nextCursor: z.string().nullable() })
  .meta({ id: 'ReviewPage' });

const draftSchema = z.strictObject({
  channel: z.string(),
  kind: messageContentSchema.shape.kind,
  sender: z.string(),
  replyTo: z.string().nullable(),
  subject: z.string().nullable(),
  preheader: z.string().nullable(),
  text: z.string(),
  html: z.string().nullable(),
  payload: z.record(z.string(), z.unknown()).nullable(),
  links: z.array(z.string()),
  claims: z.array(claimSchema),
  origin: z.enum(['template', 'model', 'person']),
  versions: z.strictObject({
    bundle: z.string(),
    template: messageContentSchema.shape.versions.shape.template,
    prompt: messageContentSchema.shape.versions.shape.prompt,
  }),
});

/** One item, whole. */
export const reviewDetailSchema = summarySchema
  .extend({
    draft: draftSchema,
    /** The wordings to choose from, where the model wrote several; a verdict names one by its `contentHash`. */
    variants: z
      .strictObject({
        asked: z.array(z.string()),
        leftOut: variantsReportSchema.shape.leftOut,
        drawn: z.string().nullable(),
        open: z.boolean(),
        wordings: z.array(
          z.strictObject({
            label: z.string(),
            contentHash: z.string(),
            tier: summarySchema.shape.tier,
            risk: summarySchema.shape.risk,
            draft: draftSchema,
          }),
        ),
      })
      .nullable(),
    /** What a model was given, masked as it left, and what it cost; null where none was to write. */
    making: makingSchema.nullable(),
    decision: decisionResultSchema.extend({
      id: z.string(),
      createdAt: time,
      trigger: z.string().nullable(),
      seed: z.string(),
      bundle: z.string(),
      engine: z.string(),
    }),
    verdicts: z.array(
      z.strictObject({
        verdict: verdictSchema,
        personId: z.string(),
        name: z.string(),
        at: time,
        contentHash: z.string(),
        reasons: z.array(z.string()),
        note: z.string().nullable(),
        secondsLooked: z.number().nullable(),
        alsoFine: z.array(z.string()),
      }),
    ),
  })
  .meta({ id: 'Review' });
