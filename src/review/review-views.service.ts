import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Decision, DecisionsService, type Situation, SituationReader } from '../decisions/index.js';
import { leavesAt, otherDay, recheck, staleFacts } from '../decisions/recheck.js';
import { DraftingService } from '../drafting/index.js';
import { type MessageContent } from '../messages/content.js';
import { MessagesService } from '../messages/index.js';
import { type Message } from '../messages/message.js';
import { restsOn, secondLook } from '../messages/second-look.js';
import { Database, type Executor } from '../platform/database/index.js';
import { decodeCursor, page, type Page, Problem } from '../platform/http/index.js';
import { ErasedError, erasedIsNull, Vault } from '../platform/vault/index.js';
import { FactsService, PoliciesService } from '../policies/index.js';
import { ProfilesService } from '../profiles/index.js';
import { type AssessedDraft, RiskService } from '../risk/index.js';
import { Clock } from '../shared/clock.js';
import {
  OPEN_REVIEW_STATES,
  type ReviewDetail,
  type ReviewState,
  type ReviewSummary,
  type VerdictRecord,
  type Why,
} from './review.js';
import {
  isQueue,
  type ListedReview,
  listReviews,
  listSignedReasons,
  listVerdicts,
} from './reviews.read-model.js';
import { type VerdictRow } from './reviews.repository.js';
import { draftView, VariantsService } from './variants.service.js';

export interface ReviewQuery {
  /** All states when left out. */
  readonly state?: ReviewState | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

const queueCursor = z.tuple([z.number(), z.iso.datetime(), z.string()]);
const historyCursor = z.tuple([z.iso.datetime(), z.string()]);

interface Parts {
  readonly content: MessageContent;
  readonly decision: Decision;
  readonly situation: Situation;
  readonly assessed: AssessedDraft | null;
}

/** Queue items as people and clients see them. */
@Injectable()
export class ReviewViews {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly decisions: DecisionsService,
    private readonly messages: MessagesService,
    private readonly drafting: DraftingService,
    private readonly risk: RiskService,
    private readonly variants: VariantsService,
    private readonly facts: FactsService,
    private readonly policies: PoliciesService,
    private readonly profiles: ProfilesService,
    private readonly situations: SituationReader,
  ) {}

  async list(query: ReviewQuery): Promise<Page<ReviewSummary>> {
    const { db } = this.database;
    const queue = isQueue(query.state);
    const after = queue ? decodeCursor(query.cursor, queueCursor) : null;
    const before = queue ? null : decodeCursor(query.cursor, historyCursor);
    const rows = await listReviews(db, {
      state: query.state,
      now: this.clock.now(),
      limit: query.limit,
      afterQueue: after === null ? null : { priority: after[0], expiresAt: new Date(after[1]), id: after[2] },
      afterHistory: before === null ? null : { createdAt: new Date(before[0]), id: before[1] },
    });
    const { data, nextCursor } = page(rows, query.limit, (row) =>
      queue ? [row.priority, row.expires_at.toISOString(), row.id] : [row.created_at.toISOString(), row.id],
    );
    const summaries: ReviewSummary[] = [];
    for (const row of data) summaries.push(toSummary(row, await this.parts(db, row)));
    return { data: summaries, nextCursor };
  }

  /** @throws Problem 404, or 410 when the person was erased. */
  async get(id: string): Promise<ReviewDetail> {
    const { db } = this.database;
    const [row] = await listReviews(db, { ids: [id], now: this.clock.now(), limit: 1 });
    if (row === undefined) throw new Problem(404, 'no-such-review', `There is no review ${id}.`);
    const parts = await this.parts(db, row);
    const draft = parts === null ? null : await this.drafting.latest(db, row.message_id);
    if (parts === null || draft === null)
      throw new Problem(410, 'erased', 'What this review was about has been erased.');
    const { content, decision, assessed } = parts;
    const { id: decisionId, createdAt, triggerId, seed, bundleHash, engine, result } = decision;
    const summary = toSummary(row, parts);
    return {
      ...summary,
      why: [...summary.why, ...(await this.against(db, row, parts))],
      draft: draftView(content, draft.origin, assessed?.assessment),
      variants: await this.variants.view(db, row.message_id),
      making: await this.drafting.making(db, row.message_id, content.versions.bundle),
      decision: {
        ...result,
        id: decisionId,
        createdAt,
        trigger: triggerId,
        seed,
        bundle: bundleHash,
        engine,
      },
      verdicts: await this.verdicts(db, row),
    };
  }

  /**
   * What would keep an open item from leaving if it were signed now and its time had come: the look before sending, on the situation as it is.
   * Nothing is locked, so that reading an item keeps nobody waiting.
   */
  private async against(
    db: Executor,
    row: ListedReview,
    { content, situation: decided }: Parts,
  ): Promise<Why[]> {
    const bundle = this.policies.activeIfAny();
    const message = await this.messages.get(db, row.message_id);
    if (bundle === null || message === null || !OPEN_REVIEW_STATES.includes(row.state)) return [];
    const profile = await this.profiles.load(db, row.profile_id).catch(erasedIsNull);
    if (profile === null) return [];
    const grounds = await this.messages.groundsOf(db, message.id, content);
    const { request, due, text } = secondLook(message, content, decided, grounds);
    const now = this.clock.now();
    const situation = await this.situations.read(db, bundle, { ...request, profile, now });
    const shown = [...(await listSignedReasons(db, row.message_id)), ...(JSON.parse(row.why) as Why[])];
    const { verdict, reasons } = recheck(bundle, situation, {
      ...due,
      text,
      rivals: await this.facts.rivalsSince(db, restsOn(situation, grounds), grounds.judgedAt ?? now),
      signed: { people: row.tier, shown: shown.map(({ code }) => code) },
      answered: shown.map((each) => each.text),
    });
    if (verdict === 'send' || verdict === 'postpone') return [];
    return reasons.map((reason) => ({ ...reason, stops: verdict }));
  }

  /**
   * Why nobody can sign words: they rest on what is gone or not in force when they leave, or were judged for leaving on another day.
   * @param content the words that the message holds.
   * @throws ErasedError
   */
  async unsignable(db: Executor, { id, sendAt }: Message, content: MessageContent): Promise<Why | null> {
    const { facts: named, leavesWithin } = await this.messages.groundsOf(db, id, content);
    const facts = await this.facts.current(
      db,
      named.map((fact) => fact.id),
    );
    const at = leavesAt({ now: this.clock.now().toISOString() }, { sendAt });
    return [...staleFacts(named, facts, at), ...otherDay({ leavesWithin }, at)][0] ?? null;
  }

  /** Null when the person was erased: then only the bare row is left to show. */
  private async parts(db: Executor, row: ListedReview): Promise<Parts | null> {
    try {
      const content = await this.messages.content(db, row.message_id);
      const made = await this.decisions.get(db, row.decision_id);
      if (content === null || made === null) return null;
      return { content, ...made, assessed: await this.risk.latest(db, row.message_id) };
    } catch (error) {
      if (error instanceof ErasedError) return null;
      throw error;
    }
  }

  private async verdicts(db: Executor, row: ListedReview): Promise<VerdictRecord[]> {
    const rows = await listVerdicts(db, row.id);
    const key = (await this.vault.keys(db, [row.profile_id])).get(row.profile_id);
    const note = (sealed: VerdictRow['note']): string | null =>
      sealed === null || key === undefined
        ? null
        : (JSON.parse(this.vault.unsealText(key, sealed)) as string);
    return rows.map((verdict) => ({
      verdict: verdict.verdict,
      personId: verdict.person_id,
      name: verdict.name,
      at: verdict.at.toISOString(),
      contentHash: verdict.content_hash,
      reasons: verdict.reasons,
      note: note(verdict.note),
      secondsLooked: verdict.seconds_looked,
      alsoFine: verdict.also_fine,
    }));
  }
}

function toSummary(row: ListedReview, parts: Parts | null): ReviewSummary {
  const assessment = parts?.assessed?.assessment;
  return {
    id: row.id,
    state: row.state,
    tier: row.tier,
    messageId: row.message_id,
    profileId: row.profile_id,
    userId: parts?.situation.profile.userId ?? null,
    action: row.action,
    channel: row.channel,
    subject: parts?.content.subject ?? null,
    recipient: parts?.content.recipient ?? '',
    why: JSON.parse(row.why) as Why[],
    risk: {
      score: row.risk,
      threshold: assessment?.threshold ?? 0,
      contributions: assessment?.contributions ?? [],
      model: parts?.assessed?.judge ?? null,
    },
    contentHash: row.content_hash,
    claimedBy:
      row.claimed_by === null
        ? null
        : { personId: row.claimed_by, name: row.claimed_by_name ?? row.claimed_by },
    claimExpiresAt: row.claimed_by === null ? null : (row.claim_expires_at?.toISOString() ?? null),
    sendAt: row.send_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    createdAt: row.created_at.toISOString(),
    closedAt: row.closed_at?.toISOString() ?? null,
  };
}
