import { z } from 'zod';
import { claimSchema } from '../messages/content.js';

/** The parts of a draft that spans point into; `payload` is the canonical JSON of a webhook's or on-site payload. */
const spanFieldSchema = z.enum(['subject', 'preheader', 'text', 'html', 'payload']);
export type SpanField = z.output<typeof spanFieldSchema>;

/** A place in the draft: `field.slice(start, end) === text`, offsets in UTF-16 code units. */
const spanSchema = z.strictObject({
  field: spanFieldSchema,
  start: z.int().min(0),
  end: z.int().min(0),
  text: z.string(),
});
export type Span = z.output<typeof spanSchema>;

/** One reason for risk: `weight` is the probability (0 to 1) that this alone makes a careful reviewer reject or change the draft. */
export const contributionSchema = z.strictObject({
  code: z.string(),
  weight: z.number().min(0).max(1),
  text: z.string(),
  spans: z.array(spanSchema),
});
export type Contribution = z.output<typeof contributionSchema>;

/** What `assess` found. */
export const assessmentSchema = z.strictObject({
  /** 0 to 1, four decimals. */
  score: z.number().min(0).max(1),
  /** 2 asks for two people. */
  tier: z.union([z.literal(1), z.literal(2)]),
  /** At or above this a person looks, also at what comes from a signed template. */
  threshold: z.number().min(0).max(1),
  /** Heaviest first. */
  contributions: z.array(contributionSchema),
  /** What the checks found, weighed as set by hand: what is learned from. */
  signs: z.array(z.strictObject({ code: z.string(), weight: z.number().min(0).max(1) })).default([]),
  /** Every statement that has to be true, with the fact behind it. */
  claims: z.array(claimSchema),
  /** When it may leave so that words such as "until tomorrow" say what was judged; null where there are none. */
  leavesWithin: z.strictObject({ from: z.iso.datetime(), before: z.iso.datetime() }).nullable().default(null),
});
export type Assessment = z.output<typeof assessmentSchema>;
