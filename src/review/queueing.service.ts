import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Decision, DecisionsService, MomentsService } from '../decisions/index.js';
import { DraftingService } from '../drafting/index.js';
import { type Situation } from '../decisions/situation.js';
import { type DraftOrigin } from '../drafting/draft.js';
import { type MessageContent } from '../messages/content.js';
import { canMove, type Message } from '../messages/message.js';
import { MessagesService } from '../messages/index.js';
import { Database, type Tx } from '../platform/database/index.js';
import { traced } from '../platform/telemetry/index.js';
import { ErasedError } from '../platform/vault/index.js';
import { again, DONE, type Job, type JobEnd, type WorkHandler, WorkService } from '../platform/work/index.js';
import { type Bundle } from '../policies/bundle.js';
import { PoliciesService } from '../policies/index.js';
import { heaviestOf, type Moment } from '../profiles/sensitive-moments.js';
import { RiskService } from '../risk/index.js';
import { type Assessment } from '../risk/assessment.js';
import { Clock, durationMs } from '../shared/clock.js';
import { contentHash } from '../shared/hash.js';
import { Ids } from '../shared/ids.js';
import { ApprovingService } from './approving.service.js';
import { type Gate } from './gate.js';
import { GatesService } from './gates.service.js';
import { closedRefusal, OPEN_REVIEW_STATES, type Review, type Why } from './review.js';
import {
  insertReview,
  lockOpenReview,
  lockReview,
  selectMinimumTier,
  selectReview,
  updateClosed,
} from './reviews.repository.js';
import { priorityOf, route, tierOf } from './routing.js';
import { SigningService } from './signing.service.js';
import { type TemplateVerdict } from './template-signature.js';

interface Loaded {
  readonly message: Message;
  readonly content: MessageContent;
  readonly decision: Decision;
  readonly situation: Situation;
  readonly bundle: Bundle;
  readonly draft: { readonly id: string; readonly origin: DraftOrigin };
}

interface Routed extends Loaded {
  readonly assessment: Assessment;
  readonly signature: TemplateVerdict | null;
  /** What wrote and checked it; null when no model did. */
  readonly fingerprint: string | null;
}

type Gone = 'gone' | 'erased';

/** Reasons for a look that say nothing against a draft. */
const NO_DOUBT: ReadonlySet<string> = new Set(['origin.model', 'audit']);

const whySchema = z.object({ code: z.string(), text: z.string() });
/** What the last look before sending asks a person. `why` travels as JSON. */
const returnedSchema = z.object({
  tier: z.union([z.literal(1), z.literal(2)]),
  why: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.tuple([whySchema], whySchema)),
});

/** What happens to drafts without a person: automatic approval under a signed template, or a place in the queue; and the end of items nobody answered. */
@Injectable()
export class QueueingService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly work: WorkService,
    private readonly policies: PoliciesService,
    private readonly decisions: DecisionsService,
    private readonly messages: MessagesService,
    private readonly drafting: DraftingService,
    private readonly risk: RiskService,
    private readonly signing: SigningService,
    private readonly approving: ApprovingService,
    private readonly gates: GatesService,
    private readonly moments: MomentsService,
  ) {}

  readonly draftAssessed: WorkHandler<undefined, Routed | Gone> = {
    kind: 'draft.assessed',
    call: (_prepared, job) => this.orErased(() => this.loadRouted(job.key)),
    commit: (tx, job, _prepared, answer) =>
      traced('route draft', { 'countersign.message.id': job.key }, () => this.commitRouted(tx, job, answer)),
    died: (tx, job) => this.giveUp(tx, job),
  };

  readonly messageNeedsReview: WorkHandler<undefined, Loaded | Gone> = {
    kind: 'message.needs_review',
    call: (_prepared, job) => this.orErased(() => this.load(job.key, 'in_review')),
    commit: (tx, job, _prepared, answer) => this.commitReturned(tx, job, answer),
    died: (tx, job) => this.giveUp(tx, job),
  };

  /** A message ended while it was in review (cancelled, unsubscribed, paused away): its item leaves the queue. */
  readonly messageWithdrawn: WorkHandler = {
    kind: 'message.withdrawn',
    commit: async (tx, job) => {
      const message = await this.messages.lock(tx, job.key);
      const review = await lockOpenReview(tx, job.key);
      if (review !== null && message.state !== 'in_review') await this.expire(tx, review);
      return DONE;
    },
  };

  /** Keyed by the review's id. */
  readonly reviewExpires: WorkHandler = {
    kind: 'review.expires',
    // There is nothing to fall back on: until it ends, the message waits for somebody who may not answer any more.
    maxAttempts: Number.POSITIVE_INFINITY,
    commit: async (tx, job) => {
      const found = await selectReview(tx, job.key);
      if (found === null) return DONE;
      await this.messages.lock(tx, found.messageId);
      const review = await lockReview(tx, job.key);
      if (review === null || !OPEN_REVIEW_STATES.includes(review.state)) return DONE;
      const now = this.clock.now();
      if (closedRefusal(review, now.toISOString()) === null) return again(new Date(review.expiresAt));
      await this.expire(tx, review);
      return DONE;
    },
  };

  /** Ends an item nobody answered in time, and its message. Both must be locked. */
  async expire(tx: Tx, review: Review): Promise<void> {
    await updateClosed(tx, review.id, { state: 'expired', at: this.clock.now() });
    await this.gates.unanswered(tx, review.messageId);
    const message = await this.messages.lock(tx, review.messageId);
    if (message.state !== 'in_review') return;
    await this.messages.move(tx, message.id, 'expired', {
      actor: 'system',
      code: 'review.expired',
      text: 'Nobody decided on it in time.',
    });
  }

  private async orErased<T>(work: () => Promise<T | Gone>): Promise<T | Gone> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ErasedError) return 'erased';
      throw error;
    }
  }

  private async load(messageId: string, state: Message['state']): Promise<Loaded | 'gone'> {
    const { db } = this.database;
    const message = await this.messages.get(db, messageId);
    if (message?.state !== state) return 'gone';
    const content = await this.messages.content(db, messageId);
    const made = await this.decisions.get(db, message.decisionId);
    const draft = await this.drafting.latest(db, messageId);
    if (content === null || made === null || draft === null)
      throw new Error(`message ${messageId} is ${state} without content, decision or draft`);
    const bundle = await this.policies.bundle(content.versions.bundle);
    return { message, content, decision: made.decision, situation: made.situation, bundle, draft };
  }

  private async loadRouted(messageId: string): Promise<Routed | 'gone'> {
    const loaded = await this.load(messageId, 'assessed');
    if (loaded === 'gone') return 'gone';
    const assessed = await this.risk.latest(this.database.db, messageId);
    // Unknown risk is never "allow": without a judgement of exactly these words nothing goes on.
    if (assessed?.contentHash !== contentHash(loaded.content))
      throw new Error(`message ${messageId} has no assessment of its present content`);
    const { db } = this.database;
    const { bundle, content, draft } = loaded;
    return {
      ...loaded,
      assessment: assessed.assessment,
      signature: await this.signatureOf(loaded),
      fingerprint: draft.origin === 'model' ? await this.gates.fingerprint(db, bundle, content) : null,
    };
  }

  private async signatureOf({ content, bundle }: Loaded): Promise<TemplateVerdict | null> {
    const { template, bundle: bundleHash } = content.versions;
    if (template === null) return null;
    const used = { ...template, bundleHash };
    return this.signing.checkTemplate(this.database.db, bundle.templates.get(template.id), used);
  }

  private async commitRouted(tx: Tx, job: Job, routed: Routed | Gone): Promise<JobEnd> {
    const message = await this.messages.lock(tx, job.key);
    if (routed === 'gone' || message.state !== 'assessed') return DONE;
    if (routed === 'erased') return this.cancelErased(tx, message);
    if (message.contentHash !== contentHash(routed.content)) return again(this.clock.now());
    if (await this.expireLate(tx, message)) return DONE;
    const { content, decision, situation, bundle, draft, assessment, signature, fingerprint } = routed;
    const moment =
      content.class === 'transactional' ? null : heaviestOf(assessment.contributions.map(({ code }) => code));
    if (moment !== null) {
      await this.handOver(tx, message, decision, bundle, moment);
      return DONE;
    }
    const gate = fingerprint === null ? null : await this.gates.gateFor(tx, content, fingerprint);
    const routing = route({
      messageId: message.id,
      origin: draft.origin,
      assessment,
      review: decision.result.review,
      signature,
      auditShare: bundle.actions.get(message.action)?.spec.auditShare ?? 1,
      gate,
    });
    if (fingerprint !== null)
      await this.gates.routed(tx, {
        messageId: message.id,
        content,
        about: situation.profile,
        fingerprint,
        assessment,
        gate,
        candidate: routing.to === 'approval' || routing.why.every(({ code }) => NO_DOUBT.has(code)),
        picked: routing.to === 'review',
      });
    if (routing.to === 'review') {
      await this.open(tx, message, routed, routing);
      return DONE;
    }
    if (routing.under === 'gate') {
      await this.approveUnder(tx, message, content, gate);
      return DONE;
    }
    const { template } = content.versions;
    if (template === null || signature?.ok !== true)
      throw new Error(`message ${message.id} was routed to approval without a signed template`);
    const { payload } = signature;
    if (!(await this.signing.takePlace(tx, payload.bundleHash, template.id, message.profileId))) {
      const text = `The template ${template.id} was signed for ${payload.maxAudience} people, and as many got it.`;
      const why: [Why] = [{ code: 'template.audience', text }];
      await this.open(tx, message, routed, {
        minimumTier: decision.result.review?.tier ?? 1,
        tier: tierOf(assessment, decision.result.review?.tier ?? 1),
        why,
      });
      return DONE;
    }
    await this.approving.approve(tx, message, content, {
      kind: 'template',
      by: [{ ...payload.by, at: payload.at }],
      template: {
        id: template.id,
        contentHash: payload.contentHash,
        bundleHash: payload.bundleHash,
        signature: signature.signature,
      },
    });
    return DONE;
  }

  /** Whoever writes of grief, anger or the like wants a person, whatever was about to be advertised. What they wrote is not repeated here. */
  private async handOver(
    tx: Tx,
    message: Message,
    decision: Decision,
    bundle: Bundle,
    moment: Moment,
  ): Promise<void> {
    await this.moments.handOver(tx, bundle, moment, decision, message.id);
    await this.messages.move(tx, message.id, 'cancelled', {
      actor: 'system',
      code: moment.code,
      text: `What they wrote speaks of ${moment.what}. It was handed to a person.`,
    });
  }

  private async approveUnder(
    tx: Tx,
    message: Message,
    content: MessageContent,
    gate: Gate | null,
  ): Promise<void> {
    if (gate === null) throw new Error(`message ${message.id} was routed through a gate and there is none`);
    const { id, fingerprint, threshold, openedBy, openedAt } = gate;
    await this.approving.approve(tx, message, content, {
      kind: 'threshold',
      by: [{ ...openedBy, at: openedAt }],
      template: null,
      gate: { id, fingerprint, threshold },
    });
  }

  /** Back from dispatch: judged anew on what holds now, and put in front of a person with the reason. */
  private async commitReturned(tx: Tx, job: Job, loaded: Loaded | Gone): Promise<JobEnd> {
    const message = await this.messages.lock(tx, job.key);
    if (loaded === 'gone' || message.state !== 'in_review') return DONE;
    if (loaded === 'erased') return this.cancelErased(tx, message);
    if (await this.expireLate(tx, message)) return DONE;
    const { bundle, content, draft } = loaded;
    const assessment = await this.risk.assessContent(tx, bundle, {
      messageId: message.id,
      draftId: draft.id,
      content,
    });
    const { tier: asked, why } = returnedSchema.parse(job.payload);
    // What was asked for once stays asked for: by the decision, by an earlier look, by this one.
    const tiers = [asked, loaded.decision.result.review?.tier, await selectMinimumTier(tx, message.id)];
    const minimumTier = tiers.includes(2) ? 2 : 1;
    const tier = tierOf(assessment, minimumTier);
    await this.open(tx, message, { ...loaded, assessment }, { minimumTier, tier, why });
    return DONE;
  }

  private async open(
    tx: Tx,
    message: Message,
    about: Loaded & { readonly assessment: Assessment },
    routing: { readonly minimumTier: 1 | 2; readonly tier: 1 | 2; readonly why: readonly [Why, ...Why[]] },
  ): Promise<void> {
    const { bundle, content, draft, assessment, decision } = about;
    const now = this.clock.now();
    const latest = now.getTime() + durationMs(bundle.engine.reviewExpiresAfter);
    const expiresAt = new Date(Math.min(latest, Date.parse(message.expiresAt)));
    const chosen = decision.result.candidates.find(
      (each) => each.action === message.action && each.channel === message.channel,
    );
    const id = this.ids.make('rev');
    const isNew = await insertReview(tx, {
      id,
      messageId: message.id,
      profileId: message.profileId,
      state: 'pending',
      tier: routing.tier,
      minimumTier: routing.minimumTier,
      why: routing.why,
      draftId: draft.id,
      bundleHash: content.versions.bundle,
      contentHash: contentHash(content),
      risk: assessment.score,
      priority: priorityOf((chosen?.score.propensity ?? 0) * (chosen?.score.value ?? 0), now, expiresAt),
      claimedBy: null,
      claimedAt: null,
      claimExpiresAt: null,
      expiresAt: expiresAt.toISOString(),
      createdAt: now.toISOString(),
      closedAt: null,
    });
    if (!isNew) return;
    await this.work.enqueue(tx, { kind: 'review.expires', key: id, dueAt: expiresAt });
    if (message.state === 'in_review') return;
    await this.messages.move(tx, message.id, 'in_review', {
      actor: 'system',
      code: routing.why[0].code,
      text: routing.why.map(({ text }) => text).join(' '),
    });
  }

  private async expireLate(tx: Tx, message: Message): Promise<boolean> {
    if (this.clock.now().toISOString() < message.expiresAt) return false;
    await this.messages.move(tx, message.id, 'expired', {
      actor: 'system',
      code: 'expired',
      text: 'It was too late for it before anybody could look.',
    });
    return true;
  }

  private async cancelErased(tx: Tx, message: Message): Promise<JobEnd> {
    await this.messages.move(tx, message.id, 'cancelled', {
      actor: 'system',
      code: 'erased',
      text: 'The person was erased.',
    });
    return DONE;
  }

  private async giveUp(tx: Tx, job: Job): Promise<void> {
    const message = await this.messages.lock(tx, job.key);
    if (!canMove(message.state, 'failed')) return;
    await this.messages.move(tx, message.id, 'failed', {
      actor: 'system',
      code: 'review.unreachable',
      text: 'It could not be put in front of a person, so it goes nowhere.',
    });
  }
}
