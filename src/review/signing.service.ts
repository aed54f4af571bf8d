import { type KeyObject, sign } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { type Executor, type Tx } from '../platform/database/index.js';
import { Secrets } from '../platform/secrets/secrets.js';
import { type Bundle, type CompiledTemplate } from '../policies/bundle.js';
import { TemplateSigner } from '../policies/index.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { Clock } from '../shared/clock.js';
import { type ApprovalPayload, type StoredApproval } from './approval.js';
import { SIGNING_KEY } from './signing-key.provider.js';
import { checkTemplateSignature, signTemplate, type TemplateVerdict } from './template-signature.js';
import { insertSignatures, selectSignature, takePlace } from './template-signatures.repository.js';

/** The one place that holds the signing key: approvals of messages, and templates in the name of whoever activates their bundle. */
@Injectable()
export class SigningService extends TemplateSigner {
  constructor(
    @Inject(SIGNING_KEY) private readonly key: KeyObject,
    private readonly secrets: Secrets,
    private readonly clock: Clock,
    private readonly audit: AuditService,
  ) {
    super();
  }

  /** Signs every template of the bundle that carries no signature yet: one signature a template and bundle, whoever activates it again. */
  override async sign(
    tx: Tx,
    bundle: Bundle,
    by: { readonly personId: string; readonly name: string },
  ): Promise<void> {
    const at = this.clock.now().toISOString();
    const person = { personId: by.personId, name: by.name };
    const signatures = [...bundle.templates.values()].map((template) => ({
      ...signTemplate(template, { bundleHash: bundle.hash, by: person, at }, this.key),
      maxAudience: template.spec.maxAudience,
    }));
    const signed = await insertSignatures(tx, signatures, by.personId, this.clock.now());
    if (signed.length === 0) return;
    await this.audit.record(tx, {
      actor: by.personId,
      action: 'templates.signed',
      subject: bundle.hash,
      detail: { templates: signed },
    });
  }

  signApproval(payload: ApprovalPayload): StoredApproval {
    const bytes = Buffer.from(canonicalJson(payload));
    return {
      payload,
      signature: sign(null, bytes, this.key).toString('base64url'),
    };
  }

  /** Whether a template's signature holds for content that says it was filled from it. */
  async checkTemplate(
    db: Executor,
    template: CompiledTemplate | undefined,
    used: { readonly id: string; readonly hash: string; readonly bundleHash: string },
  ): Promise<TemplateVerdict> {
    const stored = await selectSignature(db, used.bundleHash, used.id);
    const keys = this.secrets.approvalVerifyingKeys();
    return checkTemplateSignature(stored, template, used, keys, this.clock.now().toISOString());
  }

  /** Takes a person's place in the audience of a signature. @returns false when the audience is full. */
  takePlace(tx: Tx, bundleHash: string, templateId: string, profileId: string): Promise<boolean> {
    return takePlace(tx, bundleHash, templateId, profileId);
  }
}
