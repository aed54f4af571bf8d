import { Injectable } from '@nestjs/common';
import { type Actor, type PersonActor, signer } from '../access/index.js';
import { AuditService } from '../audit/index.js';
import { TasksService } from '../decisions/index.js';
import { contentFromEdit, UnusableEdit } from '../drafting/edit.js';
import { DraftingService } from '../drafting/index.js';
import { type MessageContent } from '../messages/content.js';
import { type Message } from '../messages/message.js';
import { MessagesService } from '../messages/index.js';
import { Database, type Tx } from '../platform/database/index.js';
import { continued, currentTrace, Metrics, traced } from '../platform/telemetry/index.js';
import { type Page, Problem } from '../platform/http/index.js';
import { WorkService } from '../platform/work/index.js';
import { ErasedError, Vault } from '../platform/vault/index.js';
import { type Bundle } from '../policies/bundle.js';
import { PoliciesService } from '../policies/index.js';
import { RiskService } from '../risk/index.js';
import { Clock, durationMs } from '../shared/clock.js';
import { contentHash } from '../shared/hash.js';
import { ApprovingService } from './approving.service.js';
import { GatesService } from './gates.service.js';
import { QueueingService } from './queueing.service.js';
import { type ReviewQuery, ReviewViews } from './review-views.service.js';
import {
  claimRefusal,
  type ContentEditInput,
  holderOf,
  OPEN_REVIEW_STATES,
  type Refusal,
  type Review,
  type ReviewDetail,
  type ReviewState,
  type ReviewSummary,
  standingApprovals,
  type VerdictAnswer,
  verdictRefusal,
  type VerdictRequest,
} from './review.js';
import { listVerdicts } from './reviews.read-model.js';
import {
  insertVerdict,
  lockReview,
  selectReview,
  updateClaim,
  updateClosed,
  updateWords,
} from './reviews.repository.js';
import { tierOf } from './routing.js';
import { type OfferedVariant, VariantsService } from './variants.service.js';

export type { ReviewQuery } from './review-views.service.js';

/** An item and its message, both locked, and whose approval stands. */
interface Locked {
  readonly review: Review;
  readonly message: Message;
  readonly verdicts: Parameters<typeof standingApprovals>[1];
  /** Of the words it holds. */
  readonly approvals: ReturnType<typeof standingApprovals>;
}

const ALREADY_CLOSED: Refusal = {
  status: 409,
  code: 'review-closed',
  text: 'The message was withdrawn meanwhile; there is nothing left to decide.',
};

/** The queue: claim, look, answer. Only persons answer; every answer is kept. */
@Injectable()
export class ReviewService {
  readonly draftAssessed: QueueingService['draftAssessed'];
  readonly messageNeedsReview: QueueingService['messageNeedsReview'];
  readonly messageWithdrawn: QueueingService['messageWithdrawn'];
  readonly reviewExpires: QueueingService['reviewExpires'];

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly audit: AuditService,
    private readonly policies: PoliciesService,
    private readonly work: WorkService,
    private readonly tasks: TasksService,
    private readonly messages: MessagesService,
    private readonly drafting: DraftingService,
    private readonly risk: RiskService,
    private readonly approving: ApprovingService,
    private readonly gates: GatesService,
    private readonly queueing: QueueingService,
    private readonly views: ReviewViews,
    private readonly variants: VariantsService,
    private readonly metrics: Metrics,
  ) {
    this.draftAssessed = queueing.draftAssessed;
    this.messageNeedsReview = queueing.messageNeedsReview;
    this.messageWithdrawn = queueing.messageWithdrawn;
    this.reviewExpires = queueing.reviewExpires;
  }

  /** Open states in the queue's order (most valuable, then soonest perishing); all others newest first. */
  list(query: ReviewQuery): Promise<Page<ReviewSummary>> {
    return this.views.list(query);
  }

  /** @throws Problem 404, or 410 when the person was erased. */
  get(id: string): Promise<ReviewDetail> {
    return this.views.get(id);
  }

  /**
   * Takes an item for `engine.claimLease`; again renews it. An item that awaits a second person is held without changing its state.
   * @throws Problem 403 for a service token, 404, 409 when closed, held by somebody else or approved by this very person, 410 when expired.
   */
  async claim(id: string, actor: Actor): Promise<ReviewDetail> {
    const person = personOf(actor);
    await this.decide('claim review', id, async (tx, { review, approvals }, bundle) => {
      const refusal = claimRefusal(review, approvals, person.personId, this.now());
      if (refusal !== null) return refusal;
      await this.hold(tx, review, bundle, person);
      return null;
    });
    return this.views.get(id);
  }

  /** Puts an item back. @throws Problem 403, 404, 409 when this person does not hold it, 410 */
  async release(id: string, actor: Actor): Promise<ReviewDetail> {
    const person = personOf(actor);
    await this.decide('release review', id, async (tx, { review, approvals }) => {
      if (holderOf(review, this.now()) !== person.personId)
        return (
          claimRefusal(review, approvals, person.personId, this.now()) ?? {
            status: 409,
            code: 'not-claimed',
            text: 'You do not hold it.',
          }
        );
      await this.letGo(tx, review, approvals.length);
      return null;
    });
    return this.views.get(id);
  }

  /**
   * One person's answer. An item nobody holds is claimed by it. `edit` replaces words, judges them anew and leaves the item claimed; `skip`
   * puts it back; `approve` signs exactly what `contentHash` names, or, in the top tier, waits for a second person. Where the model wrote
   * several wordings, `contentHash` may name any of them: an edit begins from it, an approval signs it.
   * @throws Problem 403 for a service token, and for an approval in a session that may not sign, 404, 409 for stale words, a closed item or
   * the same person twice, 410 when expired.
   */
  async verdict(id: string, actor: Actor, request: VerdictRequest): Promise<VerdictAnswer> {
    const person = request.verdict === 'approve' ? signer(actor) : personOf(actor);
    await this.decide('review', id, async (tx, locked, bundle) => {
      const { review, verdicts } = locked;
      const wordings = await this.variants.offered(tx, review.messageId);
      const named = wordings.find((each) => each.contentHash === request.contentHash);
      const words = { contentHash: named?.contentHash ?? review.contentHash };
      const standing = standingApprovals(words, verdicts);
      const refusal =
        verdictRefusal({ ...review, ...words }, standing, person.personId, request, this.now()) ??
        fineRefusal(wordings, request);
      if (refusal !== null) return refusal;
      const answered =
        changesWords(request) && named !== undefined ? await this.takeUp(tx, locked, named) : locked;
      const contentHash = await this.answer(tx, answered, bundle, person, request, wordings);
      await this.record(tx, review, person, request, contentHash, wordings);
      return null;
    });
    this.metrics.count('countersign_review_verdicts_total', { verdict: request.verdict });
    return this.views.get(id);
  }

  private now(): string {
    return this.clock.now().toISOString();
  }

  /**
   * Runs one step on an item under its locks. What came too late is closed first, and stays closed although the caller is refused.
   */
  private async decide(
    name: string,
    id: string,
    step: (tx: Tx, locked: Locked, bundle: Bundle) => Promise<Refusal | null>,
  ): Promise<void> {
    const found = await selectReview(this.database.db, id);
    if (found === null) throw new Problem(404, 'no-such-review', `There is no review ${id}.`);
    const bundle = await this.policies.bundle(found.bundleHash);
    const refusal = await this.followed(name, found, () => this.decideUnderLock(found, bundle, step));
    if (refusal !== null) throw new Problem(refusal.status, refusal.code, refusal.text);
  }

  /** A person's answer belongs to the message it is about, and is linked to the request it came with. */
  private async followed<T>(name: string, { id, messageId }: Review, act: () => Promise<T>): Promise<T> {
    const attributes = { 'countersign.review.id': id, 'countersign.message.id': messageId };
    const trace = await this.messages.trace(this.database.db, messageId);
    if (trace === null) return traced(name, attributes, act);
    const request = currentTrace();
    return continued(trace, name, attributes, act, { links: request === null ? [] : [request] });
  }

  private decideUnderLock(
    found: Review,
    bundle: Bundle,
    step: (tx: Tx, locked: Locked, bundle: Bundle) => Promise<Refusal | null>,
  ): Promise<Refusal | null> {
    const { id } = found;
    return this.database.transaction(async (tx) => {
      // The message first, then its review: the order everywhere.
      const message = await this.messages.lock(tx, found.messageId);
      const review = await lockReview(tx, id);
      if (review === null) throw new Error(`review ${id} vanished`);
      if (OPEN_REVIEW_STATES.includes(review.state)) {
        if (message.state !== 'in_review') {
          await this.queueing.expire(tx, review);
          return ALREADY_CLOSED;
        }
        if (review.expiresAt <= this.now()) {
          await this.queueing.expire(tx, review);
          return { status: 410 as const, code: 'review-expired', text: `It expired on ${review.expiresAt}.` };
        }
      }
      const verdicts = (await listVerdicts(tx, id)).map((row) => ({
        verdict: row.verdict,
        personId: row.person_id,
        name: row.name,
        at: row.at.toISOString(),
        contentHash: row.content_hash,
      }));
      try {
        return await step(
          tx,
          { review, message, verdicts, approvals: standingApprovals(review, verdicts) },
          bundle,
        );
      } catch (error) {
        if (error instanceof ErasedError) throw new Problem(410, 'erased', 'The person was erased.');
        throw error;
      }
    });
  }

  /** Does what the verdict says. @returns the hash of the words the item now holds. */
  private async answer(
    tx: Tx,
    locked: Locked,
    bundle: Bundle,
    person: PersonActor,
    request: VerdictRequest,
    wordings: readonly OfferedVariant[],
  ): Promise<string> {
    const { review, approvals } = locked;
    switch (request.verdict) {
      case 'edit': {
        const hash = await this.edit(tx, locked, bundle, person, request.content ?? {});
        await this.hold(tx, { ...review, state: 'claimed' }, bundle, person);
        return hash;
      }
      case 'skip':
        await this.letGo(tx, review, approvals.length);
        return review.contentHash;
      case 'approve':
        await this.approve(tx, locked, person, labelsOf(wordings, request.alsoFine));
        return review.contentHash;
      case 'reject':
        await this.close(tx, review, 'rejected');
        await this.gates.judged(tx, review.messageId, 'rejected');
        await this.messages.move(tx, review.messageId, 'rejected', {
          actor: person.personId,
          code: request.reasons?.[0] ?? 'rejected',
          text: `Rejected by ${person.name}${(request.reasons ?? []).length > 0 ? `: ${(request.reasons ?? []).join(', ')}` : ''}.`,
        });
        return review.contentHash;
      case 'handoff':
        await this.handOff(tx, locked, bundle, person);
        return review.contentHash;
    }
  }

  /** Puts one of several wordings in place of the words an item holds, with the judgement that it was shown with. */
  private async takeUp(tx: Tx, locked: Locked, { assessment, ...wording }: OfferedVariant): Promise<Locked> {
    const { review, message, verdicts } = locked;
    const { draftId, contentHash } = wording;
    if (contentHash === review.contentHash) return locked;
    await this.messages.saveContent(tx, message.id, wording.content, message.templateId);
    const words = {
      draftId,
      contentHash,
      risk: assessment.score,
      tier: tierOf(assessment, review.minimumTier),
    };
    await updateWords(tx, review.id, words);
    const taken = { ...review, ...words };
    return { ...locked, review: taken, approvals: standingApprovals(taken, verdicts) };
  }

  private async edit(
    tx: Tx,
    { review, message }: Locked,
    bundle: Bundle,
    person: PersonActor,
    edit: ContentEditInput,
  ): Promise<string> {
    const content = await contentFromEdit(await this.contentOf(tx, message), edit).catch(refuseUnusable);
    const draftId = await this.drafting.recordEdit(tx, {
      messageId: message.id,
      profileId: message.profileId,
      personId: person.personId,
      content,
    });
    const hash = await this.messages.saveContent(tx, message.id, content, message.templateId, 'edited');
    const assessment = await this.risk.assessContent(tx, bundle, { messageId: message.id, draftId, content });
    const tier = tierOf(assessment, review.minimumTier);
    await updateWords(tx, review.id, { draftId, contentHash: hash, risk: assessment.score, tier });
    return hash;
  }

  private async approve(
    tx: Tx,
    { review, message, approvals }: Locked,
    person: PersonActor,
    alsoFine: readonly string[],
  ): Promise<void> {
    const own = { personId: person.personId, name: person.name, at: this.now() };
    const content = await this.contentOf(tx, message);
    const against = await this.views.unsignable(tx, message, content);
    if (against?.code === 'other_day')
      throw new Problem(
        409,
        'other-day',
        `${against.text} Edit it, or save it as it is to have it judged for then.`,
      );
    if (against !== null)
      throw new Problem(409, 'stale-fact', `${against.text} Nothing that rests on it may leave: reject it.`);
    if (review.tier === 2 && approvals.length === 0) {
      await updateClaim(tx, review.id, { state: 'awaiting_second', by: null, at: null, until: null });
      return;
    }
    if (contentHash(content) !== review.contentHash)
      throw new Error(`review ${review.id} is about other words than message ${message.id} holds`);
    await this.close(tx, review, 'approved');
    await this.gates.judged(tx, message.id, content, alsoFine);
    if (content.versions.prompt !== null)
      await this.work.enqueue(tx, { kind: 'draft.approved', key: message.id, dueAt: this.clock.now() });
    await this.approving.approve(tx, message, content, {
      kind: 'person',
      by: [...approvals, own],
      template: null,
    });
  }

  private async handOff(
    tx: Tx,
    { review, message }: Locked,
    bundle: Bundle,
    person: PersonActor,
  ): Promise<void> {
    await this.close(tx, review, 'handed_off');
    await this.gates.judged(tx, message.id, 'handed_off');
    await this.tasks.open(tx, {
      profileId: message.profileId,
      owner: bundle.engine.handoffOwner,
      reasonCode: 'review.handoff',
      reason: `${person.name} handed the draft for ${message.action} to a person.`,
      decisionId: message.decisionId,
      messageId: message.id,
    });
    await this.messages.move(tx, message.id, 'cancelled', {
      actor: person.personId,
      code: 'review.handoff',
      text: `${person.name} handed it to a person.`,
    });
  }

  private async contentOf(tx: Tx, message: Message): Promise<MessageContent> {
    const content = await this.messages.content(tx, message.id);
    if (content === null) throw new Error(`message ${message.id} is in review without content`);
    return content;
  }

  private async hold(tx: Tx, review: Review, bundle: Bundle, person: PersonActor): Promise<void> {
    const now = this.clock.now();
    const isHeld = holderOf(review, now.toISOString()) === person.personId && review.claimedAt !== null;
    await updateClaim(tx, review.id, {
      state: review.state === 'awaiting_second' ? 'awaiting_second' : 'claimed',
      by: person.personId,
      at: isHeld ? new Date(review.claimedAt) : now,
      until: new Date(now.getTime() + durationMs(bundle.engine.claimLease)),
    });
  }

  private async letGo(tx: Tx, review: Review, approvals: number): Promise<void> {
    const state: ReviewState = approvals > 0 ? 'awaiting_second' : 'pending';
    await updateClaim(tx, review.id, { state, by: null, at: null, until: null });
  }

  private async close(tx: Tx, review: Review, state: 'approved' | 'rejected' | 'handed_off'): Promise<void> {
    await updateClosed(tx, review.id, { state, at: this.clock.now() });
  }

  /** @param hash of the words after the verdict; an edit is kept under what it made. */
  private async record(
    tx: Tx,
    review: Review,
    person: PersonActor,
    request: VerdictRequest,
    hash: string,
    wordings: readonly OfferedVariant[],
  ): Promise<void> {
    const now = this.clock.now();
    const alsoFine = [...new Set(request.alsoFine ?? [])].sort();
    const passedOver = wordings.map(({ contentHash }) => contentHash).filter((each) => each !== hash);
    const isChoice = request.verdict === 'approve' && passedOver.length > 0;
    const reasons = [...new Set(request.reasons ?? [])];
    const held = holderOf(review, now.toISOString()) === person.personId ? review.claimedAt : null;
    const note = request.note?.trim() ?? '';
    await insertVerdict(tx, {
      review_id: review.id,
      verdict: request.verdict,
      person_id: person.personId,
      at: now,
      content_hash: hash,
      reasons,
      note: note === '' ? null : await this.vault.sealFor(tx, review.profileId, note),
      seconds_looked: held === null ? null : (now.getTime() - Date.parse(held)) / 1_000,
      also_fine: alsoFine,
    });
    await this.audit.record(tx, {
      actor: person.personId,
      action: `review.${request.verdict}`,
      subject: review.id,
      detail: {
        messageId: review.messageId,
        contentHash: hash,
        before: review.contentHash,
        reasons,
        // What was shown beside what was signed: the choice is a verdict too.
        ...(isChoice ? { passedOver, alsoFine } : {}),
      },
      ...(note === '' ? {} : { personal: { keyId: review.profileId, value: { note } } }),
    });
  }
}

/** A verdict that is about one of the wordings makes it the one the item holds; the others are about the item. */
function changesWords({ verdict }: VerdictRequest): boolean {
  return verdict === 'approve' || verdict === 'edit';
}

/** Why what is said of other wordings cannot be taken; null when it can. */
function fineRefusal(
  wordings: readonly OfferedVariant[],
  { alsoFine, contentHash }: VerdictRequest,
): Refusal | null {
  const others = wordings.map((each) => each.contentHash).filter((each) => each !== contentHash);
  if ((alsoFine ?? []).every((each) => others.includes(each))) return null;
  return {
    status: 409,
    code: 'stale-content',
    text: 'What else you would sign is not among the other wordings; read them again.',
  };
}

function labelsOf(wordings: readonly OfferedVariant[], hashes: readonly string[] = []): string[] {
  return wordings.filter(({ contentHash }) => hashes.includes(contentHash)).map(({ label }) => label);
}

function refuseUnusable(error: unknown): never {
  if (error instanceof UnusableEdit) throw new Problem(422, 'unusable-edit', `${error.message}.`);
  throw error;
}

/** A signature is a named person's: a machine's key cannot decide. */
function personOf(actor: Actor): PersonActor {
  if (actor.kind === 'person') return actor;
  throw new Problem(
    403,
    'person-needed',
    'Only a named person decides on a review; a service token acts for nobody.',
  );
}
