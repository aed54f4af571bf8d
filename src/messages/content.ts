import { z } from 'zod';

/** Stand-ins that dispatch replaces; nothing else in signed content may change. */
export const UNSUBSCRIBE_TOKEN = 'https://countersign.invalid/unsubscribe';
export const OPEN_TOKEN = 'https://countersign.invalid/open';

/**
 * What is signed: everything the recipient will see and where it leads. `links` are the true targets in order of appearance in the html;
 * dispatch may wrap each in a click token bound to exactly that target.
 */
export const messageContentSchema = z.strictObject({
  channel: z.string(),
  kind: z.enum(['email', 'webhook', 'onsite']),
  action: z.string(),
  class: z.enum(['marketing', 'transactional']),
  offer: z.string().nullable(),
  /** `Name <address>` for e-mail; the brand's name elsewhere. */
  sender: z.string(),
  replyTo: z.string().nullable(),
  /** Address for e-mail; the URL for a webhook; the profile id on site. */
  recipient: z.string(),
  subject: z.string().nullable(),
  preheader: z.string().nullable(),
  html: z.string().nullable(),
  text: z.string(),
  /** webhook and onsite. */
  payload: z.record(z.string(), z.json()).nullable(),
  links: z.array(z.string()),
  versions: z.strictObject({
    bundle: z.string(),
    /** `variant`: which of its wordings, where it has several. */
    template: z.strictObject({ id: z.string(), hash: z.string(), variant: z.string().optional() }).nullable(),
    /** `variant`: which of the wordings that the model wrote, where it wrote several. */
    prompt: z
      .strictObject({
        id: z.string(),
        version: z.string(),
        model: z.string(),
        variant: z.string().optional(),
      })
      .nullable(),
    /** Facts the words rest on, by id and version. */
    facts: z.array(z.strictObject({ id: z.string(), version: z.int() })),
  }),
});
export type MessageContent = z.output<typeof messageContentSchema>;

/** A statement in a draft that has to be true, and the fact behind it. */
export const claimSchema = z.strictObject({
  text: z.string(),
  kind: z.enum(['price', 'percentage', 'date', 'quantity', 'superlative', 'offer', 'other']),
  /** Fact id, or null when none was found. */
  source: z.string().nullable(),
  ok: z.boolean(),
});
export type Claim = z.output<typeof claimSchema>;
