import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { type MessageContent } from '../messages/content.js';
import { type Message } from '../messages/message.js';
import { MessagesService } from '../messages/index.js';
import { type Tx } from '../platform/database/index.js';
import { WorkService } from '../platform/work/index.js';
import { Clock } from '../shared/clock.js';
import { contentHash } from '../shared/hash.js';
import { type ApprovalPayload } from './approval.js';
import { SigningService } from './signing.service.js';

type Ground = Pick<ApprovalPayload, 'kind' | 'by' | 'template' | 'gate'>;

/** What the message's step says, by what the approval rests on. */
const APPROVED: Readonly<Record<Ground['kind'], (ground: Ground, last: string) => string>> = {
  person: ({ by }) => `Approved by ${by.map((each) => each.name).join(' and ')}.`,
  template: ({ template }, last) => `Approved under the template ${template?.id ?? ''}, signed by ${last}.`,
  threshold: ({ gate }, last) =>
    `Its risk is below ${gate?.threshold.toFixed(2) ?? ''}, from where drafts of this action go without a person; ${last} opened that gate.`,
};

/** Signs a message's exact content and hands it over, in one transaction. */
@Injectable()
export class ApprovingService {
  constructor(
    private readonly clock: Clock,
    private readonly work: WorkService,
    private readonly messages: MessagesService,
    private readonly signing: SigningService,
    private readonly audit: AuditService,
  ) {}

  /** @param by who answers for it: the reviewers, or whoever signed the template. */
  async approve(tx: Tx, message: Message, content: MessageContent, ground: Ground): Promise<void> {
    const now = this.clock.now();
    const approval = this.signing.signApproval({
      messageId: message.id,
      decisionId: message.decisionId,
      profileId: message.profileId,
      contentHash: contentHash(content),
      ...ground,
      bundleHash: content.versions.bundle,
      at: now.toISOString(),
      expiresAt: message.expiresAt,
    });
    const last = ground.by.at(-1);
    if (last === undefined) throw new Error('an approval without anybody who answers for it');
    await this.messages.saveApproval(tx, message.id, approval, ground.kind, last.personId);
    const isPerson = ground.kind === 'person';
    const variant = content.versions.template?.variant ?? content.versions.prompt?.variant;
    await this.messages.move(tx, message.id, 'approved', {
      actor: isPerson ? last.personId : 'system',
      code: `approved.${ground.kind}`,
      text: APPROVED[ground.kind](ground, last.name),
    });
    await this.audit.record(tx, {
      actor: isPerson ? last.personId : 'system',
      action: 'message.approved',
      subject: message.id,
      detail: {
        kind: ground.kind,
        by: ground.by.map((each) => each.personId),
        contentHash: approval.payload.contentHash,
        template: ground.template?.id ?? null,
        ...(variant === undefined ? {} : { variant }),
        ...(ground.gate === undefined ? {} : { gate: ground.gate.id }),
        signature: approval.signature,
      },
    });
    await this.work.enqueue(tx, { kind: 'message.approved', key: message.id, dueAt: now });
  }
}
