import { type KeyObject, verify } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../shared/canonical-json.js';
import { contentHash } from '../shared/hash.js';
import { type MessageContent } from '../messages/content.js';

/** What is signed: the content by its hash, and the circumstances it was signed in. */
const approvalPayloadSchema = z.strictObject({
  messageId: z.string(),
  decisionId: z.string(),
  profileId: z.string(),
  contentHash: z.string(),
  kind: z.enum(['person', 'template', 'threshold']),
  /** The people who answer for it: the reviewer (and the second), or whoever signed the template. */
  by: z.array(z.strictObject({ personId: z.string(), name: z.string(), at: z.string() })).min(1),
  /** kind `template`: the signed template it was filled from. */
  template: z
    .strictObject({ id: z.string(), contentHash: z.string(), bundleHash: z.string(), signature: z.string() })
    .nullable(),
  /** kind `threshold`: the gate it passed, opened by whoever answers for it. */
  gate: z.strictObject({ id: z.string(), fingerprint: z.string(), threshold: z.number() }).optional(),
  bundleHash: z.string(),
  at: z.string(),
  /** Not to be sent at or after this time. */
  expiresAt: z.string(),
});
export type ApprovalPayload = z.output<typeof approvalPayloadSchema>;

/** As stored on the message row. */
export const storedApprovalSchema = z.strictObject({ payload: approvalPayloadSchema, signature: z.string() });
export type StoredApproval = z.output<typeof storedApprovalSchema>;

declare const opened: unique symbol;
/** An approval whose signature was verified against exactly this content. There is no other way to get one. */
export interface Approval {
  readonly payload: ApprovalPayload;
  readonly content: MessageContent;
  readonly [opened]: true;
}

export type OpenedApproval =
  { readonly ok: true; readonly approval: Approval } | { readonly ok: false; readonly reason: string };

/**
 * Opens the approval on a message: the signature must verify, and the content must be the very bytes that were signed, for this message
 * and this decision.
 * @param keys public keys, newest first.
 */
export function openApproval(
  message: { readonly id: string; readonly decisionId: string; readonly profileId: string },
  content: MessageContent,
  stored: StoredApproval,
  keys: readonly KeyObject[],
): OpenedApproval {
  const { payload, signature } = stored;
  const bytes = Buffer.from(canonicalJson(payload));
  const signed = keys.some((key) => verify(null, bytes, key, Buffer.from(signature, 'base64url')));
  if (!signed) return { ok: false, reason: 'the signature does not fit the approval' };
  if (
    payload.messageId !== message.id ||
    payload.decisionId !== message.decisionId ||
    payload.profileId !== message.profileId
  ) {
    return { ok: false, reason: 'the approval was given for another message' };
  }
  if (payload.contentHash !== contentHash(content))
    return { ok: false, reason: 'the content is not what was signed' };
  return { ok: true, approval: { payload, content } as unknown as Approval };
}
