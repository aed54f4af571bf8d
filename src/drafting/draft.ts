import { z } from 'zod';
import { claimSchema, type MessageContent } from '../messages/content.js';

/** A piece of an e-mail. Texts are plain: what looks like markup in them is shown as written. */
const blockSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('heading'), text: z.string().min(1).max(200) }),
  /** Blank lines part paragraphs. */
  z.strictObject({ type: z.literal('text'), text: z.string().min(1).max(5_000) }),
  z.strictObject({ type: z.literal('button'), text: z.string().min(1).max(80), url: z.url() }),
  z.strictObject({ type: z.literal('list'), items: z.array(z.string().min(1).max(500)).min(1).max(20) }),
]);
export type Block = z.output<typeof blockSchema>;

/** A statement that has to be true, as its writer gives it: with the fact it says it rests on. */
const statedClaimSchema = z.strictObject({
  /** As it stands in the draft, word for word. */
  text: z.string().min(1).max(300),
  kind: claimSchema.shape.kind,
  factId: z.string().nullable(),
});
export type StatedClaim = z.output<typeof statedClaimSchema>;

/** What a writer (template, model) hands over for an e-mail. */
export const emailDraftSchema = z.strictObject({
  subject: z.string().min(1).max(150),
  preheader: z.string().max(200),
  blocks: z.array(blockSchema).min(1).max(30),
  claims: z.array(statedClaimSchema).max(50),
});
export type EmailDraft = z.output<typeof emailDraftSchema>;

/** What a model hands over for a webhook: the members that its prompt names. */
export const webhookDraftSchema = z.strictObject({
  payload: z
    .record(
      z.string().regex(/^[A-Za-z_][\w-]{0,59}$/),
      z.union([z.string().max(2_000), z.number(), z.boolean(), z.null()]),
    )
    .refine((payload) => Object.keys(payload).length > 0 && Object.keys(payload).length <= 40, {
      error: 'should hold 1 to 40 members',
    }),
  claims: z.array(statedClaimSchema).max(50),
});

/** What a model hands over to be shown on site. Blank lines part paragraphs of the body. */
export const onsiteDraftSchema = z.strictObject({
  title: z.string().min(1).max(150),
  body: z.string().min(1).max(2_000),
  url: z.url().nullable(),
  claims: z.array(statedClaimSchema).max(50),
});

/** What a writer handed over for a channel of each kind. */
export type ChannelDraft =
  | ({ readonly kind: 'email' } & EmailDraft)
  | {
      readonly kind: 'webhook';
      readonly payload: Readonly<Record<string, string | number | boolean | null>>;
      readonly claims: readonly StatedClaim[];
    }
  | {
      readonly kind: 'onsite';
      readonly title: string;
      readonly body: string;
      readonly url: string | null;
      readonly claims: readonly StatedClaim[];
    };

/** The content of a message as structured data, with each claim and the fact behind it. */
export type WrittenDraft =
  | ChannelDraft
  /** What a person made of it: the words themselves are in the message's content. */
  | { readonly kind: 'edit'; readonly claims: readonly StatedClaim[] };

/** What became of the wordings that were asked for of a message, where there were several. Labels and codes alone: it lies in the open. */
export const variantsReportSchema = z.strictObject({
  asked: z.array(z.string()),
  /** Why one is not among those a person sees. */
  leftOut: z.array(
    z.discriminatedUnion('code', [
      z.strictObject({ label: z.string(), code: z.enum(['missing', 'unusable']) }),
      /** It says nearly what `as` says. */
      z.strictObject({ label: z.string(), code: z.literal('same'), as: z.string() }),
    ]),
  ),
});
export type VariantsReport = z.output<typeof variantsReportSchema>;

/** A wording of a message that has several, as it would be signed. */
export interface DraftVariant {
  readonly label: string;
  readonly draftId: string;
  readonly contentHash: string;
  readonly content: MessageContent;
}

export type DraftOrigin = 'template' | 'model' | 'person';

/** Why there is no model draft although the action asks for one. */
export type FallbackReason =
  | 'no_model'
  | 'prompt_missing'
  /** Of earlier releases only: the model wrote nothing but e-mail. */
  | 'model_writes_email_only'
  | 'refused'
  | 'truncated'
  | 'invalid'
  | 'rate_limited'
  | 'quota'
  | 'timeout'
  | 'unavailable'
  | 'circuit_open'
  | 'budget';

/** One version of a message's draft, as stored. Times ISO 8601 UTC. */
export interface Draft {
  readonly id: string;
  readonly messageId: string;
  /** 1 for the first, one more for every edit. */
  readonly number: number;
  readonly writtenAt: string;
  readonly origin: DraftOrigin;
  /** Template id, model name or person id. */
  readonly author: string;
  readonly templateId: string | null;
  readonly prompt: { readonly id: string; readonly version: string; readonly model: string } | null;
  /** Null when no model was asked. Cost in millionths of a minor unit of the brand's currency. */
  readonly usage: {
    readonly tokensIn: number;
    readonly tokensOut: number;
    readonly costMicros: number;
    readonly latencyMs: number;
  } | null;
  readonly fallbackReason: FallbackReason | null;
  /** Which of several wordings that the model wrote; null where it wrote one, and once a person changed it. */
  readonly variant: string | null;
  /** Of the first of several: what became of those that were asked for. */
  readonly variants: VariantsReport | null;
  /** Of the message content it became, or of several would become. */
  readonly contentHash: string;
  readonly written: WrittenDraft;
  /** What the model saw, word for word, with references in the place of examples' words; null when none was asked. */
  readonly sentToModel: readonly { readonly role: string; readonly content: string }[] | null;
}

/** What a person may change in a message's content. */
export interface ContentEdit {
  readonly subject?: string | undefined;
  readonly preheader?: string | undefined;
  readonly text?: string | undefined;
  readonly html?: string | undefined;
  readonly blocks?: readonly Block[] | undefined;
  /** webhook and onsite. */
  readonly payload?: MessageContent['payload'] | undefined;
}
