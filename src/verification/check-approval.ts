import { z } from 'zod';
import { messageContentSchema, type MessageContent } from '../messages/content.js';
import { type ApprovalPayload, openApproval, storedApprovalSchema } from '../review/approval.js';
import { checkTemplateSignature } from '../review/template-signature.js';
import {
  selectPassage,
  selectTemplateSignature,
  type SentRow,
  type VerdictRow,
} from './evidence.read-model.js';
import { type Evidence, open } from './evidence.js';

const departureSchema = z.object({ contentHash: z.string(), wireHash: z.string() });
const agreedSchema = z.object({ signature: z.string() });

/**
 * Why a message that left should not have: its approval must open for exactly its content, rest on people (or on a template they signed),
 * have been valid when it left, and what left must be what the audit log says.
 * @returns `erased` when it can no longer be read; no sentence when everything fits.
 */
export async function approvalProblems(
  evidence: Evidence,
  row: SentRow,
  verdicts: readonly VerdictRow[],
): Promise<string[] | 'erased'> {
  if (row.content === null || row.approval === null) return ['it left without an approval'];
  let contentText: string | null;
  let approvalText: string | null;
  try {
    contentText = await open(evidence, row.key_id, row.content);
    approvalText = await open(evidence, row.key_id, row.approval);
  } catch {
    return ['its content or approval was changed'];
  }
  if (contentText === null || approvalText === null) return 'erased';
  const content = messageContentSchema.safeParse(parse(contentText));
  const stored = storedApprovalSchema.safeParse(parse(approvalText));
  if (!content.success || !stored.success) return ['its content or approval cannot be read'];
  const opened = openApproval(
    { id: row.id, decisionId: row.decision_id, profileId: row.profile_id },
    content.data,
    stored.data,
    evidence.keys,
  );
  if (!opened.ok) return [opened.reason];
  const { payload } = opened.approval;
  return [
    ...circumstances(row, payload),
    ...agreement(row, stored.data.signature),
    ...(payload.kind === 'person' ? people(payload, verdicts) : []),
    ...(payload.kind === 'template' ? await template(evidence, payload, content.data) : []),
    ...(payload.kind === 'threshold' ? await gate(evidence, payload) : []),
    ...departure(row, payload),
  ];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // What is no JSON fits no schema.
  }
}

function circumstances(row: SentRow, payload: ApprovalPayload): string[] {
  const sendingAt = row.sending_at?.toISOString() ?? '';
  return [
    ...(payload.contentHash === row.content_hash ? [] : ['its row names another content than was approved']),
    ...(payload.kind === row.approval_kind ? [] : ['its row names another kind of approval']),
    ...(sendingAt < payload.expiresAt ? [] : ['its approval had expired when it left']),
  ];
}

/** Each person who signed has said so in the review, of these very words. */
function people(payload: ApprovalPayload, verdicts: readonly VerdictRow[]): string[] {
  const signers = new Set(payload.by.map((person) => person.personId));
  const unsaid = [...signers].filter(
    (id) =>
      !verdicts.some((verdict) => verdict.person_id === id && verdict.content_hash === payload.contentHash),
  );
  // A message may come back to the queue; what its last review asked for counts.
  const needed = verdicts.at(-1)?.tier ?? 1;
  return [
    ...unsaid.map((id) => `${id} signed it and never approved these words in the review`),
    ...(signers.size >= needed ? [] : [`${needed} people should have signed it, ${signers.size} did`]),
  ];
}

async function template(
  evidence: Evidence,
  payload: ApprovalPayload,
  content: MessageContent,
): Promise<string[]> {
  const named = payload.template;
  const used = content.versions.template;
  if (named === null || used === null) return ['it rests on a template and names none'];
  const bundle = await evidence.bundles.get(named.bundleHash);
  if (typeof bundle === 'string') return [bundle];
  const stored = await selectTemplateSignature(evidence.db, named.bundleHash, named.id);
  const verdict = checkTemplateSignature(
    stored,
    bundle.templates.get(named.id),
    { id: used.id, hash: used.hash, bundleHash: named.bundleHash },
    evidence.keys,
    payload.at,
  );
  if (!verdict.ok) return [verdict.text];
  return verdict.signature === named.signature ? [] : ['it rests on another signature of its template'];
}

/** It passed a gate that a person had opened for its action and makers, below the threshold, while that was open. */
async function gate(evidence: Evidence, payload: ApprovalPayload): Promise<string[]> {
  const passed = await selectPassage(evidence.db, payload.gate?.id ?? '', payload.messageId);
  if (passed === null) return ['it rests on a gate that is not there, or on a draft that was never routed'];
  const at = new Date(payload.at);
  const isOpen = passed.opened_at <= at && (passed.closed_at === null || at <= passed.closed_at);
  const isOwn = passed.action === passed.draft_action && passed.fingerprint === passed.draft_fingerprint;
  return [
    ...(isOpen ? [] : ['the gate was not open when it was approved']),
    ...(isOwn ? [] : ['the gate was opened for other drafts']),
    ...(passed.score < passed.threshold ? [] : ['its risk was not below the threshold of the gate']),
    ...(payload.by.some(({ personId }) => personId === passed.opened_by)
      ? []
      : ['it names somebody who did not open the gate']),
  ];
}

/** Its approval stands in the sealed log before its departure does: an order that holds whatever the clocks of two machines say. */
function agreement(row: SentRow, signature: string): string[] {
  const logged = row.agreed.map((detail) => agreedSchema.safeParse(parse(detail)));
  return logged.some((entry) => entry.success && entry.data.signature === signature)
    ? []
    : ['the audit log does not know that it was approved before it left'];
}

/** What left is what the sealed log says left. */
function departure(row: SentRow, payload: ApprovalPayload): string[] {
  if (row.state === 'unknown') return [];
  const logged = departureSchema.safeParse(row.departure === null ? null : parse(row.departure));
  if (!logged.success) return ['the audit log does not know that it was sent'];
  return [
    ...(logged.data.contentHash === payload.contentHash
      ? []
      : ['the audit log says that other content was sent']),
    ...(logged.data.wireHash === row.wire_hash ? [] : ['the audit log says that other bytes left']),
  ];
}
