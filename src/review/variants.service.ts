import { Injectable } from '@nestjs/common';
import { type DraftVariant } from '../drafting/draft.js';
import { DraftingService } from '../drafting/index.js';
import { type MessageContent } from '../messages/content.js';
import { MessagesService } from '../messages/index.js';
import { type Executor } from '../platform/database/index.js';
import { type Assessment } from '../risk/assessment.js';
import { RiskService } from '../risk/index.js';
import { GatesService } from './gates.service.js';
import { type DraftView, type VariantsView } from './review.js';
import { selectMinimumTier } from './reviews.repository.js';
import { tierOf } from './routing.js';

/** One of several wordings, with the judgement it is shown with. */
export interface OfferedVariant extends DraftVariant {
  readonly assessment: Assessment;
  readonly judge: string;
}

/** Which wordings of a message a reviewer may choose from, and how they are shown. */
@Injectable()
export class VariantsService {
  constructor(
    private readonly messages: MessagesService,
    private readonly drafting: DraftingService,
    private readonly risk: RiskService,
    private readonly gates: GatesService,
  ) {}

  /** What a verdict may name; empty where there is one wording, or none to choose any more. @throws ErasedError */
  async offered(db: Executor, messageId: string): Promise<OfferedVariant[]> {
    const wordings = await this.judged(db, messageId);
    return wordings.length > 0 && (await this.areOpen(db, messageId)) ? wordings : [];
  }

  /** The wordings side by side; null where the message has one. @throws ErasedError */
  async view(db: Executor, messageId: string): Promise<VariantsView | null> {
    const report = await this.drafting.variantsReport(db, messageId);
    if (report === null) return null;
    const wordings = await this.judged(db, messageId);
    const minimumTier = await selectMinimumTier(db, messageId);
    return {
      ...report,
      drawn: await this.gates.drawn(db, messageId),
      open: await this.areOpen(db, messageId),
      wordings: wordings.map(({ label, contentHash, content, assessment, judge }) => ({
        label,
        contentHash,
        tier: tierOf(assessment, minimumTier),
        risk: {
          score: assessment.score,
          threshold: assessment.threshold,
          contributions: assessment.contributions,
          model: judge,
        },
        draft: draftView(content, 'model', assessment),
      })),
    };
  }

  private async judged(db: Executor, messageId: string): Promise<OfferedVariant[]> {
    const variants = await this.drafting.variants(db, messageId);
    if (variants.length === 0) return [];
    const assessed = await this.risk.byDraft(db, messageId);
    return variants.flatMap((variant) => {
      const found = assessed.get(variant.draftId);
      return found === undefined ? [] : [{ ...variant, assessment: found.assessment, judge: found.judge }];
    });
  }

  /** What came back after it was signed is judged anew; the wordings beside it are not, so they are no choice any more. */
  private async areOpen(db: Executor, messageId: string): Promise<boolean> {
    const steps = await this.messages.steps(db, messageId);
    return steps.every(({ to }) => to !== 'approved');
  }
}

/** Content as a reviewer is shown it. @param assessment of exactly this content. */
export function draftView(
  content: MessageContent,
  origin: DraftView['origin'],
  assessment: Assessment | undefined,
): DraftView {
  const { bundle, template, prompt } = content.versions;
  return {
    channel: content.channel,
    kind: content.kind,
    sender: content.sender,
    replyTo: content.replyTo,
    subject: content.subject,
    preheader: content.preheader,
    text: content.text,
    html: content.html,
    payload: content.payload,
    links: content.links,
    claims: assessment?.claims ?? [],
    origin,
    versions: { bundle, template, prompt },
  };
}
