import { type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { type CompiledTemplate } from '../policies/bundle.js';
import { templateSchema } from '../policies/playbook.js';
import { canonicalJson } from '../shared/canonical-json.js';

/**
 * What is signed of a template: its words, slots and their types, for whom, how many people at most, until when, in which playbook, and who
 * answers for it. `statement` keeps it apart from every other thing the same key signs.
 */
const templatePayloadSchema = z.strictObject({
  statement: z.literal('countersign template signature'),
  template: templateSchema,
  contentHash: z.string(),
  maxAudience: z.int().min(1),
  expires: z.iso.date(),
  bundleHash: z.string(),
  by: z.strictObject({ personId: z.string(), name: z.string() }),
  at: z.iso.datetime(),
});
export type TemplatePayload = z.output<typeof templatePayloadSchema>;

/** As stored. */
export interface TemplateSignature {
  readonly bundleHash: string;
  readonly templateId: string;
  readonly contentHash: string;
  /** The canonical JSON that was signed. */
  readonly payload: string;
  readonly signature: string;
}

export type TemplateVerdict =
  | { readonly ok: true; readonly payload: TemplatePayload; readonly signature: string }
  | { readonly ok: false; readonly code: string; readonly text: string };

/** Signs one template of a bundle in a person's name. */
export function signTemplate(
  template: CompiledTemplate,
  circumstances: { bundleHash: string; by: TemplatePayload['by']; at: string },
  key: KeyObject,
): TemplateSignature {
  const { spec, contentHash } = template;
  const payload = canonicalJson({
    statement: 'countersign template signature',
    template: spec,
    contentHash,
    maxAudience: spec.maxAudience,
    expires: spec.expires,
    ...circumstances,
  } satisfies TemplatePayload);
  return {
    bundleHash: circumstances.bundleHash,
    templateId: spec.id,
    contentHash,
    payload,
    signature: sign(null, Buffer.from(payload), key).toString('base64url'),
  };
}

const refused = (code: string, text: string): TemplateVerdict => ({ ok: false, code, text });

function readPayload(text: string): TemplatePayload | null {
  try {
    return templatePayloadSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null; // Not JSON: not something this service signed.
  }
}

/**
 * Whether a message filled from a template may rest on the template's signature: it verifies, it is for exactly this template of this
 * bundle, its words are those the content says it was filled from, and it has not expired.
 * @param used `versions.template` and `versions.bundle` of the message's content.
 * @param keys public keys, newest first.
 * @param now ISO 8601 UTC.
 */
export function checkTemplateSignature(
  stored: TemplateSignature | null,
  template: CompiledTemplate | undefined,
  used: { readonly id: string; readonly hash: string; readonly bundleHash: string },
  keys: readonly KeyObject[],
  now: string,
): TemplateVerdict {
  if (stored === null || template === undefined)
    return refused('template.unsigned', `Nobody signed the template ${used.id}.`);
  const bytes = Buffer.from(stored.payload);
  const signature = Buffer.from(stored.signature, 'base64url');
  const payload = readPayload(stored.payload);
  if (payload === null || !keys.some((key) => verify(null, bytes, key, signature)))
    return refused('template.signature', `The signature of the template ${used.id} does not fit.`);
  const isSame =
    payload.template.id === used.id &&
    payload.bundleHash === used.bundleHash &&
    payload.contentHash === used.hash &&
    template.contentHash === used.hash &&
    canonicalJson(payload.template) === canonicalJson(template.spec);
  if (!isSame)
    return refused('template.changed', `What was signed is not the template ${used.id} it was filled from.`);
  if (now >= payload.expires)
    return refused(
      'template.expired',
      `The signature of the template ${used.id} expired on ${payload.expires}.`,
    );
  return { ok: true, payload, signature: stored.signature };
}
